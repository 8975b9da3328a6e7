/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { ThinningSeries } from '../src/data/thinning.ts';

describe('a line that thins out', () => {
  it('keeps the last value of each step', () => {
    const line = new ThinningSeries(10, 1000);
    line.add(100, 1);
    line.add(900, 2);
    line.add(1500, 3);
    expect(line.points).toEqual([
      { at: 0, value: 2 },
      { at: 1000, value: 3 },
    ]);
  });

  it('never has more points than its limit, and still begins at the beginning', () => {
    const line = new ThinningSeries(60, 1000);
    for (let i = 0; i < 10_000; i++) line.add(i * 1000, i);
    expect(line.points.length).toBeLessThanOrEqual(60);
    expect(line.points.length).toBeGreaterThan(30);
    expect(line.points[0]?.at).toBe(0);
    expect(line.points.at(-1)?.value).toBe(9999);
  });

  it('leaves out what is older than its end', () => {
    const line = new ThinningSeries(10, 1000);
    line.add(5000, 5);
    line.add(2000, 2);
    expect(line.points).toEqual([{ at: 5000, value: 5 }]);
  });
});
