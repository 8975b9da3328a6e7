/* SPDX-License-Identifier: MIT */
import { useEffect, useMemo } from 'react';
import type { Channel } from '@sentio/client';
import type { Connection } from '../types';
import { keepRows, pickRows, takeRows, type Rows } from './rows';
import type { ChannelOptions } from './store';
import { useChannel } from './useChannel';

/**
 * The rows of a channel of symbols.
 * @param names symbols with commas between them, and nothing where there are none.
 */
export function useRows<T>(
  channel: Channel,
  names: string,
  options?: ChannelOptions,
): Connection & { rows: T[] } {
  const symbols = useMemo(() => [...new Set(names.toUpperCase().split(','))], [names]);
  const { data, store, ...connection } = useChannel<Rows<T>>(channel, takeRows, {
    ...options,
    symbols,
  });
  useEffect(() => {
    store.setSymbols(symbols, (rows) => keepRows(rows, symbols));
  }, [store, symbols]);
  const rows = useMemo(() => pickRows(data, symbols), [data, symbols]);
  return { rows, ...connection };
}
