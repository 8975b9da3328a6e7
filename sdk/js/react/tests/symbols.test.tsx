/* SPDX-License-Identifier: MIT */
import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useMarketDataWebSocket, useTradeSignalsWebSocket } from '@sentio/react';
import { connected, endBrowser, fakeBrowser, FakeSocket, pass, published } from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

const signal = (symbol: string, action = 'buy') => ({ symbol, signal: action, confidence: 0.5 });
const BATCH = ['MSFT', 'AAPL', 'GOOGL'].map((symbol) => signal(symbol));

/** The symbols that each render showed. */
function watch(symbols: string[]) {
  const shown: string[][] = [];
  const view = renderHook(
    (props: { symbols: string[] }) => {
      const state = useTradeSignalsWebSocket(props.symbols, 'user_001');
      shown.push(state.signals.map((one) => one.symbol));
      return state;
    },
    { initialProps: { symbols } },
  );
  return { ...view, shown };
}

it('inline arrays do not resubscribe', async () => {
  const { rerender } = renderHook(() => useTradeSignalsWebSocket(['AAPL', 'MSFT']));
  const socket = await connected();
  const sent = socket.sent.length;
  for (let i = 0; i < 5; i++) rerender();
  await pass(1000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(socket.sent).toHaveLength(sent);
});

it('inline options do not resubscribe', async () => {
  const { rerender } = renderHook(() =>
    useTradeSignalsWebSocket(['AAPL'], 'user_001', { signals: ['buy'], minConfidence: 0.5 }),
  );
  const socket = await connected();
  const sent = socket.sent.length;
  for (let i = 0; i < 5; i++) rerender();
  await pass(1000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(socket.sent).toHaveLength(sent);
});

it('the same symbols in another order or case do not resubscribe', async () => {
  const { rerender } = watch(['AAPL', 'MSFT']);
  const socket = await connected();
  const sent = socket.sent.length;
  rerender({ symbols: ['msft', 'aapl', 'AAPL'] });
  await pass(1000);
  expect(socket.sent).toHaveLength(sent);
  expect(FakeSocket.all).toHaveLength(1);
});

it('changed symbols keep the socket, and only what is new is asked for', async () => {
  const { rerender } = watch(['AAPL', 'MSFT']);
  const socket = await connected();
  rerender({ symbols: ['AAPL', 'GOOGL'] });
  await pass(1000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(socket.actions('subscribe').at(-1)?.symbols).toEqual(['GOOGL']);
  expect(socket.actions('unsubscribe').at(-1)?.symbols).toEqual(['MSFT']);
});

it('rows of removed symbols are hidden in the very render that removes them', async () => {
  const { rerender, shown } = watch(['AAPL', 'MSFT']);
  await published(await connected(), 'trade_signals', BATCH);
  expect(shown.at(-1)).toEqual(['AAPL', 'MSFT']);
  shown.length = 0;
  rerender({ symbols: ['AAPL'] });
  await pass(1000);
  expect(shown.flat()).not.toContain('MSFT');
  expect(shown.at(-1)).toEqual(['AAPL']);
});

it('rows that were removed and are asked for again do not come back stale', async () => {
  const { rerender, result } = watch(['AAPL', 'MSFT']);
  const socket = await connected();
  await published(socket, 'trade_signals', BATCH);
  rerender({ symbols: ['AAPL'] });
  await pass(100);
  rerender({ symbols: ['AAPL', 'MSFT'] });
  await pass(100);
  expect(result.current.signals.map((one) => one.symbol)).toEqual(['AAPL']);
  await published(socket, 'trade_signals', [signal('MSFT', 'sell')], { snapshot: true });
  expect(result.current.signals[1]).toEqual(signal('MSFT', 'sell'));
});

it('signals are the latest of each symbol, in the order of the symbols given', async () => {
  const { result } = watch(['aapl', 'MSFT', 'GOOGL']);
  const socket = await connected();
  await published(socket, 'trade_signals', BATCH);
  await published(socket, 'trade_signals', [signal('MSFT', 'hold'), signal('MSFT', 'sell')]);
  expect(result.current.signals).toEqual([signal('AAPL'), signal('MSFT', 'sell'), signal('GOOGL')]);
});

it('a signal published in lower case takes the place of its symbol', async () => {
  const { result } = watch(['AAPL']);
  const socket = await connected();
  await published(socket, 'trade_signals', [signal('AAPL')]);
  await published(socket, 'trade_signals', [signal('aapl', 'sell')]);
  expect(result.current.signals).toEqual([signal('aapl', 'sell')]);
});

it('without symbols all signals are shown, the one that changed last first', async () => {
  const { result } = watch([]);
  const socket = await connected();
  await published(socket, 'trade_signals', BATCH);
  await published(socket, 'trade_signals', [signal('MSFT', 'sell')]);
  expect(result.current.signals.map((one) => one.symbol)).toEqual(['MSFT', 'GOOGL', 'AAPL']);
});

it('quotes are by upper-case symbol, and of the symbols asked for', async () => {
  const { result, rerender } = renderHook(({ symbols }) => useMarketDataWebSocket(symbols), {
    initialProps: { symbols: ['aapl', 'msft'] },
  });
  const socket = await connected('market-data');
  await published(socket, 'quotes', [{ symbol: 'AAPL', price: 1 }], { snapshot: true });
  await published(socket, 'update', [{ symbol: 'msft', price: 2 }]);
  expect(result.current.quotes).toEqual({
    AAPL: { symbol: 'AAPL', price: 1 },
    MSFT: { symbol: 'msft', price: 2 },
  });
  rerender({ symbols: ['msft'] });
  expect(Object.keys(result.current.quotes)).toEqual(['MSFT']);
  await act(async () => rerender({ symbols: [] }));
  await pass(10);
  expect(result.current.quotes).toEqual({});
});
