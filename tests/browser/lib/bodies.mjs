// SPDX-License-Identifier: MIT
// What publishers send, as short as the tests need it.

export const signals = (...items) => ({
  data: items.map(([symbol, signal = 'buy', confidence = 0.8]) => ({ symbol, signal, confidence })),
});

export const quotes = (prices, more = {}) => ({
  data: Object.entries(prices).map(([symbol, price]) => ({
    ...{ symbol, price, bid: price - 0.01, ask: price + 0.01, volume: 1_000_000 },
    ...more,
  })),
});

export const earnings = (value, more = {}) => ({
  user_id: 'user_001',
  data: {
    portfolio_value: value,
    total_return: value - 95_000,
    daily_pnl: 250,
    win_rate: 0.65,
    ...more,
  },
});

export const notification = (title, more = {}) => ({
  user_id: 'user_001',
  data: { type: 'success', title, message: `What ${title} is about`, ...more },
});
