/* SPDX-License-Identifier: MIT */
import { makePlan, type Extras } from './plan';
import { createSocket } from './socket';
import { IDLE, received } from './status';
import { attach } from './shared';
import type { Message, Status, SubscribeOptions, Subscription } from './types';

export interface ServiceConfig extends Omit<SubscribeOptions, 'onError'> {
  /** Subscribed, after each connect and reconnect. */
  onOpen?(): void;
  onMessage?(message: Message): void;
  onError?(error: Error): void;
  /** The connection is lost or closed; what comes next is told by onStatus. */
  onClose?(event: { code: number | null; reason: string | null }): void;
  onStatus?(status: Status): void;
  /** The first message, sent again after every reconnect; `{"action":"subscribe"}` is added. */
  subscribe?: { symbols?: readonly string[]; user_id?: string; [field: string]: unknown };
  protocols?: string | string[];
}

export interface ServiceConnection {
  readonly id: string;
  readonly endpoint: string;
  readonly status: Status;
  /** Sends an object; false: there is no connection, nothing was sent. */
  send(message: object): boolean;
  close(): void;
}

export interface WebSocketService {
  /**
   * Connects to `/ws/trade-signals`, `trade-signals`, or a whole `ws://` address, and stays connected.
   * With `symbols`, `userId`, `token` or `subscribe` it subscribes; with none of them nothing is
   * subscribed but by what `send` is given, best in `onOpen`.
   */
  connect(endpoint: string, config?: ServiceConfig): ServiceConnection;
  /** Closes all connections to this endpoint. */
  disconnect(endpoint: string): void;
  /** Sends by the newest connection to this endpoint. */
  send(endpoint: string, message: object): boolean;
  disconnectAll(): void;
}

type Line = Pick<Subscription, 'send' | 'close'> & { readonly status: Status };

/** `/ws/earnings`, `earnings` or a whole address: where it is, if it says so, and the channel. */
function split(endpoint: string): { url?: string; channel: string } {
  const [, url, channel = endpoint] = /^(.*?)\/?(?:ws\/)?([^/]+)$/.exec(endpoint) ?? [];
  return url ? { url, channel } : { channel };
}

/** Tells of a status in the words of the document. */
function watch({ onOpen, onClose, onStatus }: ServiceConfig): (status: Status) => void {
  let open = false;
  return (status) => {
    onStatus?.(status);
    if (status.isConnected === open) return;
    open = status.isConnected;
    if (open) onOpen?.();
    else onClose?.({ code: status.code, reason: status.reason });
  };
}

/** A socket over which nothing is subscribed but by what the user sends. */
function openLine(channel: string, config: ServiceConfig & Extras): Line {
  const onStatus = watch(config);
  let status = { ...IDLE };
  const [open, live, send, , close] = createSocket(
    makePlan(channel, config),
    () => status,
    (change) => {
      status = { ...status, ...change };
      status = { ...status, isConnected: status.phase === 'live' };
      onStatus(status);
    },
    (_, error) => config.onError?.(error as Error),
    () => live(),
    (message) => {
      received(status);
      if (message.type === 'error') config.onError?.(new Error(message.message));
      else if (message.type !== 'pong') config.onMessage?.(message);
    },
  );
  open();
  return {
    get status() {
      return status;
    },
    send,
    close,
  };
}

function subscribeLine(channel: string, config: ServiceConfig & Extras): Line {
  const { symbols, ...members } = config.subscribe ?? {};
  const wanted = config.symbols ?? symbols;
  const { subscribe: _, ...options } = config;
  return attach(channel, {
    ...options,
    ...(wanted && { symbols: wanted }),
    ...(Object.keys(members).length > 0 && { subscribe: members }),
    onStatus: watch(config),
  });
}

export function createWebSocketService(): WebSocketService {
  const connections = new Map<string, ServiceConnection>();
  let count = 0;
  const to = (endpoint: string): ServiceConnection[] =>
    [...connections.values()].filter((one) => one.endpoint === endpoint);

  return {
    connect(endpoint, config = {}) {
      const id = `${endpoint}#${++count}`;
      const { channel, ...where } = split(endpoint);
      const subscribes = config.subscribe ?? config.symbols ?? config.userId ?? config.token;
      const line = (subscribes ? subscribeLine : openLine)(channel, { ...config, ...where });
      const connection: ServiceConnection = {
        id,
        endpoint,
        get status() {
          return line.status;
        },
        send: line.send,
        close() {
          if (!connections.delete(id)) return;
          line.close();
          config.onClose?.({ code: 1000, reason: 'closed' });
        },
      };
      connections.set(id, connection);
      return connection;
    },
    disconnect: (endpoint) => to(endpoint).forEach((one) => one.close()),
    send: (endpoint, message) => to(endpoint).at(-1)?.send(message) ?? false,
    disconnectAll: () => [...connections.values()].forEach((one) => one.close()),
  };
}

/** The document's one service. */
export const webSocketService: WebSocketService = /* @__PURE__ */ createWebSocketService();
