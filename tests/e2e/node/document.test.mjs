// SPDX-License-Identifier: MIT
// The messages of websocket-integration.md, word for word, over all five channels.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './client.mjs';
import { ADMIN_TOKEN, Daemon, TIMEOUT } from './daemon.mjs';

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const options = { timeout: TIMEOUT };
let host;

before(async () => {
  host = await new Daemon().start();
});

after(async () => {
  const code = await host.stop();
  host.remove();
  assert.equal(code, 0);
});

// A pong says that what was sent before the ping has been dealt with.
async function subscribed(path, message) {
  const client = await new Client(host.url(path)).open();
  client.send(message);
  client.send('{"action": "ping"}');
  const pong = await client.nextOf('pong');
  assert.match(pong.timestamp, TIMESTAMP);
  return client;
}

test('trade signals reach the subscriber of the document', options, async () => {
  const client = await subscribed('/ws/trade-signals', `{
     "action": "subscribe",
     "symbols": ["AAPL", "GOOGL"],
     "user_id": "user_001"
   }`);
  const signal = {
    symbol: 'AAPL', signal: 'buy', confidence: 0.85, timestamp: '2024-10-05T10:30:00',
  };
  await host.publish('trade-signals', { data: [signal] });
  const message = await client.liveOf('trade_signals');
  assert.deepEqual(message.data, [signal]);
  assert.match(message.timestamp, TIMESTAMP);
  await client.close();
});

test('the short subscribe and unsubscribe of the document work', options, async () => {
  const client = await subscribed(
    '/ws/trade-signals', '{"action": "subscribe", "symbols": ["AAPL"], "user_id": "user_001"}',
  );
  client.send({ action: 'subscribe', symbols: ['TSLA'] });
  client.send('{"action": "unsubscribe", "symbols": ["AAPL"]}');
  client.send('{"action": "ping"}');
  await client.nextOf('pong');
  await host.publish('trade-signals', {
    data: ['AAPL', 'TSLA'].map((symbol) => ({ symbol, signal: 'sell', confidence: 1 })),
  });
  const message = await client.liveOf('trade_signals');
  assert.deepEqual(message.data.map((item) => item.symbol), ['TSLA']);
  await client.close();
});

test('market data comes as quotes and then as updates', options, async () => {
  await host.publish('market-data', { data: [{ symbol: 'AAPL', price: 1.5 }] });
  const client = await new Client(host.url('/ws/market-data')).open();
  client.send({ action: 'subscribe', symbols: ['AAPL'] });
  const quotes = await client.next();
  assert.deepEqual([quotes.type, quotes.data], ['quotes', [{ symbol: 'AAPL', price: 1.5 }]]);
  await host.publish('market-data', { data: [{ symbol: 'AAPL', price: 2.5 }] });
  const update = await client.next();
  assert.deepEqual([update.type, update.data], ['update', [{ symbol: 'AAPL', price: 2.5 }]]);
  await client.close();
});

test('earnings reach their user', options, async () => {
  const client = await subscribed('/ws/earnings', { action: 'subscribe', user_id: 'user_001' });
  const data = {
    portfolio_value: 100000.0, total_return: 5000.0, daily_pnl: 250.0, win_rate: 0.65,
  };
  await host.publish('earnings', { user_id: 'user_001', data });
  const message = await client.liveOf('earnings');
  assert.deepEqual(message.data, data);
  await client.close();
});

test('notifications reach their user with an id', options, async () => {
  const client = await subscribed(
    '/ws/notifications', { action: 'subscribe', user_id: 'user_001' },
  );
  const data = {
    type: 'success', title: 'Trade Executed',
    message: 'Your AAPL buy order has been executed', timestamp: '2024-10-05T10:30:00',
  };
  await host.publish('notifications', { user_id: 'user_001', data });
  const message = await client.liveOf('notification');
  assert.ok(message.data.id);
  assert.deepEqual({ ...message.data, id: undefined }, { ...data, id: undefined });
  await client.close();
});

test('admin updates reach the holder of the token', options, async () => {
  const client = await subscribed('/ws/admin', { action: 'subscribe', admin_token: ADMIN_TOKEN });
  const data = { total_users: 150, active_subscriptions: 120, monthly_revenue: 15000.0 };
  await host.publish('admin', { kind: 'users', data });
  const message = await client.liveOf('admin_users');
  assert.deepEqual(message.data, data);
  await client.close();
});

test('an error has a message and a timestamp, and the connection stays', options, async () => {
  const client = await new Client(host.url('/ws/trade-signals')).open();
  client.send('{"action": "fly"}');
  const error = await client.next();
  assert.equal(error.type, 'error');
  assert.ok(error.message.length > 0);
  assert.match(error.timestamp, TIMESTAMP);
  client.send('{"action": "ping"}');
  assert.equal((await client.next()).type, 'pong');
  await client.close();
});
