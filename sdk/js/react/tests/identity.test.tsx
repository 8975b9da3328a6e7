/* SPDX-License-Identifier: MIT */
import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  useAdminWebSocket,
  useEarningsWebSocket,
  useNotificationsWebSocket,
  useTradeSignalsWebSocket,
} from '@sentio/react';
import {
  connected,
  endBrowser,
  fakeBrowser,
  FakeSocket,
  openSockets,
  pass,
  published,
} from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

it('another user never sees earnings of the former one, not for one render', async () => {
  const shown: [string, unknown][] = [];
  const { rerender } = renderHook(
    ({ user }) => {
      const { earnings } = useEarningsWebSocket(user);
      shown.push([user, earnings?.portfolio_value]);
    },
    { initialProps: { user: 'one' } },
  );
  await published(await connected(), 'earnings', { portfolio_value: 1 });
  expect(shown.at(-1)).toEqual(['one', 1]);
  rerender({ user: 'two' });
  await pass(100);
  await published(await connected(), 'earnings', { portfolio_value: 2 });
  expect(shown.filter(([user]) => user === 'two').map(([, value]) => value)).not.toContain(1);
  expect(shown.at(-1)).toEqual(['two', 2]);
  expect(FakeSocket.all[1]?.actions('subscribe')[0]?.user_id).toBe('two');
});

it('what is late for the former user is not shown to the next', async () => {
  const { rerender, result } = renderHook(({ user }) => useNotificationsWebSocket(user), {
    initialProps: { user: 'one' },
  });
  const former = await connected();
  rerender({ user: 'two' });
  former.publish('notification', { id: 'n1', title: 'for one' });
  await pass(100);
  expect(result.current.notifications).toEqual([]);
  expect(openSockets()).toHaveLength(1);
});

it('another token is another user', async () => {
  const shown: [string, number][] = [];
  const { rerender } = renderHook(
    ({ token }) => {
      const { notifications } = useNotificationsWebSocket(undefined, { token });
      shown.push([token, notifications.length]);
    },
    { initialProps: { token: 'a' } },
  );
  await published(await connected(), 'notification', { id: 'n1', title: 'for a' });
  expect(shown.at(-1)).toEqual(['a', 1]);
  rerender({ token: 'b' });
  await pass(100);
  expect(shown.filter(([token]) => token === 'b').every(([, count]) => count === 0)).toBe(true);
  expect(openSockets()).toHaveLength(1);
});

it('a user of a shared store who changes leaves the other where it is', async () => {
  const { rerender, result } = renderHook(
    ({ user }) => [useEarningsWebSocket('one'), useEarningsWebSocket(user)] as const,
    { initialProps: { user: 'one' } },
  );
  await published(await connected(), 'earnings', { portfolio_value: 1 });
  rerender({ user: 'two' });
  await pass(100);
  expect(result.current[0].earnings).toEqual({ portfolio_value: 1 });
  expect(result.current[1].earnings).toBeNull();
});

it('signals of the former user are gone when the user changes', async () => {
  const { rerender, result } = renderHook(
    ({ user }) => useTradeSignalsWebSocket(['AAPL'], user).signals,
    { initialProps: { user: 'one' } },
  );
  await published(await connected(), 'trade_signals', [
    { symbol: 'AAPL', signal: 'buy', confidence: 1 },
  ]);
  expect(result.current).toHaveLength(1);
  rerender({ user: 'two' });
  expect(result.current).toHaveLength(0);
});

it('admin data are by kind, and gone with their token', async () => {
  const { rerender, result } = renderHook(({ token }) => useAdminWebSocket(token), {
    initialProps: { token: 'secret' },
  });
  const socket = await connected('admin');
  await published(socket, 'admin_users', { total_users: 150 });
  await published(socket, 'admin_user_analytics', { growth: 2 });
  await published(socket, 'admin_users', { total_users: 151 });
  expect(result.current.data).toEqual({
    users: { total_users: 151 },
    user_analytics: { growth: 2 },
  });
  rerender({ token: '' });
  expect(result.current.data).toEqual({});
});
