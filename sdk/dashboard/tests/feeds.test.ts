/* SPDX-License-Identifier: MIT */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { summary } from '../src/data/connection.ts';
import { added, removed } from '../src/data/watchlist.ts';
import { Session } from '../src/session/session.ts';
import { Exchange, type Line } from './exchange.ts';

describe('the session', () => {
  let exchange: Exchange;
  let session: Session;

  beforeEach(() => {
    vi.useFakeTimers();
    exchange = new Exchange();
    session = new Session(exchange.subscribe);
    session.open();
  });

  afterEach(() => {
    session.feeds.close();
    vi.useRealTimers();
  });

  it('subscribes each channel once', () => {
    expect(exchange.open().map((each) => each.channel)).toEqual([
      ...['market-data', 'trade-signals', 'earnings', 'notifications'],
    ]);
    expect(exchange.line('earnings').options).toMatchObject({
      userId: 'user_001',
      reconnect: 'forever',
    });
    expect(exchange.line('market-data').symbols).toContain('AAPL');
  });

  it('hears the past of a symbol that is added, and then adds it to the connection', () => {
    session.watchlist.update((list) => added(list, ['IBM']));
    expect(exchange.lines).toHaveLength(5);
    const past = exchange.lines[4] as Line;
    expect(past.options).toMatchObject({ symbols: ['IBM'], history: 5000 });
    expect(exchange.line('market-data').symbols).not.toContain('IBM');

    const item = (price: number, timestamp: string) => [{ symbol: 'IBM', price, timestamp }];
    past.say({ type: 'update', data: item(7, '2026-03-02T11:00:00Z'), replay: true });
    past.say({ type: 'quotes', data: item(8, '2026-03-02T11:01:00Z'), snapshot: true });
    expect(past.closed).toBe(true);
    expect(exchange.line('market-data').symbols).toContain('IBM');
    expect(session.quotes.instrument('IBM')?.candles['1m'].candles).toHaveLength(2);
  });

  it('does not wait for long for a past that does not come', () => {
    session.watchlist.update((list) => added(list, ['IBM', 'ORCL']));
    expect(exchange.lines).toHaveLength(5);
    vi.advanceTimersByTime(2000);
    expect(exchange.open()).toHaveLength(4);
    expect(exchange.line('market-data').symbols.slice(-2)).toEqual(['IBM', 'ORCL']);
  });

  it('takes a symbol away at once, also one whose past has not come yet', () => {
    session.watchlist.update((list) => removed(list, 'AAPL'));
    expect(exchange.line('market-data').symbols).not.toContain('AAPL');
    session.watchlist.update((list) => added(list, ['IBM']));
    session.watchlist.update((list) => removed(list, 'IBM'));
    vi.advanceTimersByTime(2000);
    expect(exchange.line('market-data').symbols).not.toContain('IBM');
    expect(exchange.open()).toHaveLength(4);
  });

  it('leaves alone what another setting does not concern', () => {
    session.settings.update((settings) => ({ ...settings, theme: 'dark', staleAfter: 30 }));
    expect(exchange.lines).toHaveLength(4);
    session.settings.update((settings) => ({ ...settings, interval: '2s' }));
    expect(exchange.lines).toHaveLength(5);
    expect(exchange.line('market-data').options.interval).toBe('2s');
  });

  it('shows nothing of the user before', () => {
    exchange.line('earnings').say({ type: 'earnings', data: { portfolio_value: 5 } });
    exchange
      .line('notifications')
      .say({ type: 'notification', data: { id: 'a', title: 'For the first' } });
    vi.advanceTimersByTime(250);
    expect(session.earnings.get().earnings?.portfolioValue).toBe(5);

    session.settings.update((settings) => ({ ...settings, userId: 'eve' }));
    expect(session.earnings.get()).toEqual({ earnings: null, equity: [] });
    expect(session.notices.get()).toEqual([]);
    expect(exchange.line('earnings').options.userId).toBe('eve');
    expect(exchange.open()).toHaveLength(4);
  });

  it('shows a notification that arrives, unless that is turned off', () => {
    exchange.line('notifications').say({
      type: 'notification',
      data: { id: 'a', type: 'error', title: 'A' },
    });
    expect(session.toasts.get()).toMatchObject([{ tone: 'error', title: 'A' }]);
    session.settings.update((settings) => ({ ...settings, toasts: false }));
    exchange.line('notifications').say({ type: 'notification', data: { id: 'b', title: 'B' } });
    expect(session.toasts.get()).toHaveLength(1);
    expect(session.notices.get()).toHaveLength(2);
  });

  it('is polled once REST has answered, though with nothing new', () => {
    exchange.become({ phase: 'live', isConnected: true, receivedAt: 5 });
    exchange.become({ phase: 'waiting', isConnected: false });
    exchange.become({ phase: 'waiting', polling: true });
    expect(summary(session.feeds.get()).phase).toBe('waiting');
    exchange.line('earnings').become({ receivedAt: 9 });
    expect(summary(session.feeds.get()).phase).toBe('polling');
    exchange.become({ phase: 'live', isConnected: true, polling: false });
    expect(summary(session.feeds.get()).phase).toBe('live');
  });

  it('knows REST from a live connection', () => {
    for (const each of exchange.open())
      each.become({ phase: 'waiting', polling: true, reason: 'lost' });
    expect(summary(session.feeds.get()).phase).toBe('waiting');
    exchange.line('market-data').say({ type: 'quotes', data: [], polled: true });
    expect(summary(session.feeds.get()).phase).toBe('polling');
    for (const each of exchange.open()) {
      each.become({ phase: 'live', isConnected: true, polling: false, reason: null });
    }
    expect(summary(session.feeds.get()).phase).toBe('live');
  });

  it('retries what is not connected, and nothing else', () => {
    exchange.line('earnings').become({ phase: 'live', isConnected: true });
    session.feeds.retry();
    expect(exchange.line('market-data').reconnect).toHaveBeenCalledOnce();
    expect(exchange.line('earnings').reconnect).not.toHaveBeenCalled();
  });
});
