/* SPDX-License-Identifier: MIT */
import { sorted, type Sort } from '../ui/sorting.ts';
import type { Signal } from './signals.ts';

export type SignalColumn = 'symbol' | 'signal' | 'confidence' | 'at';

export interface SignalFilter {
  /** Part of a symbol, in any case. */
  readonly search: string;
  /** Such as "buy"; null is all. */
  readonly signal: string | null;
  /** 0 to 1. A signal without a confidence has 0. */
  readonly minConfidence: number;
}

/** Whether it is one of those that are asked for. */
export function matches(signal: Signal, filter: SignalFilter): boolean {
  if (filter.signal !== null && signal.signal !== filter.signal) return false;
  if ((signal.confidence ?? 0) < filter.minConfidence) return false;
  return signal.symbol.includes(filter.search.trim().toUpperCase());
}

/** Those that are asked for, in order, with the pinned ones first. */
export function arranged(
  signals: readonly Signal[],
  filter: SignalFilter,
  sort: Sort<SignalColumn>,
  pinned: ReadonlySet<string>,
): Signal[] {
  const found = signals.filter((signal) => matches(signal, filter));
  const rows = sorted(found, (signal) => signal[sort.by], sort.descending);
  return sorted(rows, (signal) => !pinned.has(signal.symbol), false);
}

/** How many there are of each. */
export function tally(signals: readonly Signal[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { signal } of signals) counts.set(signal, (counts.get(signal) ?? 0) + 1);
  return counts;
}
