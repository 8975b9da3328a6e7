/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { Pacer } from './pacer.ts';
import { numberIn, records, textIn, timeIn, type Fields } from './record.ts';
import { Value, type Readable } from './value.ts';

export interface Signal {
  readonly symbol: string;
  /** "buy", "sell" or "hold"; a publisher may have others. */
  readonly signal: string;
  /** 0 to 1. */
  readonly confidence: number | null;
  /** When it was given, in milliseconds since 1970. */
  readonly at: number;
  /** The fields beyond these. */
  readonly extra: Fields;
  /** Those before it, newest first. */
  readonly before: readonly Pick<Signal, 'signal' | 'confidence' | 'at'>[];
}

const SHOW_EVERY_MS = 200;
const SYMBOLS_MAX = 2000;
const BEFORE_MAX = 12;

function parse(item: Fields, ordered: number): Omit<Signal, 'before'> | null {
  const symbol = textIn(item, 'symbol');
  const word = textIn(item, 'signal');
  if (symbol === null || word === null) return null;
  const {
    symbol: _symbol,
    signal: _signal,
    confidence: _confidence,
    timestamp: _at,
    ...extra
  } = item;
  return {
    symbol: symbol.toUpperCase(),
    signal: word.toLowerCase(),
    confidence: numberIn(item, 'confidence'),
    at: timeIn(item, 'timestamp') ?? ordered,
    extra,
  };
}

/** The latest signal of each symbol, with a few before it. */
export class SignalBook implements Readable<readonly Signal[]> {
  readonly #signals = new Map<string, Signal>();
  readonly #shown = new Value<readonly Signal[]>([]);
  readonly #pacer = new Pacer(() => this.#shown.set([...this.#signals.values()]), SHOW_EVERY_MS);

  get = this.#shown.get;
  subscribe = this.#shown.subscribe;

  /** A message of the channel trade-signals. */
  apply(message: Message, now = Date.now()): void {
    const ordered = timeIn(message, 'timestamp') ?? now;
    for (const item of records(message.data)) {
      const signal = parse(item, ordered);
      if (signal) this.#put(signal, message);
    }
    this.#pacer.request();
  }

  #put(signal: Omit<Signal, 'before'>, message: Message): void {
    const known = this.#signals.get(signal.symbol);
    const again = message.snapshot === true || message.replay === true || message.polled === true;
    if (known && again && signal.at <= known.at) return;
    if (!known && this.#signals.size >= SYMBOLS_MAX) return;
    const before = known ? [known, ...known.before].slice(0, BEFORE_MAX).map(brief) : [];
    this.#signals.set(signal.symbol, { ...signal, before });
  }
}

function brief({
  signal,
  confidence,
  at,
}: Signal | Signal['before'][number]): Signal['before'][number] {
  return { signal, confidence, at };
}
