/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';
import { ChevronIcon } from './icons.tsx';
import { toggled, type Sort } from './sorting.ts';

interface SortHeaderProps<K extends string> {
  by: K;
  sort: Sort<K>;
  onSort(sort: Sort<K>): void;
  /** Right-aligned, and the largest first. */
  number?: boolean;
  className?: string;
  children: ReactNode;
}

/** A column's head that sorts by it. */
export function SortHeader<K extends string>(props: SortHeaderProps<K>) {
  const { by, sort, onSort, number = false, className = '', children } = props;
  const order = sort.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      className={`${number ? 'number' : ''} ${className}`}
      aria-sort={sort.by === by ? order : 'none'}
    >
      <button
        type="button"
        className="table__sort"
        onClick={() => onSort(toggled(sort, by, number))}
      >
        {children}
        <ChevronIcon size={12} />
      </button>
    </th>
  );
}
