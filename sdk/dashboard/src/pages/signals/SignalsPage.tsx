/* SPDX-License-Identifier: MIT */
import { useCallback, useMemo, useState } from 'react';
import { arranged, tally, type SignalColumn, type SignalFilter } from '../../data/signalFilter.ts';
import type { Signal } from '../../data/signals.ts';
import { useValue } from '../../data/value.ts';
import { useSession } from '../../session/context.ts';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SearchIcon, SignalsIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { moveBetweenRows } from '../../ui/rowKeys.ts';
import { SortHeader } from '../../ui/SortHeader.tsx';
import type { Sort } from '../../ui/sorting.ts';
import { NothingYet } from '../NothingYet.tsx';
import { SignalFilters } from './SignalFilters.tsx';
import { SignalRow } from './SignalRow.tsx';

const NO_FILTER: SignalFilter = { search: '', signal: null, minConfidence: 0 };
/** More rows than these are worth a narrower search. */
const ROWS_MAX = 200;

function Nothing() {
  const example = { data: [{ symbol: 'AAPL', signal: 'buy', confidence: 0.85 }] };
  return (
    <NothingYet
      channel="trade-signals"
      icon={<SignalsIcon size={20} />}
      title="No signals yet"
      example={example}
    >
      They come up here as soon as one is published, for example by:
    </NothingYet>
  );
}

interface SignalTableProps {
  rows: readonly Signal[];
  pinned: ReadonlySet<string>;
  sort: Sort<SignalColumn>;
  onSort(sort: Sort<SignalColumn>): void;
  onPin(symbol: string): void;
}

function SignalTable({ rows, pinned, sort, onSort, onPin }: SignalTableProps) {
  const [opened, setOpened] = useState<string | null>(null);
  const open = useCallback(
    (symbol: string) => setOpened((before) => (before === symbol ? null : symbol)),
    [],
  );
  const head = { sort, onSort };
  return (
    <div className="table-scroll">
      <table className="table signals" onKeyDown={moveBetweenRows}>
        <caption className="visually-hidden">Latest signal of each symbol</caption>
        <thead>
          <tr>
            <th scope="col" className="signals__pin">
              <span className="visually-hidden">Pinned</span>
            </th>
            <SortHeader by="symbol" {...head}>
              Symbol
            </SortHeader>
            <SortHeader by="signal" {...head}>
              Signal
            </SortHeader>
            <SortHeader by="confidence" {...head}>
              Confidence
            </SortHeader>
            <SortHeader by="at" number {...head}>
              Age
            </SortHeader>
            <th scope="col" className="signals__more">
              <span className="visually-hidden">Details</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((signal, i) => (
            <SignalRow
              key={signal.symbol}
              signal={signal}
              pinned={pinned.has(signal.symbol)}
              open={opened === signal.symbol}
              entrance={i === 0}
              onPin={onPin}
              onOpen={open}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The latest signal of each symbol: search, filters, pins. */
export function SignalsPage() {
  const session = useSession();
  const signals = useValue(session.signals);
  const pins = useValue(session.pinned);
  const pinned = useMemo(() => new Set(pins), [pins]);
  const [filter, setFilter] = useState(NO_FILTER);
  const [sort, setSort] = useState<Sort<SignalColumn>>({ by: 'at', descending: true });
  const rows = useMemo(
    () => arranged(signals, filter, sort, pinned),
    [signals, filter, sort, pinned],
  );
  const counts = useMemo(() => tally(signals), [signals]);
  const pin = useCallback(
    (symbol: string) =>
      session.pinned.update((before) =>
        before.includes(symbol) ? before.filter((other) => other !== symbol) : [...before, symbol],
      ),
    [session],
  );

  return (
    <>
      <PageHeader title="Trade signals" note={`${rows.length} of ${signals.length}`} />
      <Card flush>
        <SignalFilters filter={filter} counts={counts} onChange={setFilter} />
        {rows.length > 0 && (
          <SignalTable {...{ rows, pinned, sort }} onSort={setSort} onPin={pin} />
        )}
        {rows.length > ROWS_MAX && (
          <p className="more muted">The first {ROWS_MAX} are shown. Search for the others.</p>
        )}
        {signals.length === 0 && <Nothing />}
        {signals.length > 0 && rows.length === 0 && (
          <EmptyState icon={<SearchIcon size={20} />} title="None matches">
            <button type="button" className="button" onClick={() => setFilter(NO_FILTER)}>
              Show all {signals.length}
            </button>
          </EmptyState>
        )}
      </Card>
    </>
  );
}
