/* SPDX-License-Identifier: MIT */
import { beforeEach, expect, test, vi } from 'vitest';
import {
  accept,
  FakeSocket,
  follow,
  notification,
  quotes,
  rest,
  settle,
  useFakeHost,
} from './fake-host';

useFakeHost();

const API = 'http://localhost:8000/api/v1';

/** What REST answers from now on. */
function answer(body: object, status = 200): void {
  rest.mockImplementation(async () => Response.json(body, { status }));
}

function signals(offset: number, ...symbols: string[]): object {
  const data = symbols.map((symbol) => ({ symbol, signal: 'buy', confidence: 0.9, offset }));
  return { signals: data, count: data.length, timestamp: 't', offset, epoch: 'e1' };
}

const asked = (): string[] => rest.mock.calls.map(([url]) => decodeURIComponent(url));

beforeEach(() => answer(signals(5)));

test('REST takes over as soon as an attempt has failed, every 30 seconds, until it is live', async () => {
  answer(signals(5, 'AAPL'));
  const follower = follow('trade-signals', { symbols: ['AAPL'] });
  await settle();
  expect(rest).not.toHaveBeenCalled();
  FakeSocket.last.drop();
  await settle();
  expect(asked()).toEqual([`${API}/dashboard/trade-signals?limit=100&symbols=AAPL`]);
  expect(follower.status).toMatchObject({ polling: true, isConnected: false });
  expect(follower.messages).toMatchObject([
    { type: 'trade_signals', data: [{ symbol: 'AAPL' }], polled: true, offset: 5, epoch: 'e1' },
  ]);
  FakeSocket.last.drop();
  await vi.advanceTimersByTimeAsync(29_999);
  expect(rest).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(rest).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(9000);
  const socket = await accept(6);
  expect(follower.status.polling).toBe(false);
  expect(socket.of('subscribe')[0]!.since).toEqual({ epoch: 'e1', offset: 5 });
  socket.answersPings = true;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(rest).toHaveBeenCalledTimes(2);
});

test('REST goes on after reconnection has stopped', async () => {
  const follower = follow('trade-signals');
  await settle();
  while (follower.status.phase !== 'stopped') {
    FakeSocket.last.drop();
    await vi.advanceTimersToNextTimerAsync();
  }
  rest.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(rest).toHaveBeenCalledTimes(2);
  expect(follower.status).toMatchObject({ phase: 'stopped', polling: true });
});

test('who was sent away does not come back by REST', async () => {
  const follower = follow('trade-signals');
  (await accept()).drop(1008, 'kicked');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(follower.status).toMatchObject({ phase: 'stopped', polling: false });
  expect(rest).not.toHaveBeenCalled();
});

test('a connection that is only interrupted is not polled', async () => {
  follow('trade-signals');
  (await accept()).drop();
  await accept();
  expect(rest).not.toHaveBeenCalled();
});

test('"rest" polls at once and opens no socket; "websocket" never polls', async () => {
  const follower = follow('trade-signals', { transport: 'rest', pollInterval: 5000 });
  await settle();
  expect(follower.status).toMatchObject({ phase: 'idle', polling: true });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(rest).toHaveBeenCalledTimes(3);
  expect(FakeSocket.all).toHaveLength(0);
  follower.reconnect();
  await settle();
  expect(rest).toHaveBeenCalledTimes(4);
  follower.close();
  await settle();
  follow('trade-signals', { transport: 'websocket' });
  await settle();
  FakeSocket.last.drop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(rest).toHaveBeenCalledTimes(4);
});

