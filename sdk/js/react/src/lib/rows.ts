/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';

/**
 * The latest item of each symbol, by its upper-case name; what came last is last. The map is always
 * the same, what is around it is another object after a change.
 */
export interface Rows<T> {
  readonly map: Map<string, T>;
}

export const ALL = '*';

interface Item {
  symbol: string;
}

export function takeRows<T>(rows: Rows<T> | undefined, { data }: Pick<Message, 'data'>): Rows<T> {
  const map = rows?.map ?? new Map<string, T>();
  for (const item of data as (T & Item)[]) {
    const symbol = item.symbol.toUpperCase();
    map.delete(symbol);
    map.set(symbol, item);
  }
  return { map };
}

/** The rows of these symbols, in their order; of all: those that changed last come first. */
export function pickRows<T>(rows: Rows<T> | undefined, symbols: readonly string[]): T[] {
  if (!rows) return [];
  if (symbols.includes(ALL)) return [...rows.map.values()].reverse();
  return symbols.flatMap((symbol) => rows.map.get(symbol) ?? []);
}

/** Forgets the rows that none of these symbols names. */
export function keepRows<T>(rows: Rows<T>, symbols: readonly string[]): Rows<T> | undefined {
  return takeRows(undefined, { data: pickRows(rows, symbols).reverse() });
}
