/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { CandleSeries } from '../src/data/candles.ts';

const MINUTE = 60_000;

describe('candles', () => {
  it('take the first price as open, the extremes, and the last as close', () => {
    const series = new CandleSeries(MINUTE);
    series.add(61_000, 10, 0);
    series.add(70_000, 14, 5);
    series.add(80_000, 8, 2);
    series.add(90_000, 11, 1);
    expect(series.candles).toEqual([
      { start: MINUTE, open: 10, high: 14, low: 8, close: 11, volume: 8 },
    ]);
  });

  it('begin at whole intervals', () => {
    const series = new CandleSeries(5000);
    for (const at of [4999, 5000, 9999, 10_000]) series.add(at, 1, 0);
    expect(series.candles.map((candle) => candle.start)).toEqual([0, 5000, 10_000]);
  });

  it('are only widened by a price that comes late', () => {
    const series = new CandleSeries(MINUTE);
    series.add(0, 10, 0);
    series.add(MINUTE, 20, 0);
    series.add(30_000, 15, 3);
    expect(series.candles).toEqual([
      { start: 0, open: 10, high: 15, low: 10, close: 10, volume: 3 },
      { start: MINUTE, open: 20, high: 20, low: 20, close: 20, volume: 0 },
    ]);
  });

  it('begin anew when a recording does', () => {
    const series = new CandleSeries(MINUTE);
    series.add(10 * MINUTE, 10, 0);
    series.add(11 * MINUTE, 11, 0);
    series.add(2 * MINUTE, 5, 0);
    expect(series.candles.map((candle) => candle.start)).toEqual([2 * MINUTE]);
  });

  it('are bounded, and it is the oldest that go', () => {
    const series = new CandleSeries(1000);
    for (let i = 0; i < 2000; i++) series.add(i * 1000, i, 1);
    expect(series.candles).toHaveLength(720);
    expect(series.candles[0]?.open).toBe(1280);
    expect(series.candles.at(-1)?.open).toBe(1999);
  });

  it('from a time on are the newest', () => {
    const series = new CandleSeries(1000);
    for (let i = 0; i < 5; i++) series.add(i * 1000, i, 0);
    expect(series.from(3000).map((candle) => candle.start)).toEqual([3000, 4000]);
    expect(series.from(9000)).toEqual([]);
  });
});
