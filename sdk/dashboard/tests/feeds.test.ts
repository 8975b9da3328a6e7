/* SPDX-License-Identifier: MIT */
import type { Message, Status, SubscribeOptions, Subscription } from '@sentio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { summary } from '../src/data/connection.ts';
import { added } from '../src/data/watchlist.ts';
import { Session } from '../src/session/session.ts';

const IDLE: Status = {
  phase: 'connecting',
  isConnected: false,
  polling: false,
  attempt: 0,
  retryAt: null,
  code: null,
  reason: null,
  receivedAt: null,
};

/** A subscription whose other end is the test. */
class Line implements Subscription {
  readonly channel: string;
  readonly options: SubscribeOptions;
  status = IDLE;
  closed = false;
  symbols: readonly string[] = [];
  setSymbols = (symbols: readonly string[]) => void (this.symbols = symbols);
  ack = vi.fn();
  send = vi.fn(() => true);
  reconnect = vi.fn();

  constructor(channel: string, options: SubscribeOptions) {
    this.channel = channel;
    this.options = options;
    this.symbols = options.symbols ?? [];
  }

  close(): void {
    this.closed = true;
  }

  become(change: Partial<Status>): void {
    this.status = { ...this.status, ...change };
    this.options.onStatus?.(this.status);
  }

  say(message: Message): void {
    this.options.onMessage?.(message);
  }
}

describe('the session', () => {
  let lines: Line[];
  let session: Session;
  const open = () => lines.filter((line) => !line.closed);
  const line = (channel: string) => open().find((each) => each.channel === channel) as Line;

  beforeEach(() => {
    vi.useFakeTimers();
    lines = [];
    session = new Session((channel, options = {}) => {
      const made = new Line(channel, options);
      lines.push(made);
      return made;
    });
    session.open();
  });

  afterEach(() => {
    session.feeds.close();
    vi.useRealTimers();
  });

  it('subscribes each channel once', () => {
    expect(open().map((each) => each.channel)).toEqual([
      ...['market-data', 'trade-signals', 'earnings', 'notifications'],
    ]);
    expect(line('earnings').options).toMatchObject({ userId: 'user_001', reconnect: 'forever' });
    expect(line('market-data').symbols).toContain('AAPL');
  });

  it('follows the watchlist on the same connection', () => {
    session.watchlist.update((list) => added(list, ['IBM']));
    expect(lines).toHaveLength(4);
    expect(line('market-data').symbols).toContain('IBM');
  });

  it('leaves alone what another setting does not concern', () => {
    session.settings.update((settings) => ({ ...settings, theme: 'dark', staleAfter: 30 }));
    expect(lines).toHaveLength(4);
    session.settings.update((settings) => ({ ...settings, interval: '2s' }));
    expect(lines).toHaveLength(5);
    expect(line('market-data').options.interval).toBe('2s');
  });

  it('shows nothing of the user before', () => {
    line('earnings').say({ type: 'earnings', data: { portfolio_value: 5 } });
    line('notifications').say({ type: 'notification', data: { id: 'a', title: 'For the first' } });
    vi.advanceTimersByTime(250);
    expect(session.earnings.get().earnings?.portfolioValue).toBe(5);

    session.settings.update((settings) => ({ ...settings, userId: 'eve' }));
    expect(session.earnings.get()).toEqual({ earnings: null, equity: [] });
    expect(session.notices.get()).toEqual([]);
    expect(line('earnings').options.userId).toBe('eve');
    expect(open()).toHaveLength(4);
  });

  it('shows a notification that arrives, unless that is turned off', () => {
    line('notifications').say({
      type: 'notification',
      data: { id: 'a', type: 'error', title: 'A' },
    });
    expect(session.toasts.get()).toMatchObject([{ tone: 'error', title: 'A' }]);
    session.settings.update((settings) => ({ ...settings, toasts: false }));
    line('notifications').say({ type: 'notification', data: { id: 'b', title: 'B' } });
    expect(session.toasts.get()).toHaveLength(1);
    expect(session.notices.get()).toHaveLength(2);
  });

  it('knows REST from a live connection', () => {
    for (const each of open()) each.become({ phase: 'waiting', polling: true, reason: 'lost' });
    expect(summary(session.feeds.get()).phase).toBe('waiting');
    line('market-data').say({ type: 'quotes', data: [], polled: true });
    expect(summary(session.feeds.get()).phase).toBe('polling');
    for (const each of open()) {
      each.become({ phase: 'live', isConnected: true, polling: false, reason: null });
    }
    expect(summary(session.feeds.get()).phase).toBe('live');
  });

  it('retries what is not connected, and nothing else', () => {
    line('earnings').become({ phase: 'live', isConnected: true });
    session.feeds.retry();
    expect(line('market-data').reconnect).toHaveBeenCalledOnce();
    expect(line('earnings').reconnect).not.toHaveBeenCalled();
  });
});
