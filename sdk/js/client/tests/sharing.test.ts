/* SPDX-License-Identifier: MIT */
import { expect, test, vi } from 'vitest';
import { accept, FakeSocket, follow, notification, quotes, settle, useFakeHost } from './fake-host';

useFakeHost();

const symbolsOf = (message: { data?: unknown }): string[] =>
  (message.data as { symbol: string }[]).map((item) => item.symbol);

test('many subscribers of a channel open one socket, with the symbols of all', async () => {
  follow('market-data', { symbols: ['aapl'] });
  follow('market-data', { symbols: ['MSFT', 'AAPL'] });
  const socket = await accept();
  follow('market-data', { symbols: ['AAPL'] });
  await settle();
  expect(FakeSocket.all).toHaveLength(1);
  expect(socket.url).toBe('ws://localhost:8000/ws/market-data');
  expect(socket.of('subscribe').map((message) => message.symbols)).toEqual([['AAPL', 'MSFT']]);
});

test.each([
  ['users', { userId: 'a' }, { userId: 'b' }],
  ['tokens', { token: 'a' }, { token: 'b' }],
  ['token functions', { token: () => 'a' }, { token: () => 'a' }],
  ['addresses', { url: 'ws://a' }, { url: 'ws://b' }],
  ['filters', { minConfidence: 0.5 }, { minConfidence: 0.6 }],
  ['signals', { signals: ['buy'] }, { signals: ['sell'] }],
])('other %s open another socket', async (_, one, other) => {
  follow('trade-signals', one);
  follow('trade-signals', other);
  follow('trade-signals', one);
  await settle();
  expect(FakeSocket.all).toHaveLength(2);
});

test('what comes and goes in one breath, as in StrictMode, opens one socket', async () => {
  follow('trade-signals').close();
  const lasting = follow('trade-signals');
  const socket = await accept();
  expect(FakeSocket.all).toHaveLength(1);
  lasting.close();
  follow('trade-signals');
  await settle();
  expect(FakeSocket.all).toHaveLength(1);
  expect(socket.sent).toHaveLength(1);
});

test('nothing is opened for who has gone before', async () => {
  follow('trade-signals').close();
  await vi.runAllTimersAsync();
  expect(FakeSocket.all).toHaveLength(0);
});

