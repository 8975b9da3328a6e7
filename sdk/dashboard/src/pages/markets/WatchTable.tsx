/* SPDX-License-Identifier: MIT */
import { useState } from 'react';
import type { QuoteBook } from '../../data/quotes.ts';
import { moveBetweenRows } from '../../ui/rowKeys.ts';
import { SortHeader } from '../../ui/SortHeader.tsx';
import type { Sort } from '../../ui/sorting.ts';
import { useArranged, type WatchColumn } from './order.ts';
import { WatchRow } from './WatchRow.tsx';

interface WatchTableProps {
  symbols: readonly string[];
  selected: string | null;
  quotes: QuoteBook;
  staleAfter: number;
  onSelect(symbol: string): void;
  onRemove(symbol: string): void;
}

interface HeadProps {
  sort: Sort<WatchColumn>;
  onSort(sort: Sort<WatchColumn>): void;
}

function Head(props: HeadProps) {
  return (
    <thead>
      <tr>
        <SortHeader by="symbol" {...props}>
          Symbol
        </SortHeader>
        <SortHeader by="price" number {...props}>
          Price
        </SortHeader>
        <SortHeader by="change" number className="wide" {...props}>
          Change
        </SortHeader>
        <SortHeader by="changePercent" number {...props}>
          Change %
        </SortHeader>
        <SortHeader by="volume" number className="wider" {...props}>
          Volume
        </SortHeader>
        <th scope="col" className="watch__line">
          Session
        </th>
        <th scope="col" className="number watch__age">
          Age
        </th>
      </tr>
    </thead>
  );
}

/** The watched symbols with their prices. */
export function WatchTable(props: WatchTableProps) {
  const { symbols, selected, quotes, ...row } = props;
  const [sort, setSort] = useState<Sort<WatchColumn>>({ by: 'added', descending: false });
  const rows = useArranged(symbols, quotes, sort);
  return (
    <div className="table-scroll">
      <table className="table watch" onKeyDown={moveBetweenRows}>
        <caption className="visually-hidden">Watchlist</caption>
        <Head sort={sort} onSort={setSort} />
        <tbody>
          {rows.map((symbol, i) => (
            <WatchRow
              key={symbol}
              symbol={symbol}
              quotes={quotes}
              selected={symbol === selected}
              entrance={selected === null ? i === 0 : symbol === selected}
              {...row}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
