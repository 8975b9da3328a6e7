/* SPDX-License-Identifier: MIT */
import { expect, test, vi } from 'vitest';
import { accept, FakeSocket, follow, notification, quotes, settle, useFakeHost } from './fake-host';
import type { Follower } from './fake-host';

useFakeHost();

const offsets = (follower: Follower): unknown[] => follower.messages.map((one) => one.offset);

/** Loses the connection once it is stable; the next one, open and with its subscribe answered. */
async function reconnect(join = 20, epoch = 'e1'): Promise<FakeSocket> {
  await vi.advanceTimersByTimeAsync(5000);
  FakeSocket.last.drop();
  return accept(join, epoch);
}

test('what was missed is asked for with one subscribe, and comes once and in order', async () => {
  const one = follow('market-data', { symbols: ['AAPL'] });
  const other = follow('market-data', { symbols: ['MSFT'] });
  const first = await accept(10);
  first.say(quotes(11, ['AAPL', 'MSFT']));
  const socket = await reconnect(13);
  expect(socket.sent).toMatchObject([
    { action: 'subscribe', symbols: ['AAPL', 'MSFT'], since: { epoch: 'e1', offset: 11 } },
  ]);
  socket.say(quotes(12, ['AAPL'], { replay: true }));
  socket.say(quotes(13, ['MSFT'], { replay: true }));
  socket.recovered(true, 13);
  socket.say(quotes(14, ['AAPL', 'MSFT']));
  expect(offsets(one)).toEqual([11, 12, 14]);
  expect(offsets(other)).toEqual([11, 13, 14]);
  expect([...one.gaps, ...other.gaps]).toEqual([]);
});

test('a message at or before the place is a duplicate; a snapshot never is', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept(10);
  socket.say(quotes(10, ['AAPL'], { snapshot: true, prev: 10 }));
  socket.say(quotes(12, ['AAPL'], { prev: 10 }));
  socket.say(quotes(12, ['AAPL'], { prev: 10 }));
  socket.say(quotes(11, ['AAPL'], { prev: 10 }));
  socket.say(quotes(12, ['AAPL'], { snapshot: true, prev: 12 }));
  expect(offsets(follower)).toEqual([10, 12, 12]);
});

test('the place is that of the ok when nothing came, and that of the last message else', async () => {
  follow('trade-signals');
  await accept(10);
  // The pong shows that no snapshot was to come.
  FakeSocket.last.say({ type: 'pong' });
  const second = await reconnect();
  expect(second.sent[0]!.since).toEqual({ epoch: 'e1', offset: 10 });
  second.recovered(true, 20);
  second.say({ type: 'trade_signals', data: [], offset: 25, prev: 20, epoch: 'e1' });
  expect((await reconnect()).sent[0]!.since).toEqual({ epoch: 'e1', offset: 25 });
});

test('a snapshot that was lost on the way is asked for again', async () => {
  const follower = follow('trade-signals');
  await accept(10);
  const socket = await reconnect(10);
  expect(socket.sent[0]).not.toHaveProperty('since');
  expect(follower.gaps).toEqual([]);
});

test('a connection lost in the middle of a replay goes on after its last message', async () => {
  follow('market-data', { symbols: ['AAPL'] });
  (await accept(10)).say(quotes(11, ['AAPL']));
  const socket = await reconnect(30);
  socket.say(quotes(15, ['AAPL'], { replay: true, prev: 11 }));
  expect((await reconnect()).sent[0]!.since).toEqual({ epoch: 'e1', offset: 15 });
});

test('filtered and conflated messages leave no gap, however far their offsets are apart', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept(10);
  socket.say(quotes(50, ['AAPL'], { prev: 10 }));
  socket.say(quotes(90, ['AAPL'], { prev: 20, conflated: 8 }));
  expect(offsets(follower)).toEqual([50, 90]);
  expect(follower.gaps).toEqual([]);
});

