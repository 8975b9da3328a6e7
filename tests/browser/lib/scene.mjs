// SPDX-License-Identifier: MIT
// A day's worth of data, so that the pages look as they do in use.

import { earnings, notification, quotes } from './bodies.mjs';

const MINUTE_MS = 60_000;
const POINTS = 120;

const STARTS = {
  ...{ AAPL: 189.95, GOOGL: 141.8, MSFT: 415.5, TSLA: 248.4 },
  ...{ AMZN: 178.2, NVDA: 875.3, META: 485.6, SPY: 512.4 },
};

/** The same walk each time: pictures can then be compared. */
function* walk(from, spread) {
  let value = from;
  let seed = Math.round(from * 100);
  for (;;) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    value += (seed / 2_147_483_648 - 0.48) * spread;
    yield Math.round(value * 100) / 100;
  }
}

function* days(names) {
  const walks = Object.fromEntries(
    Object.entries(names).map(([symbol, price]) => [symbol, walk(price, price / 400)]),
  );
  for (;;) {
    yield Object.fromEntries(
      Object.entries(walks).map(([symbol, prices]) => [symbol, prices.next().value]),
    );
  }
}

async function publishQuotes(host) {
  const steps = days(STARTS);
  for (let i = 0; i < POINTS; i += 1) {
    const { data } = quotes(steps.next().value);
    for (const item of data) {
      const close = STARTS[item.symbol];
      item.volume += i * 1000 + ((i * 7919) % 1000);
      Object.assign(item, { prev_close: close, high: close * 1.02, low: close * 0.985 });
      item.timestamp = new Date(Date.now() - (POINTS - i) * 1000).toISOString();
    }
    await host.publish('market-data', { data });
  }
}

async function publishSignals(host) {
  const words = ['buy', 'sell', 'hold'];
  const data = Object.keys(STARTS).map((symbol, i) => ({
    ...{ symbol, signal: words[i % 3], confidence: 0.5 + ((i * 17) % 50) / 100 },
    ...{ strategy: 'momentum', price: STARTS[symbol] },
    timestamp: new Date(Date.now() - i * 7 * MINUTE_MS).toISOString(),
  }));
  await host.publish('trade-signals', { data });
}

async function publishEarnings(host) {
  const values = walk(100_000, 900);
  for (let i = 0; i < POINTS; i += 1) {
    const timestamp = new Date(Date.now() - (POINTS - i) * MINUTE_MS).toISOString();
    const positions = [
      { symbol: 'AAPL', quantity: 120, avg_price: 181.2, price: 190.5, unrealized_pnl: 1116 },
      { symbol: 'TSLA', quantity: 40, avg_price: 255.1, price: 248.4, unrealized_pnl: -268 },
      { symbol: 'NVDA', quantity: 25, avg_price: 811.9, price: 875.3, unrealized_pnl: 1585 },
    ];
    const more = { trades: 148, cash: 45_210.5, timestamp, positions };
    await host.publish('earnings', earnings(values.next().value, more));
  }
}

async function publishNotifications(host) {
  const said = [
    ['Trade executed', 'success', 'Bought 40 AAPL at 189.95'],
    ['Market opens in 10 minutes', 'info', 'Orders placed now are queued'],
    ['Margin at 82 %', 'warning', 'Add funds or reduce the position in TSLA'],
    ['Order rejected', 'error', 'SELL 500 NVDA: more than is held'],
  ];
  for (const [title, type, message] of said) {
    await host.publish('notifications', notification(title, { type, message }));
  }
}

async function publishFigures(host) {
  const users = { total_users: 150, active_subscriptions: 120, new_today: 7 };
  const revenue = { monthly_revenue: 15_000, by_plan: { pro: 9_800, basic: 5_200 } };
  await host.publish('admin', { kind: 'users', data: users });
  await host.publish('admin', { kind: 'revenue', data: revenue });
}

/** Publishes something on every channel. */
export async function fill(host) {
  await publishQuotes(host);
  await publishSignals(host);
  await publishEarnings(host);
  await publishNotifications(host);
  await publishFigures(host);
}
