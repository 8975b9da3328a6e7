/* SPDX-License-Identifier: MIT */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { configure, subscribe, webSocketService } from '../src/index';
import type { Gap, Message, Subscription, SubscribeOptions } from '../src/index';
import { ADMIN_TOKEN, Daemon } from './daemon';

const build = process.env.SENTIO_BUILD;
const patience = { timeout: 20_000 * Number(process.env.SENTIO_SLOW ?? 1), interval: 10 };

interface Followed {
  messages: Message[];
  gaps: Gap[];
  errors: Error[];
  subscription: Subscription;
}

const open: Subscription[] = [];

function follow(channel: string, options: SubscribeOptions = {}): Followed {
  const followed = { messages: [], gaps: [], errors: [] } as unknown as Followed;
  followed.subscription = subscribe(channel, {
    onMessage: (message) => void followed.messages.push(message),
    onGap: (gap) => void followed.gaps.push(gap),
    onError: (error) => void followed.errors.push(error),
    ...options,
  });
  open.push(followed.subscription);
  return followed;
}

const until = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, patience);
const live = (...all: Followed[]): Promise<void> =>
  until(() => all.forEach((one) => expect(one.subscription.status.phase).toBe('live')));

const items = (followed: Followed): Record<string, unknown>[] =>
  followed.messages.flatMap((message) => message.data as Record<string, unknown>[]);
const titles = (followed: Followed): unknown[] =>
  followed.messages.map((message) => (message.data as { title: string }).title);

