/* SPDX-License-Identifier: MIT */
import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  useAdminWebSocket,
  useEarningsWebSocket,
  useMarketDataWebSocket,
  useTradeSignalsWebSocket,
} from '@sentio/react';
import { connected, endBrowser, fakeBrowser, frame, pass, published } from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

const quote = (symbol: string, price: number) => ({ symbol, price });

it('a thousand messages within a frame are one render', async () => {
  let renders = 0;
  const { result } = renderHook(() => {
    renders++;
    return useMarketDataWebSocket(['AAPL', 'MSFT']);
  });
  const socket = await connected();
  renders = 0;
  for (let i = 1; i <= 1000; i++) socket.publish('update', [quote('AAPL', i)]);
  expect(renders).toBe(0);
  await frame();
  expect(renders).toBe(1);
  expect(result.current.quotes.AAPL?.price).toBe(1000);
});

it('a component renders at most once a frame over a second', async () => {
  let renders = 0;
  renderHook(() => {
    renders++;
    useMarketDataWebSocket(['AAPL']);
  });
  const socket = await connected();
  renders = 0;
  for (let i = 0; i < 500; i++) {
    socket.publish('update', [quote('AAPL', i)]);
    await pass(2);
  }
  expect(renders).toBeGreaterThan(30);
  expect(renders).toBeLessThanOrEqual(63);
});

it('two hooks of a component render it once a frame', async () => {
  let renders = 0;
  renderHook(() => {
    renders++;
    useMarketDataWebSocket(['AAPL']);
    useTradeSignalsWebSocket(['AAPL']);
  });
  const [quotes, signals] = [await connected('market-data'), await connected('trade-signals')];
  renders = 0;
  quotes.publish('update', [quote('AAPL', 1)]);
  signals.publish('trade_signals', [{ symbol: 'AAPL', signal: 'buy', confidence: 1 }]);
  await frame();
  expect(renders).toBe(1);
});

it('quotes that did not change stay the same objects', async () => {
  const { result } = renderHook(() => useMarketDataWebSocket(['AAPL', 'MSFT']));
  const socket = await connected();
  await published(socket, 'quotes', [quote('AAPL', 1), quote('MSFT', 1)]);
  const before = result.current.quotes;
  await published(socket, 'update', [quote('AAPL', 2)]);
  expect(result.current.quotes).not.toBe(before);
  expect(result.current.quotes.MSFT).toBe(before.MSFT);
});

it('signals stay the same array while only the connection changes', async () => {
  const { result } = renderHook(() => useTradeSignalsWebSocket(['AAPL']));
  const socket = await connected();
  await published(socket, 'trade_signals', [{ symbol: 'AAPL', signal: 'buy', confidence: 1 }]);
  const before = result.current.signals;
  await act(async () => socket.close(1006));
  await frame();
  expect(result.current.isConnected).toBe(false);
  expect(result.current.signals).toBe(before);
});

it('nothing renders while nothing comes', async () => {
  let renders = 0;
  renderHook(() => {
    renders++;
    useMarketDataWebSocket(['AAPL']);
  });
  await connected();
  // Until the connection counts as stable.
  await pass(6_000);
  renders = 0;
  await pass(120_000);
  expect(renders).toBe(0);
});

it('loading lasts until the host has answered, or the first data', async () => {
  const { result } = renderHook(() => useTradeSignalsWebSocket(['AAPL']));
  expect(result.current).toMatchObject({ loading: true, lastUpdate: null });
  const socket = await connected();
  expect(result.current).toMatchObject({ loading: false, signals: [], lastUpdate: null });
  await published(socket, 'trade_signals', [{ symbol: 'AAPL', signal: 'buy', confidence: 1 }]);
  expect(Date.now() - (result.current.lastUpdate ?? 0)).toBeLessThan(100);
});

it('an error of the host is the error, until it is live again', async () => {
  const { result } = renderHook(() => useTradeSignalsWebSocket(['AAPL']));
  const socket = await connected();
  await act(async () =>
    socket.receive({ type: 'error', message: 'that is no symbol', code: 'invalid_symbol' }),
  );
  await frame();
  expect(result.current.error).toMatchObject({
    message: 'that is no symbol',
    code: 'invalid_symbol',
  });
  await act(async () => socket.close(1006));
  await connected();
  expect(result.current.error).toBeNull();
});

it.each([
  ['trade-signals', () => useTradeSignalsWebSocket(), 'trade_signals', [{ symbol: 'AAPL' }]],
  ['market-data', () => useMarketDataWebSocket(['AAPL']), 'update', [quote('AAPL', 1)]],
  ['earnings', () => useEarningsWebSocket('user_001'), 'earnings', { portfolio_value: 1 }],
  ['admin', () => useAdminWebSocket('a token'), 'admin_users', { total_users: 1 }],
])(
  'a message of %s without data changes nothing that is shown',
  async (channel, hook, type, data) => {
    const { result } = renderHook<object, undefined>(hook);
    const socket = await connected(channel);
    await published(socket, type, data);
    const shown = () => ({ ...result.current, status: null });
    const before = shown();
    const complaints = vi.spyOn(console, 'error');
    await act(async () => socket.receive({ type: 'presence', event: 'join', count: 1 }));
    await frame();
    expect(before).toHaveProperty('lastUpdate', expect.any(Number));
    expect(shown()).toStrictEqual(before);
    expect(complaints).not.toHaveBeenCalled();
  },
);
