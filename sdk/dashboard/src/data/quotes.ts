/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { Pacer } from './pacer.ts';
import { Instrument, type Quote } from './quote.ts';
import { records, textIn } from './record.ts';
import { Value, type Readable } from './value.ts';

/** At most five times a second: more can not be read. */
const SHOW_EVERY_MS = 200;

/**
 * The quotes of the watched symbols. Messages are taken in as they come; what is shown changes all
 * at once, at most five times a second.
 */
export class QuoteBook {
  readonly #instruments = new Map<string, Instrument>();
  readonly #quotes = new Map<string, Value<Quote | undefined>>();
  readonly #changed = new Set<string>();
  readonly #pacer = new Pacer(() => this.#show(), SHOW_EVERY_MS);
  #watched: ReadonlySet<string> = new Set();

  /** The symbols that are kept; others are forgotten. */
  watch(symbols: readonly string[]): void {
    this.#watched = new Set(symbols);
    for (const symbol of [...this.#instruments.keys()]) {
      if (this.#watched.has(symbol)) continue;
      this.#instruments.delete(symbol);
      this.#quotes.get(symbol)?.set(undefined);
    }
  }

  /** A message of the channel market-data. */
  apply(message: Message, now = Date.now()): void {
    for (const item of records(message.data)) {
      const symbol = textIn(item, 'symbol')?.toUpperCase();
      if (symbol === undefined || !this.#watched.has(symbol)) continue;
      if (this.#instrument(symbol).apply(item, message, now)) this.#changed.add(symbol);
    }
    if (this.#changed.size > 0) this.#pacer.request();
  }

  /** What is shown of a symbol. */
  quote(symbol: string): Readable<Quote | undefined> {
    let quote = this.#quotes.get(symbol);
    if (!quote) {
      quote = new Value<Quote | undefined>(undefined);
      this.#quotes.set(symbol, quote);
    }
    return quote;
  }

  /** For its candles. */
  instrument(symbol: string): Instrument | undefined {
    return this.#instruments.get(symbol);
  }

  #instrument(symbol: string): Instrument {
    let instrument = this.#instruments.get(symbol);
    if (!instrument) {
      instrument = new Instrument(symbol);
      this.#instruments.set(symbol, instrument);
    }
    return instrument;
  }

  #show(): void {
    const now = Date.now();
    for (const symbol of this.#changed) {
      const quote = this.#instruments.get(symbol)?.quote(now);
      if (quote) (this.quote(symbol) as Value<Quote | undefined>).set(quote);
    }
    this.#changed.clear();
  }
}