describe.skipIf(!build)('against a running host', { timeout: patience.timeout * 4 }, () => {
  let host: Daemon;

  const signal = (symbol: string, confidence: number): Promise<unknown> =>
    host.publish('trade-signals', { data: [{ symbol, signal: 'buy', confidence }] });
  const price = (symbol: string, value: number): Promise<unknown> =>
    host.publish('market-data', { data: [{ symbol, price: value }] });
  const notify = (title: string, user = 'u1'): Promise<unknown> => {
    const data = { type: 'info', title, message: 'm' };
    return host.publish('notifications', { user_id: user, data });
  };

  beforeAll(async () => {
    host = await new Daemon(build!).start();
    configure({ url: `ws://${host.address}`, WebSocket, transport: 'websocket' });
  }, patience.timeout);
  afterEach(() => {
    open.splice(0).forEach((subscription) => subscription.close());
    webSocketService.disconnectAll();
    vi.restoreAllMocks();
  });
  afterAll(() => host.remove());

  test('updates come live, to each subscriber its own, over one connection', async () => {
    const one = follow('market-data', { symbols: ['aapl'], interval: '100ms' });
    const other = follow('market-data', { symbols: ['MSFT', 'AAPL'], interval: '100ms' });
    await live(one, other);
    const health = await (await fetch(`http://${host.address}/api/v1/health`)).json();
    expect(health.channels['market-data'].subscribers).toBe(1);
    await price('MSFT', 1);
    await price('AAPL', 2);
    await until(() => expect(items(other).at(-1)).toMatchObject({ symbol: 'AAPL', price: 2 }));
    await until(() => expect(items(one)).toMatchObject([{ symbol: 'AAPL', price: 2 }]));
    const late = follow('market-data', { symbols: ['MSFT'], interval: '100ms' });
    await until(() => expect(items(late)).toMatchObject([{ symbol: 'MSFT', price: 1 }]));
    expect(late.messages[0]!.snapshot).toBe(true);
  });

  test('filters are held by the host', async () => {
    const strict = follow('trade-signals', { minConfidence: 0.8, signals: ['buy'] });
    const all = follow('trade-signals');
    await live(strict, all);
    await signal('LOW', 0.5);
    await signal('HIGH', 0.9);
    await until(() => expect(items(strict).at(-1)).toMatchObject({ symbol: 'HIGH' }));
    await until(() => expect(items(all).at(-1)).toMatchObject({ symbol: 'HIGH' }));
    expect(items(strict).map((item) => item.symbol)).not.toContain('LOW');
    expect(items(all).map((item) => item.symbol)).toContain('LOW');
  });

  test('symbols come and go on the open connection', async () => {
    const followed = follow('trade-signals', { symbols: ['ONE'] });
    await live(followed);
    followed.subscription.setSymbols(['TWO']);
    // Answers come in order: when this one is here, so is the change.
    followed.subscription.send({ action: 'unsubscribe', symbols: ['ONE'], id: 'mine' });
    await until(() => expect(followed.messages.map(({ id }) => id)).toContain('mine'));
    await signal('ONE', 0.5);
    await signal('TWO', 0.5);
    await until(() => expect(items(followed).at(-1)).toMatchObject({ symbol: 'TWO' }));
    followed.messages.splice(0);
    followed.subscription.setSymbols([]);
    await until(() => expect(items(followed).map((item) => item.symbol)).toContain('ONE'));
    followed.subscription.setSymbols(['TWO']);
    followed.subscription.send({ action: 'presence', id: 'then' });
    await until(() => expect(followed.errors).toHaveLength(1));
    followed.messages.splice(0);
    await signal('ONE', 0.6);
    await signal('TWO', 0.6);
    await until(() => expect(items(followed).at(-1)).toMatchObject({ confidence: 0.6 }));
    expect(items(followed).map((item) => item.symbol)).toEqual(['TWO']);
    expect(followed.gaps).toEqual([]);
  });

  test('a restart in mid-session loses nothing, and nothing comes twice', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.01);
    const reader = follow('notifications', { userId: 'u2', ack: true });
    const market = follow('trade-signals', { symbols: ['SEEN'] });
    await live(reader, market);
    for (const number of [1, 2, 3]) await notify(`n${number}`, 'u2');
    await signal('SEEN', 0.1);
    await until(() => expect(titles(reader)).toEqual(['n1', 'n2', 'n3']));
    await until(() => expect(items(market)).toHaveLength(1));
    await host.stop();
    await host.start();
    // Before the client is back, and after.
    for (const number of [4, 5]) await notify(`n${number}`, 'u2');
    await signal('SEEN', 0.2);
    await live(reader, market);
    await notify('n6', 'u2');
    await signal('SEEN', 0.3);
    await until(() => expect(titles(reader)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']));
    await until(() =>
      expect(items(market).map((item) => item.confidence)).toEqual([0.1, 0.2, 0.3]),
    );
    expect([...reader.gaps, ...market.gaps]).toEqual([]);
  });

  test('what was acknowledged does not come again, and what was not does', async () => {
    const first = follow('notifications', { userId: 'u3', ack: true });
    await live(first);
    await notify('read', 'u3');
    await until(() => expect(titles(first)).toEqual(['read']));
    first.subscription.close();
    // Then it has had the acknowledgement too, which other connections may be ahead of.
    await until(async () => expect(await host.connections('u3')).toBe(0));
    const careless = new WebSocket(`ws://${host.address}/ws/notifications`);
    await new Promise((opened) => careless.once('open', opened));
    const heard = new Promise((got) =>
      careless.on('message', (text) => /unread/.test(`${text}`) && got(0)),
    );
    careless.send(JSON.stringify({ action: 'subscribe', user_id: 'u3', ack: true, id: 1 }));
    await notify('unread', 'u3');
    await heard;
    careless.terminate();
    const second = follow('notifications', { userId: 'u3', ack: true });
    await until(() => expect(titles(second)).toEqual(['unread']));
  });

  test('a wrong admin token is refused for good; the right one gets each kind', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    await host.publish('admin', { kind: 'users', data: { total_users: 3 } });
    const wrong = follow('admin', { token: 'wrong' });
    const right = follow('admin', { token: () => Promise.resolve(ADMIN_TOKEN) });
    await until(() => expect(wrong.subscription.status.phase).toBe('stopped'));
    expect(wrong.subscription.status).toMatchObject({ code: 1008, reason: 'Invalid admin token' });
    await until(() => expect(right.messages).toMatchObject([{ type: 'admin_users' }]));
  });

  test('REST brings the same, in the same shape', async () => {
    await host.publish('admin', { kind: 'users', data: { total_users: 4 } });
    await host.publish('earnings', { user_id: 'u4', data: { portfolio_value: 5 } });
    await price('REST', 7);
    await signal('REST', 0.7);
    await notify('by REST', 'u4');
    const rest = (channel: string, options: SubscribeOptions): Followed =>
      follow(channel, { ...options, transport: 'rest' });
    const all = [
      rest('admin', { token: ADMIN_TOKEN }),
      rest('earnings', { userId: 'u4' }),
      rest('market-data', { symbols: ['REST'] }),
      rest('trade-signals', { symbols: ['REST'], userId: 'u4', minConfidence: 0.5 }),
      rest('notifications', { userId: 'u4' }),
    ];
    await until(() => all.forEach((one) => expect(one.messages).toHaveLength(1)));
    expect(all.map((one) => one.messages[0])).toMatchObject([
      { type: 'admin_users', data: { total_users: 4 } },
      { type: 'earnings', data: { portfolio_value: 5 } },
      { type: 'quotes', data: [{ symbol: 'REST', price: 7 }] },
      { type: 'trade_signals', data: [{ symbol: 'REST', confidence: 0.7 }] },
      { type: 'notification', data: { title: 'by REST' } },
    ]);
    for (const one of all) expect(one.messages[0]).toMatchObject({ polled: true });
  });

  test("the document's service connects, and says what it was told to say", async () => {
    const messages: Message[] = [];
    webSocketService.connect('/ws/earnings', {
      url: `ws://${host.address}`,
      onOpen: () =>
        webSocketService.send('/ws/earnings', { action: 'subscribe', user_id: 'u5', id: 1 }),
      onMessage: (message) => messages.push(message),
    });
    await until(() => expect(messages).toMatchObject([{ type: 'ok', id: 1 }]));
    await host.publish('earnings', { user_id: 'u5', data: { portfolio_value: 9 } });
    await until(() => expect(messages[1]).toMatchObject({ data: { portfolio_value: 9 } }));
  });

  test('market data without a symbol is subscribed to, and comes back after a loss', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.01);
    const followed = follow('market-data', { reconnect: 'forever' });
    await live(followed);
    await host.stop();
    await host.start();
    await live(followed);
    followed.subscription.setSymbols(['NEW']);
    await price('NEW', 1);
    await until(() => expect(items(followed).at(-1)).toMatchObject({ symbol: 'NEW' }));
    expect(followed.errors).toEqual([]);
  });
});