test('an answer that is no newer than what is known is not told again', async () => {
  answer(signals(5, 'AAPL', 'MSFT'));
  const follower = follow('trade-signals', { transport: 'rest' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(rest).toHaveBeenCalledTimes(3);
  expect(follower.messages).toHaveLength(1);
  answer(signals(6, 'AAPL', 'MSFT'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(follower.messages.map((message) => message.offset)).toEqual([5, 6]);
});

test('an answer without items is told by the status, so that nobody waits for more', async () => {
  const follower = follow('trade-signals', { transport: 'rest' });
  await settle();
  expect(follower.messages).toEqual([]);
  expect(follower.statuses.at(-1)!.receivedAt).toBe(Date.now());
});

test('filters hold for what REST answers as well', async () => {
  answer({
    ...signals(5),
    signals: [
      { symbol: 'A', signal: 'buy', confidence: 0.9 },
      { symbol: 'B', signal: 'buy', confidence: 0.7 },
      { symbol: 'C', signal: 'sell', confidence: 0.9 },
    ],
  });
  const follower = follow('trade-signals', {
    transport: 'rest',
    minConfidence: 0.8,
    signals: ['buy'],
  });
  await settle();
  expect(follower.messages).toMatchObject([{ data: [{ symbol: 'A' }] }]);
});

test('market data has its quotes as a list, and is not asked for when no symbol is named', async () => {
  const nothing = follow('market-data', { transport: 'rest' });
  await settle();
  expect(rest).not.toHaveBeenCalled();
  const price = { symbol: 'AAPL', price: 1 };
  answer({ status: 'success', quotes: { AAPL: price }, count: 1, offset: 3, epoch: 'e1' });
  nothing.setSymbols(['AAPL', 'BRK.B']);
  await settle();
  expect(asked()).toEqual([`${API}/market/quotes?limit=100&symbols=AAPL,BRK.B`]);
  expect(nothing.messages).toMatchObject([{ type: 'quotes', data: [price], polled: true }]);
});

test('symbols that are named later are asked for at once', async () => {
  const follower = follow('trade-signals', { transport: 'rest', symbols: ['AAPL'] });
  await settle();
  follower.setSymbols(['AAPL', 'MSFT']);
  await settle();
  expect(asked()[1]).toContain('symbols=AAPL,MSFT');
});

test('earnings are an object of the user, and nothing while nothing is known', async () => {
  answer({ detail: 'nothing is known' }, 404);
  const follower = follow('earnings', { userId: 'a b', transport: 'rest' });
  await settle();
  expect(asked()).toEqual([`${API}/dashboard/earnings?limit=100&user_id=a+b`]);
  expect([...follower.errors, ...follower.messages]).toEqual([]);
  answer({ portfolio_value: 5, user_id: 'a b', timestamp: 't', offset: 2, epoch: 'e1' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(follower.messages).toMatchObject([
    { type: 'earnings', data: { portfolio_value: 5 }, timestamp: 't', polled: true },
  ]);
});

test('all kinds of the admin come, by the bearer token', async () => {
  answer({ users: { n: 1 }, revenue: { n: 2 }, timestamp: 't', offset: 2, epoch: 'e1' });
  const follower = follow('admin', { token: async () => 'secret', transport: 'rest' });
  await settle();
  expect(rest.mock.calls[0]![1].headers).toEqual({ Authorization: 'Bearer secret' });
  expect(follower.messages.map(({ type, data }) => [type, data])).toEqual([
    ['admin_users', { n: 1 }],
    ['admin_revenue', { n: 2 }],
  ]);
});

test('notifications come once, by REST or by the socket', async () => {
  const list = (...offsets: number[]): object => ({
    user_id: 'u',
    notifications: offsets.map((offset) => (notification(offset) as { data: object }).data),
    offset: offsets.at(-1),
    epoch: 'e1',
  });
  const follower = follow('notifications', { userId: 'u' });
  const first = await accept(10);
  first.say(notification(11));
  answer(list(9, 10, 11, 12));
  first.drop();
  await settle();
  FakeSocket.last.drop();
  await settle();
  const ids = (): unknown[] =>
    follower.messages.map((message) => (message.data as { id: string }).id);
  // The list goes back further than this session does.
  expect(ids()).toEqual(['e1:11', 'e1:9', 'e1:10', 'e1:12']);
  await vi.advanceTimersByTimeAsync(3000);
  const socket = await accept(13);
  expect(socket.sent[0]!.since).toEqual({ epoch: 'e1', offset: 11 });
  socket.say(notification(12, { replay: true }));
  socket.say(notification(13, { replay: true }));
  socket.recovered(true, 13);
  expect(ids().slice(4)).toEqual(['e1:13']);
});

test('what the socket has brought is not brought again by REST', async () => {
  const follower = follow('earnings', { userId: 'u' });
  const socket = await accept(5);
  const data = { portfolio_value: 1 };
  socket.say({ type: 'earnings', data, offset: 6, prev: 5, epoch: 'e1' });
  answer({ ...data, user_id: 'u', timestamp: 't', offset: 6, epoch: 'e1' });
  socket.drop();
  await settle();
  FakeSocket.last.drop();
  await settle();
  expect(rest).toHaveBeenCalledTimes(1);
  expect(follower.messages).toHaveLength(1);
});

test('another epoch in an answer is a gap', async () => {
  answer(signals(5, 'AAPL'));
  const follower = follow('trade-signals', { transport: 'rest' });
  await settle();
  answer({ ...signals(1, 'MSFT'), epoch: 'e2' });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(follower.gaps).toEqual([{ missed: true }]);
  const late = follow('trade-signals', { transport: 'rest' });
  await settle();
  expect(late.messages).toMatchObject([{ snapshot: true, data: [{ symbol: 'MSFT' }] }]);
});

test('another epoch is one gap, and none of the kinds after it is forgotten', async () => {
  const kinds = { users: { n: 1 }, revenue: { n: 2 } };
  answer({ ...kinds, offset: 5, epoch: 'e1' });
  const follower = follow('admin', { token: 't', transport: 'rest' });
  await settle();
  answer({ ...kinds, offset: 1, epoch: 'e2' });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(follower.gaps).toEqual([{ missed: true }]);
  const late = follow('admin', { token: 't', transport: 'rest' });
  await settle();
  expect(late.messages.map((message) => message.type)).toEqual(['admin_users', 'admin_revenue']);
});

test('a failure is told, and the next answer is good again', async () => {
  rest.mockRejectedValueOnce(new TypeError('fetch failed'));
  const follower = follow('trade-signals', { transport: 'rest' });
  await settle();
  answer({ detail: 'the host is busy' }, 503);
  await vi.advanceTimersByTimeAsync(30_000);
  answer(signals(5, 'AAPL'));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(follower.errors.map((error) => error.message)).toEqual([
    'fetch failed',
    'the host is busy',
  ]);
  expect(follower.messages).toHaveLength(1);
});

test('an answer that comes after it is live again is of no account', async () => {
  let reply: (response: Response) => void = () => {};
  rest.mockReturnValue(
    new Promise((resolve) => {
      reply = resolve;
    }),
  );
  const follower = follow('trade-signals');
  await settle();
  FakeSocket.last.drop();
  await settle();
  (await accept(9)).say(quotes(10, ['AAPL'], { prev: 9 }));
  reply(Response.json(signals(5, 'AAPL')));
  await settle();
  expect(follower.messages.map((message) => message.offset)).toEqual([10]);
});

test("a third party's channel is an object, where it has a route beside the others", async () => {
  answer({ temperature: 20, timestamp: 't', offset: 1, epoch: 'e1' });
  const follower = follow('weather', { transport: 'rest' });
  await settle();
  expect(asked()).toEqual([`${API}/dashboard/weather?limit=100`]);
  expect(follower.messages).toMatchObject([{ type: 'weather', data: { temperature: 20 } }]);
  answer({ detail: 'there is nothing at this path' }, 404);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(follower.errors).toEqual([]);
});
