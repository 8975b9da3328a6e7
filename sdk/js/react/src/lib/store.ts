/* SPDX-License-Identifier: MIT */
import { IDLE, subscribe } from '@sentio/client';
import type {
  Channel,
  ClientError,
  Message,
  SubscribeOptions,
  Subscription,
  TokenSource,
} from '@sentio/client';
import { inFrame } from './frame';
import type { Connection, HookOptions } from '../types';

/** What is shown after a message that has data, as another object if it has changed. */
export type Reduce<T> = (data: T | undefined, message: Message) => T;

export type Snapshot<T> = Omit<Connection, 'refresh'> & { readonly data: T | undefined };

/** What a hook asks for; undefined is the same as not given. */
export type ChannelOptions = Omit<HookOptions, 'token'> & {
  symbols?: readonly string[] | undefined;
  userId?: string | undefined;
  token?: TokenSource | undefined;
};

/** The options of a hook's last render; their callbacks are called. */
export interface Latest {
  readonly current: ChannelOptions;
}

export interface Store<T> {
  /** Before anything was opened, as on a server. */
  initial(): Snapshot<T>;
  snapshot(): Snapshot<T>;
  /** Changes the data by hand, if there are any, and shows that at once. */
  change(by: (data: T) => T | undefined): void;
  /** Takes these for the symbols from now on, and changes the data by hand. */
  setSymbols(symbols: readonly string[], by: (data: T) => T | undefined): void;
  /** Reconnects at once. */
  refresh(): void;
  /**
   * Opens the subscription with the first who joins, if it may be. Returns how to leave: the last one who leaves
   * closes it, unless somebody joins at once.
   */
  join(changed: () => void, latest: Latest): () => void;
}

type Handlers = Required<Pick<SubscribeOptions, 'onMessage' | 'onStatus' | 'onError' | 'onGap'>>;
type Given<Name extends keyof Handlers> = Parameters<Handlers[Name]>[0];
type Hear<Name extends keyof Handlers> = (given: Given<Name>) => void;

/**
 * Keeps what a subscription brings.
 * @param closed it is not to be opened; a text says what is missing for that.
 * @param onEnd it was closed, and is as it was at first.
 */
export function createStore<T>(
  channel: Channel,
  reduce: Reduce<T>,
  closed: boolean | string | undefined,
  onEnd: () => void,
): Store<T> {
  const holders = new Map<() => void, Latest>();
  let subscription: Subscription | undefined;
  let closing: ReturnType<typeof setTimeout> | undefined;
  let data: T | undefined;
  let error: ClientError | null = closed && closed !== true ? new Error(closed) : null;
  let lastUpdate: number | null = null;
  const initial = look();
  let snapshot = initial;

  function look(): Snapshot<T> {
    const status = subscription?.status ?? IDLE;
    return {
      data,
      status,
      isConnected: status.isConnected,
      loading: !(closed || data || error || status.receivedAt),
      error,
      lastUpdate,
    };
  }

  function flush(): void {
    snapshot = look();
    for (const changed of holders.keys()) changed();
  }

  function change(by: (data: T) => T | undefined): void {
    if (!data) return;
    data = by(data);
    flush();
  }

  /** Shows what `take` has changed: in the next frame, or, when it returns true, before. */
  function hear<Name extends keyof Handlers>(
    name: Name,
    take: (given: Given<Name>) => unknown,
  ): Hear<Name> {
    return (value) => {
      (take(value) ? queueMicrotask : inFrame)(flush);
      for (const { current } of holders.values()) {
        (current[name] as Hear<Name> | undefined)?.(value);
      }
    };
  }

  function open(latest: Latest): void {
    const options = { ...latest.current };
    if (typeof options.token === 'function') {
      options.token = () => (latest.current.token as () => string | Promise<string>)();
    }
    subscription = subscribe(channel, {
      ...(options as SubscribeOptions),
      onMessage: hear('onMessage', (message) => {
        // What was known already needs no frame in which nothing is shown.
        const known = message.snapshot && !data;
        if (message.data) {
          data = reduce(data, message);
          lastUpdate = Date.now();
        }
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
        if (missed && channel !== 'notifications') data = undefined;
      }),
    });
    snapshot = look();
  }

  function close(): void {
    subscription?.close();
    subscription = undefined;
    data = undefined;
    error = lastUpdate = null;
    snapshot = initial;
    onEnd();
  }

  return {
    initial: () => initial,
    snapshot: () => snapshot,
    change,
    setSymbols(symbols, by) {
      change(by);
      subscription?.setSymbols(symbols);
    },
    refresh: () => subscription?.reconnect(),
    join(changed, latest) {
      clearTimeout(closing);
      holders.set(changed, latest);
      if (!subscription && !closed) open(latest);
      return () => {
        holders.delete(changed);
        // What unmounts and mounts again in the same tick, as in StrictMode, keeps its socket.
        if (!holders.size) closing = setTimeout(close);
      };
    },
  };
}
