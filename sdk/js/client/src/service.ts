/* SPDX-License-Identifier: MIT */
import { attach } from './subscribe';
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

/** Options for `attach`: what the document's service calls otherwise. */
function optionsOf(config: ServiceConfig): Parameters<typeof attach>[1] {
  const { onOpen, onClose, onStatus, subscribe, ...options } = config;
  const { symbols, ...members } = subscribe ?? {};
  const wanted = config.symbols ?? symbols;
  let open = false;
  return {
    ...options,
    ...(wanted && { symbols: wanted }),
    subscribe: members,
    bare: !(wanted ?? config.userId ?? config.token ?? subscribe),
    onStatus(status) {
      onStatus?.(status);
      if (status.isConnected === open) return;
      open = status.isConnected;
      if (open) onOpen?.();
      else onClose?.({ code: status.code, reason: status.reason });
    },
  };
}

export function createWebSocketService(): WebSocketService {
  const connections = new Map<string, ServiceConnection>();
  let count = 0;
  const to = (endpoint: string): ServiceConnection[] =>
    [...connections.values()].filter((one) => one.endpoint === endpoint);

  return {
    connect(endpoint, config = {}) {
      const id = `${endpoint}#${++count}`;
      const subscription: Subscription = attach(endpoint, optionsOf(config));
      const connection: ServiceConnection = {
        id,
        endpoint,
        get status() {
          return subscription.status;
        },
        send: subscription.send,
        close() {
          if (!connections.delete(id)) return;
          subscription.close();
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
