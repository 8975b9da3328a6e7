/* SPDX-License-Identifier: MIT */
export interface Sort<K extends string = string> {
  readonly by: K;
  readonly descending: boolean;
}

type Sortable = string | number | boolean | null | undefined;

function compare(a: Sortable, b: Sortable): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return Number(a) - Number(b);
}

function missing(value: Sortable): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/** A sorted copy; stable, and what is missing comes last either way. */
export function sorted<T>(
  rows: readonly T[],
  value: (row: T) => Sortable,
  descending: boolean,
): T[] {
  return rows.toSorted((left, right) => {
    const a = value(left);
    const b = value(right);
    if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
    return descending ? compare(b, a) : compare(a, b);
  });
}

/** What a click on a column's head makes of the order: first one way, then the other. */
export function toggled<K extends string>(sort: Sort<K>, by: K, descendingFirst = false): Sort<K> {
  if (sort.by !== by) return { by, descending: descendingFirst };
  return { by, descending: !sort.descending };
}
