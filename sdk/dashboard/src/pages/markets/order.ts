/* SPDX-License-Identifier: MIT */
import { useEffect, useState } from 'react';
import type { QuoteBook } from '../../data/quotes.ts';
import { sorted, type Sort } from '../../ui/sorting.ts';

export type WatchColumn = 'added' | 'symbol' | 'price' | 'change' | 'changePercent' | 'volume';

/** Rows that change places all the time can not be read. */
const ARRANGE_EVERY_MS = 2000;

/** The symbols in order of a column; of a column of figures by those of now. */
export function arrange(
  symbols: readonly string[],
  quotes: QuoteBook,
  { by, descending }: Sort<WatchColumn>,
): readonly string[] {
  if (by === 'added') return symbols;
  if (by === 'symbol') return sorted(symbols, (symbol) => symbol, descending);
  return sorted(symbols, (symbol) => quotes.quote(symbol).get()?.[by], descending);
}

/** The same, arranged again every two seconds while the order is one of figures. */
export function useArranged(
  symbols: readonly string[],
  quotes: QuoteBook,
  sort: Sort<WatchColumn>,
): readonly string[] {
  const [, again] = useState(0);
  const moving = sort.by !== 'added' && sort.by !== 'symbol';
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => {
      if (!document.hidden) again((count) => count + 1);
    }, ARRANGE_EVERY_MS);
    return () => clearInterval(timer);
  }, [moving]);
  return arrange(symbols, quotes, sort);
}
