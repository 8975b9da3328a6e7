/* SPDX-License-Identifier: MIT */
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  AdminDashboardWithWebSocket,
  EarningsSummary,
  Notifications,
  TradeSignals,
} from '@sentio/react/components';
import { connected, endBrowser, fakeBrowser, FakeSocket, pass, published } from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

/** REST answers every request with this. */
function answer(body: object): void {
  const respond = async () =>
    new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } });
  vi.stubGlobal('fetch', vi.fn(respond));
}

const states = () => screen.getAllByRole('status').map((one) => one.textContent);

it('TradeSignals is a table with the signals in the order of its symbols', async () => {
  render(<TradeSignals symbols={['AAPL', 'MSFT']} userId="user_001" locale="en" />);
  expect(screen.getByText('Loading…')).toBeTruthy();
  const socket = await connected('trade-signals');
  expect(screen.getByText('No signals yet.')).toBeTruthy();
  await published(socket, 'trade_signals', [
    { symbol: 'MSFT', signal: 'sell', confidence: 0.7 },
    { symbol: 'AAPL', signal: 'buy', confidence: 0.85 },
  ]);
  const rows = screen.getAllByRole('row').slice(1);
  expect(rows.map((row) => row.textContent)).toEqual(['AAPL▲ Buy85%—', 'MSFT▼ Sell70%—']);
  expect(screen.getByRole('region', { name: 'Trade Signals' })).toBeTruthy();
});

it('the live indicator says how the data come, and why not live', async () => {
  render(<TradeSignals symbols={['AAPL']} options={{ transport: 'websocket' }} />);
  const socket = await connected();
  expect(states()).toEqual(['🟢 Live']);
  await act(async () => socket.close(1008, 'kicked'));
  await pass(20);
  expect(states()).toEqual(['🔴 Offline']);
  expect(screen.getAllByText(/kicked/).length).toBeGreaterThan(0);
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await connected();
  expect(states()).toEqual(['🟢 Live']);
});

it('the live indicator counts down to the next attempt', async () => {
  render(<TradeSignals symbols={['AAPL']} />);
  const socket = await connected();
  await act(async () => socket.close(1006));
  await pass(500);
  await act(async () => FakeSocket.all.at(-1)?.close(1006));
  await pass(500);
  expect(screen.getByText('next try in 3 s')).toBeTruthy();
  await pass(1000);
  expect(screen.getByText('next try in 2 s')).toBeTruthy();
});

it('polling that fails is offline, with what went wrong', async () => {
  render(<TradeSignals symbols={['AAPL']} useWebSocket={false} />);
  await pass(100);
  expect(states()).toEqual(['🔴 Offline']);
  expect(screen.getByRole('alert').textContent).toBe('no REST in this test');
});

it('useWebSocket={false} polls REST every 30 s and opens no socket', async () => {
  answer({
    signals: [{ symbol: 'AAPL', signal: 'buy', confidence: 0.85 }],
    count: 1,
    offset: 1,
    epoch: 'e1',
  });
  render(<TradeSignals symbols={['AAPL']} useWebSocket={false} />);
  await pass(100);
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(states()).toEqual(['🟡 Polling']);
  expect(screen.getByRole('rowheader', { name: 'AAPL' })).toBeTruthy();
  await pass(29_000);
  expect(fetch).toHaveBeenCalledTimes(1);
  await pass(1_000);
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(FakeSocket.all).toHaveLength(0);
});

it('an answer by REST that has nothing in it ends the loading', async () => {
  answer({ user_id: 'user_001', notifications: [], count: 0, offset: 0, epoch: 'e1' });
  render(<Notifications userId="user_001" useWebSocket={false} />);
  expect(screen.getByText('Loading…')).toBeTruthy();
  await pass(100);
  expect(screen.getByText('No notifications.')).toBeTruthy();
});

