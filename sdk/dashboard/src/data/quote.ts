/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { CANDLE_INTERVALS, CandleSeries, type CandleInterval } from './candles.ts';
import { numberIn, timeIn, type Fields } from './record.ts';
import { ThinningSeries } from './thinning.ts';

/** What is shown of a symbol; another object whenever something of it has changed. */
export interface Quote {
  readonly symbol: string;
  readonly price: number;
  readonly change: number | null;
  readonly changePercent: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly volume: number | null;
  readonly previousClose: number | null;
  /** When it was heard of, in milliseconds since 1970 by the clock of this machine. */
  readonly heardAt: number;
  /** Where the price went when it last changed: 1, -1, or 0 before that. */
  readonly direction: -1 | 0 | 1;
  /** How often the price has changed. */
  readonly moves: number;
  /** The session's line. */
  readonly line: readonly number[];
}

const LINE_POINTS = 60;
const LINE_STEP_MS = 2000;
/** The line is drawn anew at most once in this time. */
const LINE_EVERY_MS = 2000;

/** Everything that is known of one symbol. */
export class Instrument {
  readonly symbol: string;
  readonly candles: Readonly<Record<CandleInterval, CandleSeries>>;
  readonly #session = new ThinningSeries(LINE_POINTS, LINE_STEP_MS);
  #item: Fields = {};
  #price = NaN;
  #volume: number | null = null;
  #tradedAt = -Infinity;
  #heardAt = 0;
  #direction: -1 | 0 | 1 = 0;
  #moves = 0;
  #line: readonly number[] = [];
  #lineAt = -Infinity;

  constructor(symbol: string) {
    this.symbol = symbol;
    this.candles = {
      '5s': new CandleSeries(CANDLE_INTERVALS['5s']),
      '1m': new CandleSeries(CANDLE_INTERVALS['1m']),
      '5m': new CandleSeries(CANDLE_INTERVALS['5m']),
    };
  }

  /** Takes over an item; false when it has no price, or was there already. */
  apply(item: Fields, message: Message, now: number): boolean {
    const price = numberIn(item, 'price');
    if (price === null) return false;
    const ordered = timeIn(message, 'timestamp') ?? now;
    const tradedAt = timeIn(item, 'timestamp') ?? ordered;
    // What comes again, by a replay, a snapshot or a poll, must not be counted twice.
    const again = message.replay === true || message.snapshot === true || message.polled === true;
    if (again && tradedAt <= this.#tradedAt) return false;

    this.#heardAt = heardAt(message, tradedAt, ordered, now);
    this.#record(item, price, tradedAt);
    this.#move(price, message.replay === true);
    this.#item = item;
    return true;
  }

  /** The state as it is now. */
  quote(now: number): Quote {
    const item = this.#item;
    const previousClose = numberIn(item, 'prev_close');
    const change = numberIn(item, 'change') ?? difference(this.#price, previousClose);
    return {
      symbol: this.symbol,
      price: this.#price,
      change,
      changePercent: numberIn(item, 'change_pct') ?? percentOf(change, previousClose),
      bid: numberIn(item, 'bid'),
      ask: numberIn(item, 'ask'),
      high: numberIn(item, 'high'),
      low: numberIn(item, 'low'),
      volume: numberIn(item, 'volume'),
      previousClose,
      heardAt: this.#heardAt,
      direction: this.#direction,
      moves: this.#moves,
      line: this.#lineOf(now),
    };
  }

  #record(item: Fields, price: number, tradedAt: number): void {
    const volume = numberIn(item, 'volume');
    const traded = volume !== null && this.#volume !== null ? volume - this.#volume : 0;
    this.#volume = volume;
    this.#tradedAt = tradedAt;
    this.#session.add(tradedAt, price);
    for (const series of Object.values(this.candles)) {
      series.add(tradedAt, price, Math.max(0, traded));
    }
  }

  /** What is past goes by without a sign: only what moves now is to catch the eye. */
  #move(price: number, past: boolean): void {
    if (!past && !Number.isNaN(this.#price) && price !== this.#price) {
      this.#direction = price > this.#price ? 1 : -1;
      this.#moves++;
    }
    this.#price = price;
  }

  #lineOf(now: number): readonly number[] {
    if (now - this.#lineAt >= LINE_EVERY_MS) {
      this.#lineAt = now;
      this.#line = this.#session.points.map((point) => point.value);
    }
    return this.#line;
  }
}

/** A live message was heard of now; one of the past when the host, or the market, had it. */
function heardAt(message: Message, tradedAt: number, ordered: number, now: number): number {
  if (message.replay === true) return Math.min(now, ordered);
  if (message.snapshot === true || message.polled === true) return Math.min(now, tradedAt);
  return now;
}

function difference(price: number, previousClose: number | null): number | null {
  return previousClose === null ? null : price - previousClose;
}

function percentOf(change: number | null, previousClose: number | null): number | null {
  return change === null || !previousClose ? null : (100 * change) / previousClose;
}
