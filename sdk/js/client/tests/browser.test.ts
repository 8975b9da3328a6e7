// @vitest-environment jsdom
/* SPDX-License-Identifier: MIT */
import { beforeEach, expect, test, vi } from 'vitest';
import { accept, FakeSocket, follow, settle, useFakeHost } from './fake-host';

useFakeHost();

let visibility: DocumentVisibilityState = 'visible';

beforeEach(() => {
  visibility = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
});

function show(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}

const goOffline = (): unknown => window.dispatchEvent(new Event('offline'));
const goOnline = (): unknown => window.dispatchEvent(new Event('online'));

test('a page connects to where it came from', async () => {
  follow('trade-signals');
  await settle();
  expect(FakeSocket.last.url).toBe(`ws://${window.location.host}/ws/trade-signals`);
});

test('offline it stops trying and says so; online it tries at once', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  (await accept()).drop();
  await settle();
  FakeSocket.last.drop();
  goOffline();
  expect(follower.status).toMatchObject({ phase: 'waiting', reason: 'offline', retryAt: null });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(FakeSocket.all).toHaveLength(2);
  goOnline();
  await accept();
  expect(follower.status).toMatchObject({ phase: 'live', attempt: 0, reason: null });
});

test('a live socket is asked when the browser goes offline, and waits for it if it is dead', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  const socket = await accept();
  goOffline();
  expect(socket.of('ping')).toHaveLength(1);
  expect(follower.status.phase).toBe('live');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(follower.status).toMatchObject({ phase: 'waiting', reason: 'offline', retryAt: null });
  goOnline();
  await accept();
  expect(follower.status.phase).toBe('live');
});

test('a page that becomes visible does not wait for the next attempt', async () => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  (await accept()).drop();
  await settle();
  FakeSocket.last.drop();
  expect(follower.status.phase).toBe('waiting');
  show('hidden');
  expect(follower.status.phase).toBe('waiting');
  show('visible');
  expect(follower.status.phase).toBe('connecting');
  await accept();
  expect(follower.status.phase).toBe('live');
});

test.each([
  ['online', goOnline],
  ['visible', () => show('visible')],
])('%s revives a connection that has stopped', async (_, event) => {
  const follower = follow('trade-signals', { transport: 'websocket' });
  await settle();
  while (follower.status.phase !== 'stopped') {
    FakeSocket.last.drop();
    await vi.advanceTimersToNextTimerAsync();
  }
  event();
  await accept();
  expect(follower.status).toMatchObject({ phase: 'live', attempt: 0 });
});

test('a connection that was refused is not revived', async () => {
  const follower = follow('admin', { token: 'wrong', transport: 'websocket' });
  await settle();
  FakeSocket.last.drop(1008, 'Invalid admin token');
  goOnline();
  show('visible');
  await settle();
  expect(follower.status.phase).toBe('stopped');
  expect(FakeSocket.all).toHaveLength(1);
});

test('after a sleep a ping finds out whether the socket still lives', async () => {
  const follower = follow('trade-signals');
  const socket = await accept();
  show('visible');
  expect(socket.of('ping')).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(socket.isClosed).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  await accept();
  expect(follower.status.phase).toBe('live');
});

test('a connection that is being made is left alone', async () => {
  follow('trade-signals');
  await settle();
  show('visible');
  goOnline();
  await settle();
  expect(FakeSocket.all).toHaveLength(1);
});

test('who polls by choice opens no socket for any event', async () => {
  follow('trade-signals', { transport: 'rest' });
  await settle();
  goOnline();
  show('visible');
  await settle();
  expect(FakeSocket.all).toHaveLength(0);
});

test('nothing listens any more after the last subscriber has gone', async () => {
  const added = vi.spyOn(globalThis, 'addEventListener');
  const removed = vi.spyOn(globalThis, 'removeEventListener');
  const follower = follow('trade-signals');
  await accept();
  follower.close();
  await settle();
  expect(added).toHaveBeenCalledTimes(3);
  expect(removed.mock.calls).toEqual(added.mock.calls);
});
