/* SPDX-License-Identifier: MIT */
import { subscribe } from '@sentio/client';
import type { Channel, ClientError, Message, SubscribeOptions, Subscription } from '@sentio/client';
import { inFrame } from './frame';
import type { Connection, HookOptions } from '../types';

/** What is shown after a message, as another object if it has changed; null: nothing yet. */
export type Reduce<T> = (data: T | null, message: Message) => T | null;

export interface Snapshot<T> extends Omit<Connection, 'refresh'> {
  readonly data: T | null;
}

/** What a hook asks for; undefined is the same as not given. */
export type ChannelOptions = HookOptions & {
  symbols?: readonly string[] | undefined;
  userId?: string | undefined;
};

/** A hook that shows a store. */
export interface Holder {
  changed(): void;
  /** The options of its last render; their callbacks are called. */
  readonly options: { readonly current: ChannelOptions };
}

export interface Store<T> {
  readonly subscription: Subscription;
  snapshot(): Snapshot<T>;
  /** Changes the data by hand, and shows that at once. */
  change(change: (data: T) => T): void;
  /** Returns how to leave. The last one who leaves closes the store, unless somebody joins at once. */
  join(holder: Holder): () => void;
}

type Handlers = Required<Pick<SubscribeOptions, 'onMessage' | 'onStatus' | 'onError' | 'onGap'>>;
type Given<Name extends keyof Handlers> = Parameters<Handlers[Name]>[0];
type Hear<Name extends keyof Handlers> = (given: Given<Name>) => void;

/** Opens a subscription and keeps what it brings; `gone` is called when it has been closed. */
export function createStore<T>(
  channel: Channel,
  options: SubscribeOptions,
  reduce: Reduce<T>,
  gone: () => void,
): Store<T> {
  const holders = new Set<Holder>();
  let closing: ReturnType<typeof setTimeout> | undefined;
  let data: T | null = null;
  let error: ClientError | null = null;
  let lastUpdate: number | null = null;
  let snapshot: Snapshot<T>;

  function look(): void {
    const { status } = subscription;
    const { isConnected } = status;
    const loading = !data && !error && !isConnected;
    snapshot = { data, status, isConnected, loading, error, lastUpdate };
  }

  function flush(): void {
    look();
    for (const { changed } of holders) changed();
  }

  /** Shows what `take` has changed: in the next frame, or, when it returns true, before. */
  function hear<Name extends keyof Handlers>(name: Name, take: (given: Given<Name>) => unknown) {
    return (value: Given<Name>) => {
      (take(value) ? queueMicrotask : inFrame)(flush);
      for (const { options } of holders) (options.current[name] as Hear<Name> | undefined)?.(value);
    };
  }

  const subscription = subscribe(channel, {
    ...options,
    onMessage: hear('onMessage', (message) => {
      // What was known already needs no frame in which nothing is shown.
      const known = message.snapshot && !data;
      data = reduce(data, message);
      if (message.data) lastUpdate = Date.now();
      if (message.polled) error = null;
      return known;
    }),
    onStatus: hear('onStatus', ({ isConnected, phase, reason }) => {
      if (isConnected) error = null;
      if (phase === 'stopped') error = new Error(reason!);
    }),
    onError: hear('onError', (problem) => {
      error = problem;
    }),
    onGap: hear('onGap', ({ missed }) => {
      // State is void then; events stay true.
      if (missed && channel !== 'notifications') data = null;
    }),
  });
  look();

  return {
    subscription,
    snapshot: () => snapshot,
    change(change) {
      data = data && change(data);
      flush();
    },
    join(holder) {
      clearTimeout(closing);
      holders.add(holder);
      return () => {
        holders.delete(holder);
        if (holders.size) return;
        // What unmounts and mounts again in the same tick, as in StrictMode, keeps its socket.
        closing = setTimeout(() => {
          subscription.close();
          gone();
        });
      };
    },
  };
}
