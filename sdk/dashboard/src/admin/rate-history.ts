/* SPDX-License-Identifier: MIT */
import type { RateHistory, Series } from './types.ts';

/** Where the values of a history lie in time. */
type Span = Pick<RateHistory, 'step_s' | 'to'>;

/** The series of all channels ("") or of one, whose connections and bytes are not counted apart. */
export function seriesOf(history: RateHistory, channel: string): Partial<Series> {
  return channel ? (history.channels?.[channel] ?? {}) : history.series;
}

/** When the value at an index was counted, in milliseconds since 1970. */
export function timeAt(history: Span, index: number, count: number): number {
  return Date.parse(history.to) - (count - 1 - index) * history.step_s * 1000;
}

export function mean(values: readonly number[]): number {
  return values.length ? values.reduce((a, b) => a + b, 0) / values.length : 0;
}

export interface RateRow {
  /** Milliseconds since 1970, of the first value in it. */
  time: number;
  /** The mean of what each series had in that time. */
  values: number[];
}

/** The series as at most `most` rows, newest first, for those who rather read than look. */
export function rateRows(
  history: Span,
  series: readonly (readonly number[])[],
  most: number,
): RateRow[] {
  const count = Math.max(0, ...series.map((values) => values.length));
  const size = Math.max(1, Math.ceil(count / most));
  const rows: RateRow[] = [];
  for (let end = count; end > 0; end -= size) {
    const start = Math.max(0, end - size);
    const values = series.map((all) => mean(all.slice(start, end)));
    rows.push({ time: timeAt(history, start, count), values });
  }
  return rows;
}
