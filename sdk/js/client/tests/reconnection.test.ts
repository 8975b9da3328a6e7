/* SPDX-License-Identifier: MIT */
import { expect, test, vi } from 'vitest';
import { delayBefore } from '../src/backoff';
import { accept, FakeSocket, follow, quotes, settle, useFakeHost } from './fake-host';

useFakeHost();

/** Refuses each attempt, and notes how long after the one before it came. */
async function refuseAll(): Promise<number[]> {
  const delays: number[] = [];
  let before = Date.now();
  for (;;) {
    const count = FakeSocket.all.length;
    FakeSocket.last.drop();
    // Timers alone: the next is the reconnection, if there is one.
    await vi.advanceTimersToNextTimerAsync();
    if (FakeSocket.all.length === count) return delays;
    delays.push(Date.now() - before);
    before = Date.now();
  }
}

test('it reconnects at once, after 3, 6, 9 and 12 seconds, then stops and logs an error', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  await accept();
  expect(await refuseAll()).toEqual([0, 3000, 6000, 9000, 12_000]);
  expect(follower.status).toMatchObject({ phase: 'stopped', attempt: 5, retryAt: null });
  expect(console.error).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(FakeSocket.all).toHaveLength(6);
});

test('the same holds for a host that was never there', async () => {
  follow('trade-signals', { transport: 'websocket' });
  await settle();
  expect(await refuseAll()).toEqual([0, 3000, 6000, 9000, 12_000]);
});

test('while it waits the status says until when, and why', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  const socket = await accept();
  expect(follower.statuses.map((status) => status.phase)).toEqual(['connecting', 'live']);
  expect(follower.status).toMatchObject({ isConnected: true, code: null, reason: null });
  socket.drop(1006);
  await settle();
  FakeSocket.last.drop(1006);
  expect(follower.status).toMatchObject({
    phase: 'waiting',
    isConnected: false,
    attempt: 2,
    retryAt: Date.now() + 3000,
    code: 1006,
    reason: 'no connection',
  });
});

test('attempts count anew only after five seconds of a stable connection', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  (await accept()).drop();
  await settle();
  FakeSocket.last.open();
  FakeSocket.last.ok();
  await vi.advanceTimersByTimeAsync(4999);
  FakeSocket.last.drop();
  expect(follower.status).toMatchObject({ attempt: 2, retryAt: Date.now() + 3000 });
  await vi.advanceTimersByTimeAsync(3000);
  FakeSocket.last.open();
  FakeSocket.last.ok();
  await vi.advanceTimersByTimeAsync(5000);
  expect(follower.status.attempt).toBe(0);
  FakeSocket.last.drop();
  expect(follower.status).toMatchObject({ attempt: 1, retryAt: Date.now() });
});

test.each([1001, 1013])(
  'after %i the first attempt waits for up to three seconds',
  async (code) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const follower = follow('trade-signals', { transport: 'websocket' });
    (await accept()).drop(code, 'going away');
    expect(follower.status).toMatchObject({ retryAt: Date.now() + 1500, reason: 'going away' });
    await vi.advanceTimersByTimeAsync(1500);
    FakeSocket.last.drop(code);
    expect(follower.status.retryAt).toBe(Date.now() + 3000);
  },
);

test('after 4101 it comes back at once, with its place', async () => {
  follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept(10);
  socket.say(quotes(11, ['AAPL']));
  socket.drop(4101, 'too slow');
  await settle();
  FakeSocket.last.open();
  expect(FakeSocket.last.sent[0]).toMatchObject({ since: { epoch: 'e1', offset: 11 } });
});

