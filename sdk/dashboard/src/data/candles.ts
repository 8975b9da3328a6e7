/* SPDX-License-Identifier: MIT */
export interface Candle {
  /** When it begins, in milliseconds since 1970. */
  readonly start: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Intervals of candles, in milliseconds. */
export const CANDLE_INTERVALS = { '5s': 5_000, '1m': 60_000, '5m': 300_000 } as const;
export type CandleInterval = keyof typeof CANDLE_INTERVALS;

const LIMIT = 720;

/** The newest candles of one symbol at one interval, oldest first; at most 720. */
export class CandleSeries {
  readonly interval: number;
  readonly #candles: Candle[] = [];

  constructor(interval: number) {
    this.interval = interval;
  }

  get candles(): readonly Candle[] {
    return this.#candles;
  }

  /**
   * A trade at this price; `volume` is what was traded since the one before. One that comes late
   * only widens the candle of its time. One from before all candles means that a recording began
   * anew, and so do the candles.
   */
  add(at: number, price: number, volume: number): void {
    const start = at - (at % this.interval);
    const last = this.#candles.at(-1);
    if (!last || start > last.start) this.#append(start, price, volume);
    else if (start === last.start) this.#trade(last, price, volume);
    else this.#addLate(start, price, volume);
  }

  /** Those that begin at or after this. */
  from(start: number): readonly Candle[] {
    let i = this.#candles.length;
    while (i > 0 && (this.#candles[i - 1] as Candle).start >= start) i--;
    return this.#candles.slice(i);
  }

  #append(start: number, price: number, volume: number): void {
    if (this.#candles.length === LIMIT) this.#candles.shift();
    this.#candles.push({ start, open: price, high: price, low: price, close: price, volume });
  }

  #trade(candle: Candle, price: number, volume: number): void {
    if (price > candle.high) candle.high = price;
    if (price < candle.low) candle.low = price;
    candle.close = price;
    candle.volume += volume;
  }

  #addLate(start: number, price: number, volume: number): void {
    const first = this.#candles[0] as Candle;
    if (start < first.start) {
      this.#candles.length = 0;
      this.#append(start, price, volume);
      return;
    }
    const candle = this.#candles.find((candle) => candle.start === start);
    if (!candle) return;
    candle.high = Math.max(candle.high, price);
    candle.low = Math.min(candle.low, price);
    candle.volume += volume;
  }
}
