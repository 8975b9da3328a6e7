/* SPDX-License-Identifier: MIT */
import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useNotificationsWebSocket, type NotificationsOptions } from '@sentio/react';
import { connected, endBrowser, fakeBrowser, frame, pass, published } from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

const note = (n: number) => ({ id: `n${n}`, type: 'info', title: `Note ${n}`, message: 'text' });

async function inbox(options: NotificationsOptions = {}) {
  const { result } = renderHook(() => useNotificationsWebSocket('user_001', options));
  const socket = await connected('notifications');
  return { result, socket, ids: () => result.current.notifications.map((one) => one.id) };
}

it('the newest notification is first, and each is shown once', async () => {
  const { socket, ids } = await inbox();
  await published(socket, 'notification', note(1));
  await published(socket, 'notification', note(2));
  await published(socket, 'notification', note(1), { replay: true, offset: 1 });
  expect(ids()).toEqual(['n2', 'n1']);
});

it('at most a hundred are shown, or as many as the option says', async () => {
  const all = await inbox();
  const few = await inbox({ limit: 3 });
  await act(async () => {
    for (let n = 1; n <= 120; n++) all.socket.publish('notification', note(n));
  });
  await frame();
  expect(all.ids()).toHaveLength(100);
  expect(all.ids()[0]).toBe('n120');
  expect(few.ids()).toEqual(['n120', 'n119', 'n118']);
});

it('clearing hides what is there now, for good, and shows what comes later', async () => {
  const { result, socket, ids } = await inbox();
  await published(socket, 'notification', note(1));
  await published(socket, 'notification', note(2));
  act(() => result.current.clearNotifications());
  expect(result.current).toMatchObject({ notifications: [], unread: 0 });
  await published(socket, 'notification', note(1), { replay: true, offset: 1 });
  await published(socket, 'notification', note(3));
  expect(ids()).toEqual(['n3']);
});

it('with ack: true what was shown is acknowledged, cleared or not', async () => {
  const { result, socket } = await inbox({ ack: true });
  await published(socket, 'notification', note(1));
  await published(socket, 'notification', note(2));
  act(() => result.current.clearNotifications());
  await pass(300);
  expect(socket.actions('ack').at(-1)?.offset).toBe(2);
});

it('unread counts what is shown and not marked as read, one by one or all', async () => {
  const { result, socket } = await inbox();
  for (const n of [1, 2, 3]) await published(socket, 'notification', note(n));
  expect(result.current.unread).toBe(3);
  act(() => result.current.markRead('n2'));
  expect(result.current.unread).toBe(2);
  expect(result.current.notifications.map((one) => one.read)).toEqual([false, true, false]);
  act(() => result.current.markRead());
  expect(result.current.unread).toBe(0);
  await published(socket, 'notification', note(4));
  expect(result.current.unread).toBe(1);
});

it('two hooks of one user share what was cleared and read', async () => {
  const bell = await inbox();
  const { result: page } = renderHook(() => useNotificationsWebSocket('user_001'));
  await published(bell.socket, 'notification', note(1));
  act(() => page.current.markRead());
  expect(bell.result.current.unread).toBe(0);
  act(() => page.current.clearNotifications());
  expect(bell.ids()).toEqual([]);
});

it('clearNotifications can be given to onClick, and stays the same function', async () => {
  const { result, socket } = await inbox();
  const { clearNotifications, markRead } = result.current;
  await published(socket, 'notification', note(1));
  expect(result.current.clearNotifications).toBe(clearNotifications);
  expect(result.current.markRead).toBe(markRead);
});

it('other messages of the channel are not notifications', async () => {
  const { socket, ids } = await inbox();
  await act(async () => socket.receive({ type: 'presence', event: 'join', count: 1 }));
  await frame();
  expect(ids()).toEqual([]);
});
