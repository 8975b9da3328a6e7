/* SPDX-License-Identifier: MIT */

const TEMPLATES: Record<string, object> = {
  'trade-signals': { data: [{ symbol: 'AAPL', signal: 'buy', confidence: 0.85 }] },
  'market-data': {
    data: [{ symbol: 'AAPL', price: 190.25, bid: 190.24, ask: 190.26, volume: 1200 }],
  },
  earnings: {
    user_id: 'user_001',
    data: { portfolio_value: 100000, total_return: 5000, daily_pnl: 250, win_rate: 0.65 },
  },
  notifications: {
    user_id: 'user_001',
    data: { type: 'info', title: 'Hello', message: 'A message from the admin page' },
  },
  admin: { kind: 'users', data: { total_users: 150, active_users: 120 } },
};

/** What the form for a channel begins with: an update that its plugin takes, where that is known. */
export function templateOf(channel: string): string {
  return JSON.stringify(TEMPLATES[channel] ?? { data: {} }, null, 2);
}
