/* SPDX-License-Identifier: MIT */
import { useMemo } from 'react';
import type { TokenSource } from '@sentio/client';
import { takeNotification } from '../lib/inbox';
import { takeEarnings, takeKind } from '../lib/latest';
import { ALL } from '../lib/rows';
import { useRows } from '../lib/useRows';
import { useChannel } from '../lib/useChannel';
import type {
  AdminData,
  Connection,
  Earnings,
  HookOptions,
  Notification,
  Quote,
  TradeSignal,
} from '../types';

type Symbols = readonly string[];

export interface TradeSignalsState extends Connection {
  /**
   * The latest signal of each symbol: in the order of the symbols given, or, when all are asked
   * for, the one that changed last first. The same array until one changes.
   */
  readonly signals: TradeSignal[];
}

export interface MarketDataState extends Connection {
  /** The latest quote of each symbol, by its upper-case name. The same object until one changes. */
  readonly quotes: Record<string, Quote>;
}

export interface EarningsState extends Connection {
  /** Null until the first have come. */
  readonly earnings: Earnings | null;
}

export interface NotificationsOptions extends HookOptions {
  /** How many are shown at most; 100 by default. */
  limit?: number;
}

export interface NotificationsState extends Connection {
  /** Newest first, each once. */
  readonly notifications: readonly Notification[];
  /** How many of them were not marked as read. */
  readonly unread: number;
  /** Hides what is there now. With `ack: true` it is acknowledged already: when it came. */
  readonly clearNotifications: () => void;
  /** Marks one as read, or, without an id, all. */
  readonly markRead: (id?: string) => void;
}

export interface AdminState extends Connection {
  /** The latest data by kind; `{}` until some have come. */
  readonly data: AdminData;
}

/**
 * Live trade signals.
 * @param symbols upper- or lower-case; without any: all. An inline array is all right.
 * @param userId optional on this channel.
 */
export function useTradeSignalsWebSocket(
  symbols: Symbols = [],
  userId?: string,
  options?: HookOptions,
): TradeSignalsState {
  const names = symbols.join() || ALL;
  const { rows, ...connection } = useRows<TradeSignal>('trade-signals', names, {
    ...options,
    userId,
  });
  return { signals: rows, ...connection };
}

/**
 * Live quotes.
 * @param symbols upper- or lower-case, `['*']` for all; without any nothing is opened.
 */
export function useMarketDataWebSocket(
  symbols: Symbols = [],
  options?: HookOptions,
): MarketDataState {
  const { rows, ...connection } = useRows<Quote>('market-data', symbols.join(), options);
  const quotes = useMemo(
    () => Object.fromEntries(rows.map((quote) => [quote.symbol.toUpperCase(), quote])),
    [rows],
  );
  return { quotes, ...connection };
}

/**
 * A user's live earnings.
 * @param userId required, unless `options.token` names the user. Without, nothing is opened and
 *     `error` says so.
 */
export function useEarningsWebSocket(userId?: string, options?: HookOptions): EarningsState {
  const { data, store, ...connection } = useChannel('earnings', takeEarnings, {
    ...options,
    userId,
  });
  return { earnings: data ?? null, ...connection };
}

/**
 * A user's notifications. All hooks of the same user and options on a page share what is cleared
 * and read.
 * @param userId required, unless `options.token` names the user. Without, nothing is opened and
 *     `error` says so.
 */
export function useNotificationsWebSocket(
  userId?: string,
  { limit = 100, ...options }: NotificationsOptions = {},
): NotificationsState {
  const { data, store, ...connection } = useChannel('notifications', takeNotification, {
    ...options,
    userId,
  });
  const shown = useMemo(() => {
    const notifications = (data ?? []).slice(0, limit);
    return { notifications, unread: notifications.filter(({ read }) => !read).length };
  }, [data, limit]);
  const actions = useMemo(
    () => ({
      clearNotifications: () => store.change(() => []),
      markRead: (id?: string) =>
        store.change((list) =>
          list.map((one) => (one.id === (id ?? one.id) ? { ...one, read: true } : one)),
        ),
    }),
    [store],
  );
  return { ...shown, ...actions, ...connection };
}

const NO_DATA: AdminData = {};

/**
 * The admin's live figures.
 * @param adminToken required; without, nothing is opened and `error` says so.
 */
export function useAdminWebSocket(adminToken?: TokenSource, options?: HookOptions): AdminState {
  const { data, store, ...connection } = useChannel('admin', takeKind, {
    ...options,
    token: adminToken,
  });
  return { data: data ?? NO_DATA, ...connection };
}
