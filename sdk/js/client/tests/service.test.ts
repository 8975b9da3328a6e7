/* SPDX-License-Identifier: MIT */
import { afterEach, expect, test, vi } from 'vitest';
import webSocketService, { websocketService } from '../src/services/websocket';
import { createWebSocketService, webSocketService as fromIndex } from '../src/index';
import { accept, FakeSocket, follow, quotes, settle, useFakeHost } from './fake-host';

useFakeHost();
afterEach(() => webSocketService.disconnectAll());

test('there is one service, under both spellings and in both places', () => {
  expect(websocketService).toBe(webSocketService);
  expect(fromIndex).toBe(webSocketService);
  expect(createWebSocketService()).not.toBe(webSocketService);
});

test.each([
  ['/ws/trade-signals', 'ws://localhost:8000/ws/trade-signals'],
  ['trade-signals', 'ws://localhost:8000/ws/trade-signals'],
  ['wss://far.example:1234/x/ws/trade-signals', 'wss://far.example:1234/x/ws/trade-signals'],
])('%s is connected to', async (endpoint, url) => {
  webSocketService.connect(endpoint);
  await settle();
  expect(FakeSocket.last.url).toBe(url);
});

test('what opens, comes, fails and closes is told', async () => {
  const told: string[] = [];
  const connection = webSocketService.connect('/ws/market-data', {
    symbols: ['AAPL'],
    userId: 'u',
    onOpen: () => told.push('open'),
    onMessage: (message) => told.push(message.type),
    onError: (error) => told.push(error.message),
    onClose: (event) => told.push(`close ${event.code} ${event.reason}`),
  });
  expect(connection.id).toContain('/ws/market-data');
  const socket = await accept(10);
  expect(socket.sent[0]).toMatchObject({ action: 'subscribe', symbols: ['AAPL'], user_id: 'u' });
  socket.say(quotes(11, ['AAPL']));
  socket.say({ type: 'error', message: 'no such action', code: 'unknown_action' });
  socket.drop(1006, 'gone');
  await accept(11);
  connection.close();
  connection.close();
  expect(told).toEqual([
    'open',
    'update',
    'no such action',
    'close 1006 gone',
    'open',
    'close 1000 closed',
  ]);
});

test('its own first message is sent first, and again after every reconnect', async () => {
  const subscribe = { symbols: ['AAPL'], user_id: 'u', min_confidence: 0.5 };
  webSocketService.connect('/ws/trade-signals', { subscribe });
  const socket = await accept(10);
  expect(socket.sent).toMatchObject([{ action: 'subscribe', ...subscribe }]);
  socket.say({ type: 'pong' });
  socket.drop();
  await settle();
  FakeSocket.last.open();
  expect(FakeSocket.last.sent).toMatchObject([{ ...subscribe, since: { offset: 10 } }]);
});

test('without anything to subscribe, all is left to what is sent in onOpen', async () => {
  const messages: unknown[] = [];
  const subscribe = { action: 'subscribe', symbols: ['AAPL'] };
  webSocketService.connect('/ws/trade-signals', {
    onOpen: () => webSocketService.send('/ws/trade-signals', subscribe),
    onMessage: (message) => messages.push(message.type),
  });
  await settle();
  FakeSocket.last.open();
  expect(FakeSocket.last.sent).toEqual([subscribe]);
  FakeSocket.last.say({ type: 'ok', id: 1, offset: 10, epoch: 'e1' });
  FakeSocket.last.say(quotes(50, ['AAPL'], { prev: 49 }));
  FakeSocket.last.say({ type: 'recovered', recovered: true, offset: 50, epoch: 'e1' });
  FakeSocket.last.say({ type: 'pong' });
  expect(messages).toEqual(['ok', 'update', 'recovered']);
  FakeSocket.last.drop();
  await settle();
  FakeSocket.last.open();
  expect(FakeSocket.last.sent).toEqual([subscribe]);
});

test('connections of the service share their socket with subscribe', async () => {
  webSocketService.connect('/ws/market-data', { symbols: ['AAPL'] });
  webSocketService.connect('market-data', { symbols: ['MSFT'] });
  follow('market-data', { symbols: ['MSFT'] });
  const socket = await accept();
  expect(FakeSocket.all).toHaveLength(1);
  expect(socket.sent[0]!.symbols).toEqual(['AAPL', 'MSFT']);
});

test('disconnect closes what was connected to that endpoint, disconnectAll everything', async () => {
  const closed = vi.fn();
  webSocketService.connect('/ws/trade-signals', { onClose: closed });
  await settle();
  const signals = FakeSocket.last;
  signals.open();
  webSocketService.connect('/ws/market-data', { symbols: ['AAPL'] });
  const market = await accept();
  webSocketService.disconnect('/ws/trade-signals');
  await settle();
  expect(closed).toHaveBeenCalledTimes(1);
  expect([signals.isClosed, market.isClosed]).toEqual([true, false]);
  expect(webSocketService.send('/ws/trade-signals', {})).toBe(false);
  webSocketService.disconnectAll();
  await settle();
  expect(market.isClosed).toBe(true);
});

test('protocols are offered, and make another socket', async () => {
  webSocketService.connect('/ws/trade-signals', { protocols: ['a', 'b'] });
  await settle();
  expect(FakeSocket.last.protocols).toEqual(['a', 'b']);
  webSocketService.connect('/ws/trade-signals');
  await settle();
  expect(FakeSocket.all).toHaveLength(2);
  expect(FakeSocket.last.protocols).toBeUndefined();
});