test('a gap is told, and filled over the same connection', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept(10);
  socket.say(quotes(11, ['AAPL']));
  socket.say(quotes(15, ['AAPL'], { prev: 14 }));
  expect(follower.gaps).toEqual([{ missed: false }]);
  expect(socket.sent.at(-1)).toMatchObject({
    action: 'subscribe',
    symbols: ['AAPL'],
    since: { epoch: 'e1', offset: 11 },
  });
  // Was on its way before the host knew; the replay has it too.
  socket.say(quotes(16, ['AAPL']));
  socket.ok(16);
  for (const offset of [13, 15, 16]) socket.say(quotes(offset, ['AAPL'], { replay: true }));
  socket.recovered(true, 16);
  socket.say(quotes(17, ['AAPL']));
  expect(offsets(follower)).toEqual([11, 13, 15, 16, 17]);
  expect(follower.gaps).toHaveLength(1);
  expect(FakeSocket.all).toHaveLength(1);
});

test('symbols that are added cover the connection: the next prev is no gap', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  const socket = await accept(10);
  socket.say(quotes(11, ['AAPL']));
  follower.setSymbols(['AAPL', 'MSFT']);
  await settle();
  socket.ok(20);
  socket.say(quotes(20, ['MSFT'], { snapshot: true, prev: 20 }));
  socket.say(quotes(21, ['AAPL'], { prev: 20 }));
  expect(follower.gaps).toEqual([]);
  expect(offsets(follower)).toEqual([11, 20, 21]);
});

test('what an interval held back while symbols were added is asked for after a loss', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'], interval: '1s' });
  (await accept(10)).say(quotes(11, ['AAPL']));
  follower.setSymbols(['AAPL', 'MSFT']);
  await settle();
  FakeSocket.last.ok(20);
  FakeSocket.last.say(quotes(20, ['MSFT'], { snapshot: true, prev: 20 }));
  expect((await reconnect()).sent[0]!.since).toEqual({ epoch: 'e1', offset: 11 });
});

test('when history does not reach back, the gap is told and the snapshot replaces what was', async () => {
  const follower = follow('market-data', { symbols: ['AAPL', 'MSFT'] });
  (await accept(10)).say(quotes(11, ['AAPL', 'MSFT']));
  const socket = await reconnect(500);
  socket.say(quotes(500, ['AAPL'], { snapshot: true, prev: 500 }));
  expect(follower.gaps).toEqual([{ missed: true }]);
  socket.recovered(false, 500);
  expect(follower.gaps).toHaveLength(1);
  const late = follow('market-data', { symbols: ['AAPL', 'MSFT'] });
  await settle();
  expect(late.messages).toMatchObject([{ data: [{ symbol: 'AAPL', price: 500 }] }]);
  socket.say(quotes(501, ['AAPL']));
  expect(offsets(follower)).toEqual([11, 500, 501]);
});

test('without a snapshot the gap is told all the same, and nothing old is left', async () => {
  const follower = follow('trade-signals');
  (await accept(10)).say(quotes(11, ['AAPL']));
  const socket = await reconnect(0, 'e2');
  socket.recovered(false, 0, 'e2');
  expect(follower.gaps).toEqual([{ missed: true }]);
  const late = follow('trade-signals');
  await settle();
  expect(late.messages).toEqual([]);
});

test('in another epoch offsets count anew', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'] });
  (await accept(1000)).say(quotes(1001, ['AAPL']));
  const socket = await reconnect(3, 'e2');
  socket.say(quotes(3, ['AAPL'], { snapshot: true, prev: 3, epoch: 'e2' }));
  socket.recovered(false, 3, 'e2');
  socket.say(quotes(4, ['AAPL'], { epoch: 'e2' }));
  socket.say(quotes(4, ['AAPL'], { epoch: 'e2' }));
  expect(offsets(follower)).toEqual([1001, 3, 4]);
  expect((await reconnect()).sent[0]!.since).toEqual({ epoch: 'e2', offset: 4 });
});

