/* SPDX-License-Identifier: MIT */
import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import Earnings from 'document:Earnings';
import Notifications from 'document:Notifications';
import TradeSignals from 'document:TradeSignals';
import { connected, endBrowser, fakeBrowser, FakeSocket, pass, published } from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

it("the document's TradeSignals works unchanged", async () => {
  render(<TradeSignals userId="user_001" />);
  expect(screen.queryByText('🟢 Live')).toBeNull();
  const socket = await connected('/ws/trade-signals');
  expect(screen.getByText('🟢 Live')).toBeTruthy();
  expect(socket.actions('subscribe')[0]).toMatchObject({
    symbols: ['AAPL', 'GOOGL', 'MSFT'],
    user_id: 'user_001',
  });
  await published(socket, 'trade_signals', [
    { symbol: 'MSFT', signal: 'sell', confidence: 0.7 },
    { symbol: 'AAPL', signal: 'buy', confidence: 0.85 },
  ]);
  expect(screen.getByText('AAPL: buy (0.85)')).toBeTruthy();
  expect(screen.getByText('MSFT: sell (0.7)')).toBeTruthy();
  await published(socket, 'trade_signals', [{ symbol: 'AAPL', signal: 'hold', confidence: 0.5 }]);
  expect(screen.getByText('AAPL: hold (0.5)')).toBeTruthy();
  expect(screen.queryByText('AAPL: buy (0.85)')).toBeNull();
  await pass(1000);
  expect(FakeSocket.all).toHaveLength(1);
  await act(async () => socket.close(1006));
  await pass(20);
  expect(screen.queryByText('🟢 Live')).toBeNull();
  expect(screen.getByText('AAPL: hold (0.5)')).toBeTruthy();
});

it("the document's Earnings works unchanged", async () => {
  render(<Earnings userId="user_001" />);
  expect(screen.getByText('Loading...')).toBeTruthy();
  const socket = await connected('/ws/earnings');
  expect(socket.actions('subscribe')[0]).toMatchObject({ user_id: 'user_001' });
  await published(socket, 'earnings', { portfolio_value: 100000, daily_pnl: 250 });
  expect(screen.getByText('Portfolio Value: $100000')).toBeTruthy();
  expect(screen.getByText('Daily P&L: $250')).toBeTruthy();
  expect(screen.getByText('🟢 Live')).toBeTruthy();
});

it("the document's Notifications works unchanged", async () => {
  const { container } = render(<Notifications userId="user_001" />);
  const socket = await connected('/ws/notifications');
  const note = { id: 'n1', title: 'Trade Executed', message: 'Your order has been executed' };
  await published(socket, 'notification', note);
  await published(socket, 'notification', { ...note, id: 'n2', title: 'Second' });
  expect(container.textContent).toContain('Trade Executed: Your order has been executed');
  const titles = [...container.querySelectorAll('strong')].map((one) => one.textContent);
  expect(titles).toEqual(['Second', 'Trade Executed']);
  fireEvent.click(screen.getByRole('button', { name: 'Clear All' }));
  expect(container.querySelectorAll('strong')).toHaveLength(0);
});
