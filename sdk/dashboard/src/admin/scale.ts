/* SPDX-License-Identifier: MIT */

/** The axis of values that are counted in powers of ten, or bytes in powers of two. */
export type Base = 'decimal' | 'binary';

export interface Scale {
  /** The axis goes from 0 to here. */
  top: number;
  /** From 0 to top, evenly spaced. */
  ticks: number[];
}

function niceStep(rough: number, base: Base): number {
  const unit =
    base === 'binary' && rough >= 1024 ? 1024 ** Math.floor(Math.log(rough) / Math.log(1024)) : 1;
  const scaled = rough / unit;
  const power = 10 ** Math.floor(Math.log10(scaled));
  const digit = scaled / power;
  const nice = digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10;
  return Math.max(nice * power * unit, Number.MIN_VALUE);
}

/**
 * An axis for values up to `greatest`, with about `count` steps. Counts a second of less than one are
 * real, so steps may be fractions.
 */
export function makeScale(greatest: number, count = 4, base: Base = 'decimal'): Scale {
  if (!(greatest > 0) || !Number.isFinite(greatest)) return { top: 1, ticks: [0, 1] };
  const step = niceStep(greatest / count, base);
  const steps = Math.ceil(greatest / step - 1e-9);
  const ticks = Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  return { top: ticks[steps] ?? step, ticks };
}

/**
 * At most `width` points of a longer series, each the greatest of those that it stands for: a burst of
 * one second must stay visible.
 */
export function thin(values: readonly number[], width: number): number[] {
  const size = Math.max(1, Math.floor(width));
  if (values.length <= size) return [...values];
  return Array.from({ length: size }, (_, i) => {
    const from = Math.floor((i * values.length) / size);
    const to = Math.floor(((i + 1) * values.length) / size);
    return values.slice(from, to).reduce((a, b) => Math.max(a, b), -Infinity);
  });
}

/** The d of an SVG path through the values, in a box of width and height with 0 at its bottom. */
export function linePath(values: readonly number[], width: number, height: number, top: number) {
  const last = Math.max(1, values.length - 1);
  const point = (value: number, i: number) => {
    const x = (i * width) / last;
    const y = height - (Math.min(value, top) / top) * height;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  return values.length ? `M${values.map(point).join('L')}` : '';
}

/** The index of the value nearest to x pixels from the left. */
export function indexAt(x: number, width: number, count: number): number {
  if (count < 2 || width <= 0) return 0;
  const index = Math.round((x / width) * (count - 1));
  return Math.min(count - 1, Math.max(0, index));
}
