/* SPDX-License-Identifier: MIT */
import { useCallback } from 'react';
import { useValue } from '../../data/value.ts';
import { added, removed, WATCHED_MAX } from '../../data/watchlist.ts';
import { useSession } from '../../session/context.ts';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { MarketsIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AddSymbols } from './AddSymbols.tsx';
import { ChartPanel } from './ChartPanel.tsx';
import { WatchTable } from './WatchTable.tsx';

/** The watchlist, and the candles of its selected symbol. */
export function MarketsPage() {
  const { watchlist, quotes, settings } = useSession();
  const { symbols, selected } = useValue(watchlist);
  const { staleAfter } = useValue(settings);
  const select = useCallback(
    (symbol: string) => watchlist.update((list) => ({ ...list, selected: symbol })),
    [watchlist],
  );
  const remove = useCallback(
    (symbol: string) => watchlist.update((list) => removed(list, symbol)),
    [watchlist],
  );
  const add = (names: readonly string[]) => watchlist.update((list) => added(list, names));
  const actions = { onSelect: select, onRemove: remove };

  return (
    <>
      <PageHeader title="Markets" note={`${symbols.length} of ${WATCHED_MAX} symbols`}>
        <AddSymbols onAdd={add} />
      </PageHeader>
      <div className="markets">
        {selected !== null && (
          <ChartPanel symbol={selected} quotes={quotes} staleAfter={staleAfter} onRemove={remove} />
        )}
        <Card title="Watchlist" flush className="markets__list">
          {symbols.length > 0 ? (
            <WatchTable {...{ symbols, selected, quotes, staleAfter }} {...actions} />
          ) : (
            <EmptyState icon={<MarketsIcon size={20} />} title="Nothing to watch yet">
              Press <kbd>/</kbd> and type a symbol, such as AAPL.
            </EmptyState>
          )}
        </Card>
      </div>
    </>
  );
}