test('symbols named while there was no connection are subscribed afresh after the recovery', async () => {
  const follower = follow('market-data', { symbols: ['AAPL', 'TSLA'] });
  (await accept(10)).say(quotes(11, ['AAPL']));
  FakeSocket.last.drop();
  follower.setSymbols(['AAPL', 'MSFT']);
  const socket = await accept(20);
  expect(socket.sent).toMatchObject([{ symbols: ['AAPL', 'TSLA'], since: { offset: 11 } }]);
  socket.recovered(true, 20);
  expect(socket.sent.slice(1)).toMatchObject([
    { action: 'subscribe', symbols: ['MSFT'] },
    { action: 'unsubscribe', symbols: ['TSLA'] },
  ]);
  expect(socket.sent[1]).not.toHaveProperty('since');
  socket.ok(20);
  socket.say(quotes(20, ['MSFT'], { snapshot: true, prev: 20 }));
  socket.say(quotes(21, ['MSFT']));
  expect(offsets(follower)).toEqual([11, 20, 21]);
});

test('history comes before the snapshot, for symbols that are added too', async () => {
  const follower = follow('market-data', { symbols: ['AAPL'], history: 2 });
  const socket = await accept(10);
  socket.say(quotes(4, ['AAPL'], { replay: true }));
  socket.say(quotes(9, ['AAPL'], { replay: true }));
  socket.say(quotes(10, ['AAPL'], { snapshot: true, prev: 10 }));
  socket.say(quotes(11, ['AAPL']));
  follower.setSymbols(['AAPL', 'MSFT']);
  await settle();
  socket.ok(11);
  socket.say(quotes(2, ['MSFT'], { replay: true }));
  socket.say(quotes(11, ['MSFT'], { snapshot: true, prev: 11 }));
  socket.say(quotes(12, ['MSFT']));
  expect(offsets(follower)).toEqual([4, 9, 10, 11, 2, 11, 12]);
});

test('a backlog that broke off goes on after its last notification', async () => {
  const follower = follow('notifications', { userId: 'u' });
  const socket = await accept(9);
  socket.say(notification(3, { replay: true }));
  socket.say(notification(5, { replay: true, prev: 3 }));
  const second = await reconnect(9);
  expect(second.sent[0]!.since).toEqual({ epoch: 'e1', offset: 5 });
  second.say(notification(9, { replay: true, prev: 5 }));
  second.recovered(true, 9);
  second.say(notification(10));
  expect(offsets(follower)).toEqual([3, 5, 9, 10]);
});

test('a notification that comes again under its id is not told twice; a changed one is', async () => {
  const follower = follow('notifications', { userId: 'u' });
  const socket = await accept(9);
  socket.say(notification(10));
  const changed = { id: 'e1:10', title: 'changed' };
  const { data } = notification(10) as { data: object };
  socket.say({ ...notification(11), data });
  socket.say({ ...notification(12), data: changed });
  expect(follower.messages.map((message) => message.data)).toEqual([data, changed]);
});

test('notifications that a full queue has dropped are told as missed', async () => {
  const follower = follow('notifications', { userId: 'u' });
  const socket = await accept(9);
  socket.say(notification(8, { replay: true }));
  socket.recovered(false, 9);
  expect(follower.gaps).toEqual([{ missed: true }]);
  const late = follow('notifications', { userId: 'u' });
  await settle();
  expect(offsets(late)).toEqual([8]);
});

test('messages without a place, such as those of presence, change nothing of it', async () => {
  const follower = follow('trade-signals', { presence: true });
  const socket = await accept(10);
  socket.say(quotes(11, ['AAPL']));
  socket.say({ type: 'presence', event: 'join', count: 2, topic: '*' });
  socket.say(quotes(12, ['AAPL']));
  expect(follower.messages.map((message) => message.type)).toEqual([
    'update',
    'presence',
    'update',
  ]);
  expect((await reconnect()).sent[0]!.since).toEqual({ epoch: 'e1', offset: 12 });
});
