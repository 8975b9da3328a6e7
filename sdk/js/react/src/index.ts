/* SPDX-License-Identifier: MIT */
export * from './hooks/useWebSocket';
export type {
  AdminData,
  Connection,
  Earnings,
  HookOptions,
  Notification,
  Quote,
  TradeSignal,
} from './types';
