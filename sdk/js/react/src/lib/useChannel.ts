/* SPDX-License-Identifier: MIT */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { Channel } from '@sentio/client';
import type { Connection } from '../types';
import { createStore, type ChannelOptions, type Reduce, type Store } from './store';

export interface Held<T> extends Connection {
  readonly data: T | undefined;
  readonly store: Store<T>;
}

const shared = new Map<string, Store<unknown>>();

/**
 * Shows what a channel brings, with at most one render a frame.
 * @param reduce always the same function.
 * @param options without symbols a userId or a token must be given; nothing is opened without.
 */
export function useChannel<T>(
  channel: Channel,
  reduce: Reduce<T>,
  options: ChannelOptions,
): Held<T> {
  const { enabled, symbols, userId, token } = options;
  const closed =
    enabled === false || (symbols ? !symbols[0] : !(userId || token) && 'userId or token required');
  // Symbols change on the open connection. Functions are not part of it, since JSON has none.
  const key = JSON.stringify([channel, { ...options, symbols: closed }]);
  const latest = useRef(options);
  const [store, join] = useMemo(() => {
    // Rows of symbols are this component's own; the rest is one for the page, but never for a server.
    const apart = symbols || !globalThis.document;
    const store =
      (!apart && (shared.get(key) as Store<T> | undefined)) ||
      createStore(channel, reduce, closed, () => shared.delete(key));
    if (!apart) shared.set(key, store as Store<unknown>);
    return [store, (changed: () => void) => store.join(changed, latest)] as const;
  }, [key]);

  // Before the subscription's own effect, which reads it.
  useEffect(() => {
    latest.current = options;
  });
  const snapshot = useSyncExternalStore(join, store.snapshot, store.initial);
  return { ...snapshot, refresh: store.refresh, store };
}
