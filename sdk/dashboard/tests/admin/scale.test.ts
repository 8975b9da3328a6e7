/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { expect, test } from 'vitest';
import { indexAt, linePath, makeScale, thin } from '../../src/admin/scale.ts';

test.each([
  [1, [0, 0.5, 1]],
  [7, [0, 5, 10]],
  [40, [0, 20, 40]],
  [41, [0, 20, 40, 60]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [99_999, [0, 50_000, 100_000]],
])('an axis up to %d has round ticks', (greatest, ticks) => {
  expect(makeScale(greatest, 3).ticks).toEqual(ticks);
});

test('no value is above the axis, which has few ticks', () => {
  for (let value = 0.01; value < 1e9; value *= 1.37)
    for (const base of ['decimal', 'binary'] as const) {
      const { top, ticks } = makeScale(value, 3, base);
      expect(top).toBeGreaterThanOrEqual(value * (1 - 1e-9));
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(5);
    }
});

test('an axis of bytes has ticks in powers of two', () => {
  expect(makeScale(5 * 1024 * 1024, 3, 'binary').ticks).toEqual(
    [0, 2, 4, 6].map((size) => size * 1024 * 1024),
  );
});

test.each([0, -1, NaN, Infinity])('an axis up to %d still is one', (greatest) => {
  expect(makeScale(greatest)).toEqual({ top: 1, ticks: [0, 1] });
});

test('a thinned series keeps its peaks', () => {
  const values = Array.from({ length: 600 }, (_, i) => (i === 333 ? 99 : 1));
  const thinned = thin(values, 100);
  expect(thinned).toHaveLength(100);
  expect(Math.max(...thinned)).toBe(99);
  expect(thin([1, 2], 100)).toEqual([1, 2]);
});

test('a line goes from the left to the right, 0 at the bottom and the top at the top', () => {
  expect(linePath([0, 5, 10], 100, 50, 10)).toBe('M0.0,50.0L50.0,25.0L100.0,0.0');
  expect(linePath([], 100, 50, 10)).toBe('');
});

test('a pointer outside reads out the first or the last value', () => {
  expect([-5, 0, 51, 100, 999].map((x) => indexAt(x, 100, 11))).toEqual([0, 0, 5, 10, 10]);
  expect(indexAt(50, 100, 1)).toBe(0);
});
