/* SPDX-License-Identifier: MIT */
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../src/App.tsx';
import { Session } from '../src/session/session.ts';
import { Exchange } from './exchange.ts';

// jsdom has no canvas: the chart is for the browser's own tests.
vi.mock('../src/charts/CandleChart.tsx', () => ({ default: () => null }));
vi.mock('../src/charts/EquityChart.tsx', () => ({ default: () => null }));

const LIVE = { phase: 'live', isConnected: true } as const;

describe('the dashboard', () => {
  let exchange: Exchange;
  let session: Session;

  const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
  const press = async (...keys: string[]) => {
    for (const key of keys) fireEvent.keyDown(document.activeElement ?? document.body, { key });
    await wait(0);
  };
  const quote = async (price: number, symbol = 'AAPL') => {
    const data = [{ symbol, price, prev_close: 100 }];
    exchange.line('market-data').say({ type: 'update', data });
    await wait(250);
  };
  const row = (symbol: string) =>
    document.querySelector<HTMLElement>(`tr[data-symbol="${symbol}"]`) as HTMLElement;
  const heading = () => screen.getByRole('heading', { level: 1 }).textContent;
  const connection = () => screen.getByTestId('connection');

  beforeEach(async () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-02T12:00:00Z') });
    exchange = new Exchange();
    session = new Session(exchange.subscribe);
    session.open();
    render(
      <StrictMode>
        <App session={session} />
      </StrictMode>,
    );
    await wait(0);
  });

  afterEach(() => {
    session.feeds.close();
    vi.useRealTimers();
  });

  it('subscribes each channel once, in StrictMode too', () => {
    expect(exchange.lines).toHaveLength(4);
  });

  it('shows prices, and marks each change by colour, arrow and word', async () => {
    await quote(101);
    const price = row('AAPL').querySelector('[data-field="price"]') as HTMLElement;
    expect(price.textContent).toBe('101.00');
    await quote(102);
    expect(price.textContent).toBe('up to 102.00');
    const flash = price.querySelector<HTMLElement>('.price')?.dataset['flash'];
    expect(flash).toMatch(/^up-/);
    await quote(103);
    expect(price.querySelector<HTMLElement>('.price')?.dataset['flash']).not.toBe(flash);
    await quote(99);
    expect(price.textContent).toBe('down to 99.00');
    expect(row('AAPL').textContent).toContain('−1.00%');
  });

  it('marks a price as stale with its age, until it is heard of again', async () => {
    await quote(101);
    await wait(10_000);
    expect(row('AAPL').dataset['stale']).toBeUndefined();
    await wait(7000);
    expect(row('AAPL').dataset['stale']).toBe('true');
    expect(row('AAPL').querySelector('[data-field="age"]')?.textContent).toContain('stale: 17s');
    await quote(101);
    await wait(1000);
    expect(row('AAPL').dataset['stale']).toBeUndefined();
  });

  it('adds symbols by / and takes them away by Delete', async () => {
    await press('/');
    const field = screen.getByLabelText('Add symbols to the watchlist');
    expect(document.activeElement).toBe(field);
    fireEvent.change(field, { target: { value: 'ibm $' } });
    fireEvent.submit(field);
    await wait(2000);
    expect(exchange.line('market-data').symbols).toContain('IBM');
    expect(screen.getByRole('alert').textContent).toContain('$');

    row('IBM').focus();
    await press('Delete');
    expect(row('IBM')).toBeNull();
    expect(exchange.line('market-data').symbols).not.toContain('IBM');
  });

  it('moves between the rows by j, k and the arrows, and selects by Enter', async () => {
    await press('j');
    expect(document.activeElement).toBe(row('AAPL'));
    await press('j', 'ArrowDown', 'k');
    expect(document.activeElement).toBe(row('GOOGL'));
    await press('Enter');
    expect(session.watchlist.get().selected).toBe('GOOGL');
    expect(screen.getByRole('region', { name: 'Chart of GOOGL' })).toBeTruthy();
  });

  it('goes to each page by two keys', async () => {
    for (const [key, title] of [
      ['s', 'Trade signals'],
      ['e', 'Earnings'],
      ['n', 'Notifications'],
      ['m', 'Markets'],
    ] as const) {
      await press('g', key);
      window.dispatchEvent(new HashChangeEvent('hashchange'));
      await wait(0);
      expect(heading()).toBe(title);
      expect(document.title).toBe(`${title} · Sentio`);
    }
  });

  it('does not take text for shortcuts', async () => {
    screen.getByLabelText('Add symbols to the watchlist').focus();
    await press('g', 's');
    expect(window.location.hash).toBe('');
  });

  it('counts unread notifications in the navigation and the title, and shows a toast', async () => {
    const data = { id: 'a', type: 'success', title: 'Trade Executed', message: 'Done' };
    exchange.line('notifications').say({ type: 'notification', data });
    await wait(0);
    expect(screen.getByTestId('unread').textContent).toBe('1 unread');
    expect(document.title).toBe('(1) Markets · Sentio');
    expect(screen.getByTestId('toast').textContent).toContain('Trade Executed');

    fireEvent.pointerEnter(screen.getByTestId('toast'));
    await wait(20_000);
    expect(screen.getByTestId('toast')).toBeTruthy();
    fireEvent.pointerLeave(screen.getByTestId('toast'));
    await wait(7000);
    expect(screen.queryByTestId('toast')).toBeNull();

    await press('g', 'n');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    await wait(0);
    const notice = screen.getByTestId('notification');
    expect(notice.dataset['read']).toBe('false');
    fireEvent.click(within(notice).getByRole('button', { name: /Mark/ }));
    expect(screen.getByTestId('notification').dataset['read']).toBe('true');
    expect(screen.queryByTestId('unread')).toBeNull();
    expect(document.title).toBe('Notifications · Sentio');
  });

  it('says why there is no connection, and counts down to the next attempt', async () => {
    expect(connection().dataset['phase']).toBe('connecting');
    await act(() => exchange.become(LIVE));
    expect(connection().dataset['phase']).toBe('live');
    expect(screen.queryByRole('button', { name: 'Retry now' })).toBeNull();

    const lost = { phase: 'waiting', isConnected: false, attempt: 2, reason: 'lost' } as const;
    await act(() => exchange.become({ ...lost, retryAt: Date.now() + 3000 }));
    expect(connection().dataset['phase']).toBe('waiting');
    expect(connection().textContent).toContain('Reconnecting in 3 s');
    expect(connection().textContent).toContain('lost');
    await wait(1000);
    expect(connection().textContent).toContain('Reconnecting in 2 s');

    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }));
    for (const line of exchange.open()) expect(line.reconnect).toHaveBeenCalledOnce();
  });

  it('shows the details of a signal, and keeps pins', async () => {
    const data = [
      { symbol: 'AAPL', signal: 'buy', confidence: 0.9, strategy: { rsi: 'strong' } },
      { symbol: 'MSFT', signal: 'sell', confidence: 0.4 },
    ];
    exchange.line('trade-signals').say({ type: 'trade_signals', data });
    await press('g', 's');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    await wait(250);
    fireEvent.click(screen.getByRole('button', { name: 'Details of AAPL' }));
    expect(screen.getByText('strong')).toBeTruthy();

    fireEvent.click(screen.getByRole('button', { name: 'Pin MSFT' }));
    const rows = [...document.querySelectorAll<HTMLElement>('tr[data-symbol]')];
    expect(rows.map((each) => each.dataset['symbol'])).toEqual(['MSFT', 'AAPL']);
    expect(localStorage.getItem('sentio.pinned')).toBe('["MSFT"]');

    await press('/');
    const search = screen.getByLabelText('Search signals by symbol');
    expect(document.activeElement).toBe(search);
    fireEvent.change(search, { target: { value: 'aap' } });
    expect(row('MSFT')).toBeNull();
    expect(row('AAPL')).not.toBeNull();
  });

  it('tells how to publish where there is nothing', async () => {
    await press('g', 'e');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    await wait(0);
    exchange.line('earnings').become(LIVE);
    await wait(0);
    expect(screen.getByLabelText('Command').textContent).toContain('/api/v1/publish/earnings');
  });

  it('says why nothing is known while the host has not answered', async () => {
    await press('g', 's');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    await wait(0);
    expect(screen.getByText('Waiting for the host')).toBeTruthy();
    exchange.line('trade-signals').become({ phase: 'waiting', reason: 'no connection' });
    await wait(0);
    expect(screen.getByText('It does not answer: no connection.')).toBeTruthy();
    expect(screen.queryByLabelText('Command')).toBeNull();
    exchange.line('trade-signals').become({ ...LIVE, reason: null });
    await wait(0);
    expect(screen.getByText('No signals yet')).toBeTruthy();
  });
});
