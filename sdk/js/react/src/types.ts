/* SPDX-License-Identifier: MIT */
import type { ClientError, Status, SubscribeOptions } from '@sentio/client';

/** One trade signal, as its publisher wrote it. */
export interface TradeSignal {
  symbol: string;
  signal: 'buy' | 'sell' | 'hold';
  /** 0 to 1. */
  confidence: number;
  timestamp?: string;
  [field: string]: unknown;
}

/** The latest quote of a symbol, as its publisher wrote it. */
export interface Quote {
  symbol: string;
  price: number;
  bid?: number;
  ask?: number;
  high?: number;
  low?: number;
  volume?: number;
  prev_close?: number;
  change?: number;
  change_pct?: number;
  timestamp?: string;
  [field: string]: unknown;
}

/** A user's figures, as their publisher wrote them. */
export interface Earnings {
  portfolio_value?: number;
  total_return?: number;
  daily_pnl?: number;
  /** 0 to 1. */
  win_rate?: number;
  [field: string]: unknown;
}

/** A notification as its publisher wrote it, with the host's `id`, and whether it was read here. */
export interface Notification {
  id: string;
  type?: 'success' | 'info' | 'warning' | 'error';
  title?: string;
  message?: string;
  timestamp?: string;
  /** Whether `markRead` was called for it on this page. */
  read: boolean;
  [field: string]: unknown;
}

/** The latest data of each kind, by the kind's name without `admin_`. */
export interface AdminData {
  users?: Record<string, unknown>;
  subscribers?: Record<string, unknown>;
  revenue?: Record<string, unknown>;
  user_analytics?: Record<string, unknown>;
  [kind: string]: Record<string, unknown> | undefined;
}

/** Options of every hook: those of the client's `subscribe`, and `enabled`. */
export interface HookOptions extends Omit<SubscribeOptions, 'symbols' | 'userId'> {
  /** false: nothing is opened, and what was known is forgotten. */
  enabled?: boolean;
}

/** What every hook returns beside its data. */
export interface Connection {
  /** No data yet, but some may come. */
  readonly loading: boolean;
  /** What is wrong, in words for people in `message`; null: nothing is. */
  readonly error: ClientError | null;
  /** The socket is open and subscribed: data are live. */
  readonly isConnected: boolean;
  readonly status: Status;
  /** When data came last, in milliseconds since 1970; null: never. */
  readonly lastUpdate: number | null;
  /** Reconnects at once, also after it has stopped. Always the same function. */
  readonly refresh: () => void;
}
