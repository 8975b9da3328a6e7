/* SPDX-License-Identifier: MIT */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Channel, Status, SubscribeOptions } from '@sentio/client';
import type { Connection } from '../types';
import { createStore, type ChannelOptions, type Reduce, type Snapshot, type Store } from './store';

type Stores = Map<string, Store<unknown>>;

export interface Held<T> extends Connection {
  readonly data: T | null;
  /** The store while it is open; for actions, not for rendering. */
  readonly store: () => Store<T> | undefined;
}

const IDLE: Status = {
  phase: 'idle',
  isConnected: false,
  polling: false,
  attempt: 0,
  retryAt: null,
  code: null,
  reason: null,
  receivedAt: null,
};

// Filled by effects alone, so that rendering on a server shares nothing between its users.
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
  const missing = needs && !userId && !token;
  // Symbols change on the open connection. Functions are not part of it, since JSON has none.
  const key =
    enabled === false || missing || symbols?.length === 0
      ? ''
      : JSON.stringify([channel, { ...options, enabled: 0, symbols: 0 }]);
  const last = useRef(options);
  const [own] = useState<Stores>(() => new Map());
  // Rows of symbols and of an unnamed user are this component's own; the rest is one for the page.
  const stores = symbols || typeof token === 'function' ? own : shared;

  const source = useMemo(() => {
    const initial: Snapshot<T> = {
      data: null,
      status: IDLE,
      isConnected: false,
      loading: !!key,
      error: missing ? new Error(`${needs} is required`) : null,
      lastUpdate: null,
    };
    const store = () => stores.get(key) as Store<T> | undefined;
    const open = () => {
      const now = { ...last.current };
      if (typeof now.token === 'function') {
        now.token = () => (last.current.token as () => string | Promise<string>)();
      }
      const opened = createStore(channel, now as SubscribeOptions, reduce, () =>
        stores.delete(key),
      );
      stores.set(key, opened as Store<unknown>);
      return opened;
    };
    return {
      store,
      initial: () => initial,
      snapshot: () => store()?.snapshot() ?? initial,
      subscribe: (changed: () => void) =>
        key ? (store() ?? open()).join({ changed, options: last }) : () => {},
      refresh: () => store()?.subscription.reconnect(),
    };
  }, [key, stores, missing]);

  // Before the subscription's own effect, which reads them.
  useEffect(() => {
    last.current = options;
  });
  const snapshot = useSyncExternalStore(source.subscribe, source.snapshot, source.initial);
  return { ...snapshot, refresh: source.refresh, store: source.store };
}
