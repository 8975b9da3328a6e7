/* SPDX-License-Identifier: MIT */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Channel } from '@sentio/client';
import type { Connection } from '../types';
import { createStore, type ChannelOptions, type Reduce, type Store } from './store';

type Stores = Map<string, Store<unknown>>;

export interface Held<T> extends Connection {
  readonly data: T | null;
  readonly store: Store<T>;
}

const shared: Stores = new Map();

/**
 * Shows what a channel brings, with at most one render a frame.
 * @param reduce always the same function.
 * @param needs what must be named in the options, by a userId or a token; nothing is opened without.
 */
export function useChannel<T>(
  channel: Channel,
  reduce: Reduce<T>,
  options: ChannelOptions,
  needs?: string,
): Held<T> {
  const { enabled, symbols, userId, token } = options;
  const missing = needs && !userId && !token ? `${needs} is required` : '';
  const wanted = !missing && enabled !== false && symbols?.length !== 0;
  // Symbols change on the open connection. Functions are not part of it, since JSON has none.
  const key = JSON.stringify([channel, wanted, { ...options, enabled: 0, symbols: 0 }]);
  const latest = useRef(options);
  const [own] = useState<Stores>(() => new Map());
  // Rows of symbols and of an unnamed user are this component's own, and so is all that is rendered
  // on a server; the rest is one for the page.
  const apart = symbols || typeof token === 'function' || !globalThis.document;
  const stores = apart ? own : shared;

  const [store, subscribe, refresh] = useMemo(() => {
    const store =
      (stores.get(key) as Store<T> | undefined) ??
      createStore(channel, reduce, missing, wanted, () => stores.delete(key));
    const keep = () => stores.set(key, store as Store<unknown>);
    keep();
    const join = (changed: () => void) => {
      keep();
      return store.join(changed, latest);
    };
    return [
      store,
      wanted ? join : () => () => {},
      () => store.use((subscription) => subscription.reconnect()),
    ] as const;
  }, [key, stores]);

  // Before the subscription's own effect, which reads it.
  useEffect(() => {
    latest.current = options;
  });
  const snapshot = useSyncExternalStore(subscribe, store.snapshot, () => store.initial);
  return { ...snapshot, refresh, store };
}
