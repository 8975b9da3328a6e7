/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { describe, expect, it, vi } from 'vitest';
import {
  age,
  bytes,
  change,
  count,
  dayOf,
  duration,
  figure,
  gain,
  label,
  minuteOf,
  money,
  percent,
  price,
  rate,
  secondOf,
  share,
  time,
  UNKNOWN,
} from '../src/ui/format.ts';

describe('formatters', () => {
  it.each([
    [1234.5, '1,234.50'],
    [0, '0.00'],
    [0.12345, '0.1235'],
    [0.00012345, '0.000123'],
    [-3, '−3.00'],
  ])('write the price %d as %s', (value, text) => expect(price(value)).toBe(text));

  it('say what is not known by a dash', () => {
    for (const format of [price, change, percent, share, money, gain, count, bytes, rate]) {
      expect(format(null)).toBe(UNKNOWN);
      expect(format(undefined)).toBe(UNKNOWN);
      expect(format(NaN)).toBe(UNKNOWN);
    }
    expect(time('yesterday')).toBe(UNKNOWN);
    expect(age(null, 0)).toBe(UNKNOWN);
  });

  it('give changes a sign, unless they round to nothing', () => {
    expect(change(1.5)).toBe('+1.50');
    expect(change(-1.5)).toBe('−1.50');
    expect(change(-0.001)).toBe('0.00');
    expect(change(0.001, 0.5)).toBe('+0.0010');
    expect(percent(1.234)).toBe('+1.23%');
    expect(percent(-0.001)).toBe('0.00%');
    expect(gain(5)).toBe('+$5.00');
    expect(gain(-5)).toBe('−$5.00');
    expect(gain(0)).toBe('$0.00');
  });

  it('put the sign before the currency', () => expect(money(-1234.5)).toBe('−$1,234.50'));

  it.each([
    [99_719.5, '$99,719.50'],
    [-1_234_567.89, '−$1,234,568'],
    [999_999.999, '$1,000,000'],
    [12_345_678_901, '$12.3B'],
    [-9.9e14, '−$990T'],
    [null, UNKNOWN],
  ])('write the dollars %s in a small place as %s', (value, text) =>
    expect(figure(value)).toBe(text),
  );

  it('write shares as percent', () => expect(share(0.6512)).toBe('65.1%'));

  it.each([
    [0, '0'],
    [999, '999'],
    [2.5, '2.5'],
    [863_762, '864K'],
    [9.9e15, '9,900T'],
    [999_999, '1.00M'],
    [1_500_000, '1.50M'],
    [-12_000, '−12.0K'],
  ])('write the count %d as %s', (value, text) => expect(count(value)).toBe(text));

  it('write bytes and rates', () => {
    expect(bytes(512)).toBe('512 B');
    expect(bytes(1536)).toBe('1.5 KiB');
    expect(bytes(300 * 1024 * 1024)).toBe('300 MiB');
    expect(rate(1234)).toBe('1.23K/s');
    expect(rate(5, 'items')).toBe('5 items/s');
  });

  it.each([
    [0, 'now'],
    [1999, 'now'],
    [2000, '2s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
    [-5000, 'now'],
  ])('say %d ms ago as %s', (ms, text) => expect(age(0, ms)).toBe(text));

  it('write durations in two units', () => {
    expect(duration(59)).toBe('59s');
    expect(duration(3725)).toBe('1h 2m');
    expect(duration(90_000)).toBe('1d 1h');
  });

  it('give the date with a time of another day', () => {
    const now = Date.parse('2026-03-02T12:00:00Z');
    expect(time(now, now)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(time(now - 3 * 86_400_000, now)).toMatch(/^27 Feb 2026, /);
    expect(time(now - 365 * 86_400_000, now)).toMatch(/^2 Mar 2025, /);
  });

  it('write local times with two digits, and days without a zero', () => {
    const morning = new Date(2026, 8, 5, 9, 5, 7).getTime();
    expect(minuteOf(morning)).toBe('09:05');
    expect(secondOf(morning)).toBe('09:05:07');
    expect(dayOf(morning)).toBe('5 Sep');
    expect(minuteOf(new Date(2026, 0, 31, 0, 0).getTime())).toBe('00:00');
  });

  it('make words of the names of fields', () => expect(label('total_return')).toBe('Total return'));
});

it('rounds and groups numbers as Intl does', () => {
  const values = [
    0, 0.005, 1.005, 2.675, 9.995, 12.345, 999.995, 1000, 123_456.785, 1e6, 1234567.8,
  ];
  const small = [1e-7, 0.0000125, 0.012345, 0.99995];
  for (const places of [0, 1, 2, 4, 6]) {
    const format = new Intl.NumberFormat('en-US', {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
    for (const value of [...values, ...small]) {
      expect(money(value, places), String(value)).toBe(`$${format.format(value)}`);
    }
  }
});

// The first one that a page makes takes tens of milliseconds.
it('the pages and the chart are loaded, and prices shown, without a formatter of Intl', async () => {
  const made = [vi.spyOn(Intl, 'DateTimeFormat'), vi.spyOn(Intl, 'NumberFormat')];
  vi.resetModules();
  await import('../src/App.tsx');
  await import('../src/charts/frame.ts');
  const { price, time } = await import('../src/ui/format.ts');
  expect(price(1234.5)).toBe('1,234.50');
  expect(time(0, 0)).toMatch(/:00$/);
  for (const formatter of made) expect(formatter).not.toHaveBeenCalled();
});