test('after 1008 it does not come back with the same token', async () => {
  const follower = follow('admin', { token: 'wrong', transport: 'websocket' });
  await settle();
  FakeSocket.last.open();
  FakeSocket.last.drop(1008, 'Invalid admin token');
  expect(follower.status).toMatchObject({
    phase: 'stopped',
    code: 1008,
    reason: 'Invalid admin token',
  });
  expect(follower.statuses.some((status) => status.isConnected)).toBe(false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(FakeSocket.all).toHaveLength(1);
});

test('after 1008 a function is asked once for another token', async () => {
  const token = vi.fn().mockReturnValueOnce('old').mockReturnValueOnce('new').mockReturnValue('x');
  const follower = follow('earnings', { userId: 'u', token, transport: 'websocket' });
  (await accept()).drop(1008, 'token expired');
  await settle();
  FakeSocket.last.open();
  expect(FakeSocket.last.sent[0]).toMatchObject({ token: 'new' });
  FakeSocket.last.drop(1008, 'token expired');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(follower.status.phase).toBe('stopped');
  expect(token).toHaveBeenCalledTimes(2);
});

test('who was kicked stays away, whatever token there would be', async () => {
  const follower = follow('earnings', { userId: 'u', token: () => 't', transport: 'websocket' });
  (await accept()).drop(1008, 'kicked');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(follower.status).toMatchObject({ phase: 'stopped', reason: 'kicked' });
  expect(FakeSocket.all).toHaveLength(1);
});

test('a function is asked for a token at every connect; when it fails that is an attempt', async () => {
  const token = vi.fn().mockResolvedValueOnce('one').mockRejectedValueOnce(new Error('logged out'));
  const follower = follow('earnings', { userId: 'u', token, transport: 'websocket' });
  const socket = await accept();
  expect(socket.sent[0]).toMatchObject({ token: 'one' });
  socket.drop();
  await settle();
  expect(follower.errors.map((error) => error.message)).toEqual(['logged out']);
  expect(follower.status).toMatchObject({ phase: 'waiting', attempt: 2, reason: 'logged out' });
});

test('a token that comes after the subscriber has gone opens nothing', async () => {
  let give: (token: string) => void = () => {};
  const late = new Promise<string>((resolve) => {
    give = resolve;
  });
  const follower = follow('earnings', { userId: 'u', token: () => late });
  await settle();
  follower.close();
  await settle();
  give('t');
  await vi.runAllTimersAsync();
  expect(FakeSocket.all).toHaveLength(0);
});

test('reconnect() tries again after it has stopped, and counts anew', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  await accept();
  await refuseAll();
  follower.reconnect();
  await accept();
  expect(follower.status).toMatchObject({ phase: 'live', attempt: 0 });
});

test('"forever" waits for half a second to twenty, at random, and never stops', async () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  expect([0, 1, 5, 50].map((attempt) => delayBefore(attempt, null, true))).toEqual([
    0.5, 0.5, 0.5, 0.5,
  ]);
  random.mockReturnValue(1);
  expect([0, 1, 2, 5, 50].map((attempt) => delayBefore(attempt, 1001, true))).toEqual([
    1, 2, 4, 20, 20,
  ]);
  const follower = follow('trade-signals', { reconnect: 'forever', transport: 'websocket' });
  await settle();
  for (let attempt = 1; attempt <= 20; attempt++) {
    FakeSocket.last.drop();
    expect(follower.status).toMatchObject({ phase: 'waiting', attempt });
    await vi.advanceTimersToNextTimerAsync();
  }
  expect(FakeSocket.all).toHaveLength(21);
});

test('it pings every 30 seconds, and any message within 10 is an answer', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept();
  await vi.advanceTimersByTimeAsync(29_999);
  expect(socket.of('ping')).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(socket.of('ping')).toEqual([{ action: 'ping' }]);
  await vi.advanceTimersByTimeAsync(9999);
  socket.say({ type: 'pong' });
  await vi.advanceTimersByTimeAsync(20_001);
  expect(socket.of('ping')).toHaveLength(2);
  socket.say(quotes(11, ['AAPL']));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(follower.status.phase).toBe('live');
  expect(follower.messages).toHaveLength(1);
});

test('a socket that does not answer a ping is dropped, and its late messages with it', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(socket.isClosed).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeSocket.all).toHaveLength(2);
  socket.say(quotes(11, ['AAPL']));
  expect(follower.messages).toEqual([]);
});

test('a connection that is not made, or not answered, within 10 seconds is given up', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeSocket.all[0]!.isClosed).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeSocket.all).toHaveLength(2);
  FakeSocket.last.open();
  expect(follower.status.phase).toBe('connecting');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(follower.status).toMatchObject({ phase: 'waiting', reason: 'no answer' });
});

test('a subscribe that is refused counts as a failed attempt, with the host as its reason', async () => {
  const follower = follow('earnings', { transport: 'websocket' });
  await settle();
  const socket = FakeSocket.last;
  socket.open();
  socket.say({ type: 'error', id: socket.sent[0]!.id, message: 'no plugin', code: 'not_running' });
  expect(follower.errors).toMatchObject([{ code: 'not_running' }]);
  expect(follower.status).toMatchObject({ phase: 'waiting', attempt: 1, reason: 'no plugin' });
});

test('where there is no WebSocket that is said, and it stops', async () => {
  vi.stubGlobal('WebSocket', undefined);
  const follower = follow('trade-signals', { transport: 'websocket' });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(follower.status.phase).toBe('stopped');
  expect(follower.status.reason).toBe('configure a WebSocket');
  expect(follower.errors[0]!.message).toBe(follower.status.reason);
});

test('a class that is given is used to open sockets', async () => {
  vi.stubGlobal('WebSocket', undefined);
  follow('trade-signals', { WebSocket: FakeSocket });
  await accept();
  expect(FakeSocket.all).toHaveLength(1);
});

test('the time of the last message is kept in the status without a call for each', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept();
  const { status } = follower;
  const calls = follower.statuses.length;
  vi.setSystemTime(Date.now() + 1234);
  socket.say(quotes(11, ['AAPL']));
  expect(follower.status).toBe(status);
  expect(status.receivedAt).toBe(Date.now());
  expect(follower.statuses).toHaveLength(calls);
});
