/* SPDX-License-Identifier: MIT */
export {
  AdminDashboardWithWebSocket,
  type AdminDashboardProps,
} from './AdminDashboardWithWebSocket';
export { EarningsSummary, type EarningsSummaryProps } from './EarningsSummary';
export { LiveIndicator, type LiveIndicatorProps } from './LiveIndicator';
export { Notifications, type NotificationsProps } from './Notifications';
export { TradeSignals, type TradeSignalsProps } from './TradeSignals';