test('the last subscriber closes the socket, and it stays closed', async () => {
  const one = follow('trade-signals');
  const other = follow('trade-signals');
  const socket = await accept();
  one.close();
  await settle();
  expect(socket.isClosed).toBe(false);
  other.close();
  await settle();
  expect(socket.isClosed).toBe(true);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('just what is new is subscribed, and what nobody wants any more is not', async () => {
  const one = follow('market-data', { symbols: ['AAPL', 'MSFT'] });
  const other = follow('market-data', { symbols: ['MSFT'] });
  const socket = await accept();
  one.setSymbols(['AAPL', 'TSLA']);
  await settle();
  expect(socket.sent.slice(1)).toMatchObject([{ action: 'subscribe', symbols: ['TSLA'] }]);
  other.close();
  await settle();
  expect(socket.sent.slice(2)).toEqual([{ action: 'unsubscribe', symbols: ['MSFT'] }]);
  one.setSymbols(['tsla', 'AAPL']);
  await settle();
  expect(socket.sent).toHaveLength(3);
});

test('each subscriber gets just the items of its own symbols', async () => {
  const one = follow('market-data', { symbols: ['AAPL'] });
  const two = follow('market-data', { symbols: ['MSFT', 'TSLA'] });
  const all = follow('market-data', { symbols: ['*'] });
  const socket = await accept();
  socket.say(quotes(11, ['TSLA', 'aapl', 'MSFT', 'GOOG']));
  expect(one.messages.map(symbolsOf)).toEqual([['aapl']]);
  expect(two.messages.map(symbolsOf)).toEqual([['TSLA', 'MSFT']]);
  expect(all.messages.map(symbolsOf)).toEqual([['TSLA', 'aapl', 'MSFT', 'GOOG']]);
  socket.say(quotes(12, ['GOOG']));
  expect(one.messages).toHaveLength(1);
});

test('a late subscriber is given what is known at once, and then what is live', async () => {
  follow('market-data', { symbols: ['AAPL', 'MSFT'] });
  const socket = await accept();
  socket.say(quotes(10, ['AAPL', 'MSFT'], { type: 'quotes', snapshot: true }));
  socket.say(quotes(11, ['MSFT']));
  const late = follow('market-data', { symbols: ['MSFT', 'TSLA'] });
  expect(late.status.phase).toBe('live');
  await settle();
  expect(late.messages).toMatchObject([
    { snapshot: true, data: [{ symbol: 'MSFT', price: 11 }], offset: 11, epoch: 'e1' },
  ]);
  socket.say(quotes(12, ['TSLA', 'AAPL']));
  expect(late.messages.slice(1)).toMatchObject([{ data: [{ symbol: 'TSLA' }] }]);
});

test('symbols that are set again at once do not keep a late subscriber from what is known', async () => {
  follow('market-data', { symbols: ['AAPL', 'MSFT'] });
  (await accept()).say(quotes(11, ['AAPL', 'MSFT']));
  const late = follow('market-data', { symbols: ['AAPL'] });
  late.setSymbols(['AAPL']);
  await settle();
  late.setSymbols(['AAPL', 'MSFT']);
  await settle();
  expect(late.messages.map(symbolsOf)).toEqual([['AAPL'], ['MSFT']]);
});

test('a late subscriber gets each kind of an object, and each notification in order', async () => {
  follow('admin', { token: 'x' });
  const admin = await accept(2);
  admin.say({ type: 'admin_users', data: { n: 1 }, offset: 2, epoch: 'e1', snapshot: true });
  admin.say({ type: 'admin_revenue', data: { n: 1 }, offset: 3, prev: 2, epoch: 'e1' });
  admin.say({ type: 'admin_users', data: { n: 2 }, offset: 4, prev: 3, epoch: 'e1' });
  const late = follow('admin', { token: 'x' });
  follow('notifications', { userId: 'u' });
  const notifications = await accept(10);
  notifications.say(notification(11));
  notifications.say(notification(12));
  const reader = follow('notifications', { userId: 'u' });
  await settle();
  expect(late.messages).toMatchObject([
    { type: 'admin_users', data: { n: 2 }, snapshot: true },
    { type: 'admin_revenue', data: { n: 1 }, snapshot: true },
  ]);
  expect(reader.messages.map((message) => message.offset)).toEqual([11, 12]);
});

test('what nobody followed meanwhile is not told as if it was known', async () => {
  const one = follow('market-data', { symbols: ['AAPL', 'MSFT'] });
  const socket = await accept();
  socket.say(quotes(11, ['AAPL', 'MSFT']));
  one.setSymbols(['AAPL']);
  await settle();
  const late = follow('market-data', { symbols: ['MSFT'] });
  await settle();
  expect(late.messages).toEqual([]);
  expect(socket.sent.at(-1)).toMatchObject({ action: 'subscribe', symbols: ['MSFT'] });
});

test('on trade-signals no symbols are all, on market-data they are none', async () => {
  const signals = follow('trade-signals');
  const socket = await accept();
  expect(socket.sent[0]).toMatchObject({ symbols: ['*'] });
  socket.say({ type: 'trade_signals', data: [{ symbol: 'X' }], offset: 11, prev: 10, epoch: 'e1' });
  expect(signals.messages).toHaveLength(1);
  const market = follow('market-data');
  (await accept()).say(quotes(11, ['AAPL']));
  expect(market.messages).toEqual([]);
});

test('all symbols together with named ones are all', async () => {
  const named = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept();
  follow('market-data', { symbols: ['*', 'MSFT'] });
  await settle();
  expect(socket.sent.at(-1)).toMatchObject({ action: 'subscribe', symbols: ['*', 'MSFT'] });
  named.setSymbols(['TSLA']);
  await settle();
  expect(socket.sent).toHaveLength(2);
});

test('from named ones to all, all are named: a subscribe of nothing would add nothing', async () => {
  follow('trade-signals', { symbols: ['AAPL'] });
  const socket = await accept();
  follow('trade-signals');
  await settle();
  expect(socket.sent[1]).toMatchObject({ action: 'subscribe', symbols: ['*'] });
});

test('from all to named ones it goes by a new subscribe, in which nothing is missed', async () => {
  const all = follow('trade-signals');
  follow('trade-signals', { symbols: ['AAPL'] });
  const socket = await accept(10);
  socket.say(quotes(12, ['AAPL'], { prev: 10 }));
  all.close();
  await settle();
  expect(socket.sent.slice(1)).toMatchObject([
    { action: 'unsubscribe' },
    { action: 'subscribe', symbols: ['AAPL'], since: { epoch: 'e1', offset: 12 } },
  ]);
});

test('a subscriber that fails does not keep the others from their messages', async () => {
  const failing = (): never => {
    throw new Error('its own fault');
  };
  follow('market-data', { symbols: ['AAPL'], onMessage: failing, onStatus: failing });
  const other = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept();
  socket.say(quotes(11, ['AAPL']));
  expect(other.messages).toHaveLength(1);
  expect(console.error).toHaveBeenCalled();
});

test('who is closed in the middle of a message is told nothing more', async () => {
  const last: { close(): void }[] = [];
  const first = follow('market-data', {
    symbols: ['AAPL'],
    onMessage: () => last.forEach((one) => one.close()),
  });
  const second = follow('market-data', { symbols: ['AAPL'] });
  last.push(second);
  (await accept()).say(quotes(11, ['AAPL']));
  expect(second.messages).toEqual([]);
  first.close();
});

test('filters and the user are in the subscribe as the protocol names them', async () => {
  follow('trade-signals', { userId: 'u', minConfidence: 0.8, signals: ['buy'], token: 't' });
  expect((await accept()).sent[0]).toEqual({
    action: 'subscribe',
    id: expect.any(String),
    symbols: ['*'],
    user_id: 'u',
    min_confidence: 0.8,
    signals: ['buy'],
    token: 't',
  });
  follow('admin', { token: 't' });
  expect((await accept()).sent[0]).toMatchObject({ admin_token: 't' });
  follow('market-data', { symbols: ['AAPL'], interval: '1s', history: 5, presence: true });
  expect((await accept()).sent[0]).toMatchObject({ interval: '1s', history: 5, presence: true });
});

test('what is no message is told as an error, and the connection stays', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept();
  socket.onmessage!({ data: '<html>' });
  socket.onmessage!({ data: 'null' });
  expect(follower.errors.map((error) => error.name)).toEqual(['SyntaxError', 'TypeError']);
  socket.say(quotes(11, ['AAPL']));
  expect(follower.messages).toHaveLength(1);
  expect(follower.status.phase).toBe('live');
});

test('errors of the host have its code, and leave the connection open', async () => {
  const follower = follow('trade-signals');
  const socket = await accept();
  socket.say({ type: 'error', message: 'too many', code: 'too_many_topics', id: '~9' });
  expect(follower.errors).toMatchObject([{ message: 'too many', code: 'too_many_topics' }]);
  expect(follower.status.phase).toBe('live');
});

test('an object of the user is sent while live, and its answer is handed on', async () => {
  const follower = follow('trade-signals');
  expect(follower.send({ action: 'presence' })).toBe(false);
  const socket = await accept();
  expect(follower.send({ action: 'presence', id: 7 })).toBe(true);
  expect(socket.sent.at(-1)).toEqual({ action: 'presence', id: 7 });
  socket.say({ type: 'presence', id: 7, topics: {} });
  expect(follower.messages).toEqual([{ type: 'presence', id: 7, topics: {} }]);
});
