/* SPDX-License-Identifier: MIT */
import { StrictMode, useState } from 'react';
import { act, render, renderHook, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  useAdminWebSocket,
  useEarningsWebSocket,
  useMarketDataWebSocket,
  useNotificationsWebSocket,
  useTradeSignalsWebSocket,
} from '@sentio/react';
import {
  connected,
  endBrowser,
  fakeBrowser,
  FakeSocket,
  frame,
  openSockets,
  pass,
  published,
} from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

const AAPL = { symbol: 'AAPL', signal: 'buy', confidence: 0.85 };

it('strict mode opens one socket', async () => {
  const { result } = renderHook(() => useTradeSignalsWebSocket(['AAPL'], 'user_001'), {
    wrapper: StrictMode,
  });
  const socket = await connected('trade-signals');
  await pass(1000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(socket.actions('subscribe')).toHaveLength(1);
  expect(result.current.isConnected).toBe(true);
});

it('what unmounts and mounts again in one tick keeps its socket', async () => {
  const Prices = () => <p>{useMarketDataWebSocket(['AAPL']).status.phase}</p>;
  const { rerender } = render(<Prices key="one" />);
  await connected('market-data');
  rerender(<Prices key="two" />);
  await pass(1000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(openSockets()).toHaveLength(1);
});

it('the socket is closed after unmount, and nothing opens again', async () => {
  const { unmount } = renderHook(() => useTradeSignalsWebSocket(['AAPL']));
  await connected();
  unmount();
  await pass(120_000);
  expect(openSockets()).toHaveLength(0);
  expect(FakeSocket.all).toHaveLength(1);
  expect(fetch).not.toHaveBeenCalled();
});

it('nothing opens after an unmount while a reconnection waits', async () => {
  const { unmount } = renderHook(() => useTradeSignalsWebSocket(['AAPL']));
  const socket = await connected();
  await act(async () => socket.close(1006));
  unmount();
  await pass(10);
  const opened = FakeSocket.all.length;
  await pass(120_000);
  expect(FakeSocket.all).toHaveLength(opened);
});

it('nothing opens after an unmount while the token is awaited', async () => {
  let give: (token: string) => void = () => {};
  const token = () => new Promise<string>((resolve) => (give = resolve));
  const { unmount } = renderHook(() => useEarningsWebSocket('user_001', { token }));
  await frame();
  unmount();
  await pass(10);
  give('late');
  await pass(120_000);
  expect(openSockets()).toHaveLength(0);
});

it('nothing opens with enabled: false, and nothing is loading', async () => {
  const { result, rerender } = renderHook(
    ({ enabled }) => useTradeSignalsWebSocket(['AAPL'], undefined, { enabled }),
    { initialProps: { enabled: false } },
  );
  await pass(60_000);
  expect(FakeSocket.all).toHaveLength(0);
  expect(fetch).not.toHaveBeenCalled();
  expect(result.current).toMatchObject({ loading: false, error: null, isConnected: false });
  rerender({ enabled: true });
  await connected('trade-signals');
  expect(result.current.isConnected).toBe(true);
  rerender({ enabled: false });
  expect(result.current.isConnected).toBe(false);
  await pass(10);
  expect(openSockets()).toHaveLength(0);
});

it('nothing opens without a user where one is required, and the error says what is missing', async () => {
  const { result } = renderHook(() => [
    useEarningsWebSocket(undefined),
    useNotificationsWebSocket(''),
  ]);
  await pass(60_000);
  expect(FakeSocket.all).toHaveLength(0);
  for (const hook of result.current) {
    expect(hook).toMatchObject({ loading: false, isConnected: false });
    expect(hook.error?.message).toBe('userId or token required');
  }
});

it('nothing opens without an admin token, and the error says so', async () => {
  const { result } = renderHook(() => useAdminWebSocket(''));
  await pass(60_000);
  expect(FakeSocket.all).toHaveLength(0);
  expect(result.current.error?.message).toBe('userId or token required');
});

it('nothing opens for market data without symbols', async () => {
  const { result } = renderHook(() => useMarketDataWebSocket([]));
  await pass(60_000);
  expect(FakeSocket.all).toHaveLength(0);
  expect(result.current).toMatchObject({ quotes: {}, loading: false, error: null });
});

it('a token names the user where no userId is given', async () => {
  renderHook(() => useEarningsWebSocket(undefined, { token: 'a.b.c' }));
  const socket = await connected('earnings');
  expect(socket.actions('subscribe')).toHaveLength(1);
});

it('an inline token function does not reconnect, and is asked for its newest value', async () => {
  const asked: number[] = [];
  const { rerender } = renderHook(
    ({ n }) =>
      useEarningsWebSocket('user_001', {
        token: () => {
          asked.push(n);
          return `token ${n}`;
        },
      }),
    { initialProps: { n: 1 } },
  );
  const socket = await connected('earnings');
  rerender({ n: 2 });
  await pass(1000);
  expect(FakeSocket.all).toHaveLength(1);
  await act(async () => socket.close(1006));
  await pass(1000);
  expect(asked[0]).toBe(1);
  expect(asked.at(-1)).toBe(2);
});

it('hooks of one channel and user share a socket', async () => {
  renderHook(() => [
    useTradeSignalsWebSocket(['AAPL'], 'user_001'),
    useTradeSignalsWebSocket(['MSFT'], 'user_001'),
  ]);
  await connected('trade-signals');
  expect(FakeSocket.all).toHaveLength(1);
});

it('a component that mounts late gets the state', async () => {
  const Signals = () => (
    <p data-testid="late">{useTradeSignalsWebSocket(['AAPL']).signals[0]?.signal ?? 'none'}</p>
  );
  const App = () => {
    const [late, setLate] = useState(false);
    useTradeSignalsWebSocket(['AAPL', 'MSFT']);
    return late ? <Signals /> : <button onClick={() => setLate(true)}>show</button>;
  };
  render(<App />);
  const socket = await connected('trade-signals');
  await published(socket, 'trade_signals', [AAPL]);
  await act(async () => screen.getByRole('button').click());
  await frame();
  expect(screen.getByTestId('late').textContent).toBe('buy');
  expect(FakeSocket.all).toHaveLength(1);
});

it('a second bell shows what the first has at its first render', async () => {
  const renders: number[] = [];
  const Bell = ({ log }: { log?: number[] }) => {
    const { unread } = useNotificationsWebSocket('user_001');
    log?.push(unread);
    return <p>{unread}</p>;
  };
  const { rerender } = render(<Bell />);
  await published(await connected(), 'notification', { id: 'n1', title: 'One' });
  rerender(
    <>
      <Bell />
      <Bell log={renders} />
    </>,
  );
  expect(renders).toContain(1);
  await pass(100);
  expect(FakeSocket.all.length).toBeLessThanOrEqual(2);
});

it('refresh reconnects after it has stopped, and is always the same function', async () => {
  const { result } = renderHook(() =>
    useTradeSignalsWebSocket(['AAPL'], undefined, { transport: 'websocket' }),
  );
  const { refresh } = result.current;
  const socket = await connected();
  await act(async () => socket.close(1008, 'kicked'));
  await pass(60_000);
  expect(result.current.status.phase).toBe('stopped');
  expect(result.current.error?.message).toContain('kicked');
  const opened = FakeSocket.all.length;
  expect(result.current.refresh).toBe(refresh);
  await act(async () => refresh());
  await connected();
  expect(FakeSocket.all).toHaveLength(opened + 1);
  expect(result.current).toMatchObject({ isConnected: true, error: null });
});

it('the callbacks of the last render are called, and changing them reconnects nothing', async () => {
  const calls: string[] = [];
  const { rerender } = renderHook(
    ({ name }) =>
      useTradeSignalsWebSocket(['AAPL'], undefined, { onMessage: () => void calls.push(name) }),
    { initialProps: { name: 'old' } },
  );
  const socket = await connected();
  rerender({ name: 'new' });
  await published(socket, 'trade_signals', [AAPL]);
  expect(calls).toEqual(['new']);
  expect(FakeSocket.all).toHaveLength(1);
});

it('a hidden page, which gets no frames, is kept up to date by a timer', async () => {
  vi.stubGlobal(
    'requestAnimationFrame',
    vi.fn(() => 1),
  );
  vi.stubGlobal('cancelAnimationFrame', vi.fn());
  const { result } = renderHook(() => useTradeSignalsWebSocket(['AAPL']));
  await frame();
  await act(async () => openSockets()[0]?.open());
  await act(async () => openSockets()[0]?.publish('trade_signals', [AAPL]));
  await pass(250);
  expect(result.current.signals).toEqual([AAPL]);
});