it('turning useWebSocket off closes the socket, and on again opens one', async () => {
  answer({ signals: [], count: 0, offset: 0, epoch: 'e1' });
  const { rerender } = render(<TradeSignals symbols={['AAPL']} />);
  const socket = await connected();
  rerender(<TradeSignals symbols={['AAPL']} useWebSocket={false} />);
  await pass(100);
  expect(socket.readyState).toBe(FakeSocket.CLOSED);
  expect(states()).toEqual(['🟡 Polling']);
  rerender(<TradeSignals symbols={['AAPL']} useWebSocket />);
  await connected();
  expect(states()).toEqual(['🟢 Live']);
});

it('EarningsSummary writes money, signs and shares', async () => {
  render(<EarningsSummary userId="user_001" locale="en-US" />);
  await published(await connected('earnings'), 'earnings', {
    portfolio_value: 100000,
    total_return: 5000,
    daily_pnl: -250.5,
    win_rate: 0.65,
  });
  const figures = screen.getAllByRole('definition').map((one) => one.textContent);
  expect(figures).toEqual(['$100,000.00', '▲ +$5,000.00', '▼ -$250.50', '65%']);
});

it('EarningsSummary without a user says what is missing', async () => {
  render(<EarningsSummary />);
  expect(screen.getByRole('alert').textContent).toBe('userId or token required');
});

it('Notifications marks as read and clears', async () => {
  render(<Notifications userId="user_001" />);
  const socket = await connected('notifications');
  expect(screen.getByText('No notifications.')).toBeTruthy();
  for (const title of ['One', 'Two']) {
    await published(socket, 'notification', { id: title, type: 'success', title, message: 'text' });
  }
  const items = screen.getAllByRole('listitem');
  expect(items.map((item) => within(item).getByText(/One|Two/).textContent)).toEqual([
    'Two',
    'One',
  ]);
  expect(screen.getByText('2')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Mark “Two” as read' }));
  expect(screen.getByText('1')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Mark all read' }));
  expect(screen.queryByRole('button', { name: 'Mark all read' })).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Clear All' }));
  expect(screen.getByText('No notifications.')).toBeTruthy();
});

it('AdminDashboardWithWebSocket shows each kind, known ones first, whatever its data are', async () => {
  render(<AdminDashboardWithWebSocket adminToken="secret" locale="en-US" />);
  const socket = await connected('admin');
  await published(socket, 'admin_alerts', { open: [], names: ['a', 'b'] });
  await published(socket, 'admin_revenue', { monthly_revenue: 15000, by_plan: { pro: 9000 } });
  await published(socket, 'admin_users', {
    total_users: 1500,
    beta: true,
    recent: [{ name: 'Ann', logins: 3 }],
  });
  const titles = screen.getAllByRole('heading', { level: 3 }).map((one) => one.textContent);
  expect(titles).toEqual(['Users', 'Revenue', 'Alerts']);
  const users = screen.getByRole('region', { name: 'Users' });
  expect(within(users).getByText('1,500')).toBeTruthy();
  expect(within(users).getByText('Yes')).toBeTruthy();
  expect(within(users).getByRole('cell', { name: 'Ann' })).toBeTruthy();
  const revenue = screen.getByRole('region', { name: 'Revenue' });
  expect(within(revenue).getByText('$15,000.00')).toBeTruthy();
  expect(within(revenue).getByText('9,000')).toBeTruthy();
  expect(within(screen.getByRole('region', { name: 'Alerts' })).getByText('a, b')).toBeTruthy();
});

it('title and className are taken by every component', async () => {
  const { container } = render(
    <>
      <TradeSignals symbols={['AAPL']} title="One" className="mine" />
      <EarningsSummary userId="user_001" title="Two" className="mine" />
      <Notifications userId="user_001" title="Three" className="mine" />
      <AdminDashboardWithWebSocket adminToken="secret" title="Four" className="mine" />
    </>,
  );
  const titles = screen.getAllByRole('heading', { level: 2 }).map((one) => one.textContent);
  expect(titles).toEqual(['One', 'Two', 'Three', 'Four']);
  expect(container.querySelectorAll('section.sentio-panel.mine')).toHaveLength(4);
});
