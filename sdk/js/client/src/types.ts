/* SPDX-License-Identifier: MIT */

/** The host's own channels, and any that a plugin brings. */
export type Channel =
  'trade-signals' | 'market-data' | 'earnings' | 'notifications' | 'admin' | (string & {});

/** What the host sends; fields that it does not know pass through as they came. */
export interface Message {
  type: string;
  data?: unknown;
  message?: string;
  /** ISO 8601, UTC, with milliseconds. */
  timestamp?: string;
  /** The number of the item, or of the last item of the update. */
  offset?: number;
  /** Up to which offset this subscription was covered before. */
  prev?: number;
  /** Names the count that `offset` belongs to. */
  epoch?: string;
  /** The latest item of each key, not an event. */
  snapshot?: boolean;
  /** Was missed, and comes now. */
  replay?: boolean;
  /** How many items newer ones have replaced. */
  conflated?: number;
  /** Came by REST. */
  polled?: boolean;
  [field: string]: unknown;
}

/**
 * - `idle`: no socket is wanted (`transport: 'rest'`), or not yet.
 * - `connecting`: the socket opens, or the host has not answered the subscribe yet.
 * - `live`: subscribed; messages come as they are published.
 * - `waiting`: a reconnection is due at `retryAt`, or once the browser is online again.
 * - `stopped`: five attempts failed, or the host refused (1008); `reason` says why.
 */
export type Phase = 'idle' | 'connecting' | 'live' | 'waiting' | 'stopped';

/** Where a connection stands. Times are milliseconds since 1970. */
export interface Status {
  readonly phase: Phase;
  /** The same as `phase === 'live'`. */
  readonly isConnected: boolean;
  /** REST stands in for the socket. */
  readonly polling: boolean;
  /** Reconnections since the last stable connection: 0 to 5, or without end. */
  readonly attempt: number;
  /** When the next reconnection is due; null: none is. */
  readonly retryAt: number | null;
  /** Close code of the connection before; null while live. */
  readonly code: number | null;
  /** Why there is no connection, as text for people; null while live. */
  readonly reason: string | null;
  /** When the last message of any kind came. Kept up to date in place, without a call of onStatus. */
  readonly receivedAt: number | null;
}

/** A token, or what is asked for one at every connect and a minute before a JWT expires. */
export type TokenSource = string | (() => string | Promise<string>);

/** `missed: false`: a gap was seen and is being filled; `true`: the host could not fill it. */
export interface Gap {
  missed: boolean;
}

/** An error message of the host, or a failure on the way to it. */
export interface ClientError extends Error {
  /** The host's code, such as `invalid_symbol`. */
  code?: string;
}

export interface SubscribeOptions {
  /**
   * Upper- or lower-case. None: all of trade-signals, nothing of market-data; `['*']`: all of both.
   * The host refuses a subscribe in which something is no symbol.
   */
  symbols?: readonly string[];
  /** Required on earnings and notifications, unless the token names the user. */
  userId?: string;
  token?: TokenSource;
  /** trade-signals: only those of at least this confidence, 0 to 1. */
  minConfidence?: number;
  /** trade-signals: only these, such as `['buy', 'sell']`. */
  signals?: readonly string[];
  /** market-data: at most one message in this time, such as `'1s'`. */
  interval?: string | null;
  /** The last so many items come first. */
  history?: number;
  /** notifications: what was delivered is acknowledged, and nothing else; see `consumer`. */
  ack?: boolean;
  /** Whose acknowledgements these are; without, those of all the user's connections. */
  consumer?: string;
  /** Joins and leaves are told as messages of the type `presence`. */
  presence?: boolean;
  /**
   * A message of the channel, with those items alone that this subscriber's symbols name. Answers
   * by REST have the same shape, with `polled: true`.
   */
  onMessage?(message: Message): void;
  /** Called after each change, not at the beginning: read `status` of the subscription for that. */
  onStatus?(status: Status): void;
  onError?(error: ClientError): void;
  /** With `missed: true` what was known is void; a snapshot follows if the channel has any. */
  onGap?(gap: Gap): void;
  /** Address of the host's sockets, such as `wss://example.com`. */
  url?: string;
  /** Address of the host's REST, such as `https://example.com`. */
  apiUrl?: string;
  /** `document`: at once, after 3, 6, 9 and 12 s, then it stops; `forever`: each 0.5 to 20 s. */
  reconnect?: 'document' | 'forever';
  /** `auto`: a socket, and REST while there is none; the others: that alone. */
  transport?: 'auto' | 'websocket' | 'rest';
  /** Between two answers by REST, in milliseconds; 30,000 by default. */
  pollInterval?: number;
  /** The class to open sockets with where there is no global one: `ws` in Node 20. */
  WebSocket?: WebSocketClass;
}

/** A socket as far as it is used here; those of browsers and of `ws` are such. */
export interface SocketLike {
  readonly readyState: number;
  // Their events have no type in common.
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(text: string): void;
  close(): void;
}

export type WebSocketClass = new (url: string, protocols?: string | string[]) => SocketLike;

export type Handlers = Pick<SubscribeOptions, 'onMessage' | 'onStatus' | 'onError' | 'onGap'>;

/** Calls a handler of all who share a connection, or of those given. */
export type Tell = <Name extends keyof Handlers>(
  name: Name,
  value: Parameters<Required<Handlers>[Name]>[0],
) => void;

export interface Subscription {
  readonly status: Status;
  /** Takes effect on the open connection: only what is new is asked for. */
  setSymbols(symbols: readonly string[]): void;
  /** Acknowledges everything up to this offset; for subscriptions with `ack: true`. */
  ack(offset: number): void;
  /** Sends an object as it is; false: not connected, nothing was sent. */
  send(message: object): boolean;
  /** Tries at once, also after it has stopped. */
  reconnect(): void;
  /** Ends it; nothing is called any more. The socket closes with its last subscriber. */
  close(): void;
}

/** What `configure` sets for all subscriptions that come later. */
export type Defaults = Partial<
  Pick<
    SubscribeOptions,
    'url' | 'apiUrl' | 'reconnect' | 'token' | 'transport' | 'pollInterval' | 'WebSocket'
  >
>;
