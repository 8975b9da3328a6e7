/* SPDX-License-Identifier: MIT */
import { expect, test, vi } from 'vitest';
import { accept, FakeSocket, follow, notification, settle, useFakeHost } from './fake-host';

useFakeHost();

test('what was delivered is acknowledged, many at a time, with the epoch', async () => {
  follow('notifications', { userId: 'u', ack: true, consumer: 'phone' });
  const socket = await accept(10);
  expect(socket.sent[0]).toMatchObject({ ack: true, consumer: 'phone' });
  for (const offset of [11, 12, 13]) socket.say(notification(offset));
  expect(socket.of('ack')).toEqual([]);
  await vi.advanceTimersByTimeAsync(250);
  expect(socket.of('ack')).toEqual([{ action: 'ack', offset: 13, epoch: 'e1' }]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(socket.of('ack')).toHaveLength(1);
  socket.say(notification(14));
  await vi.advanceTimersByTimeAsync(250);
  expect(socket.of('ack')).toHaveLength(2);
});

test('nothing is acknowledged by who has not asked to', async () => {
  follow('notifications', { userId: 'u' });
  const socket = await accept(10);
  socket.say(notification(11));
  await vi.advanceTimersByTimeAsync(1000);
  expect(socket.of('ack')).toEqual([]);
});

test('what is due is acknowledged before the socket closes', async () => {
  const follower = follow('notifications', { userId: 'u', ack: true });
  const socket = await accept(10);
  socket.say(notification(11));
  follower.close();
  await settle();
  expect(socket.of('ack')).toMatchObject([{ offset: 11 }]);
  expect(socket.isClosed).toBe(true);
});

test('what could not be acknowledged is, once it is connected again', async () => {
  follow('notifications', { userId: 'u', ack: true });
  const first = await accept(10);
  first.say(notification(11));
  first.drop();
  await vi.advanceTimersByTimeAsync(250);
  const socket = FakeSocket.last;
  socket.open();
  expect(socket.of('ack')).toEqual([]);
  socket.ok(11);
  expect(socket.of('ack')).toMatchObject([{ offset: 11, epoch: 'e1' }]);
  socket.say({ type: 'recovered', recovered: true, offset: 11, epoch: 'e1' });
  socket.say(notification(12));
  await vi.advanceTimersByTimeAsync(250);
  expect(socket.of('ack')).toMatchObject([{ offset: 11 }, { offset: 12 }]);
});

test('an explicit acknowledgement goes the same way', async () => {
  const follower = follow('notifications', { userId: 'u', ack: true });
  const socket = await accept(10);
  socket.say({ type: 'pong' });
  follower.ack(9);
  await vi.advanceTimersByTimeAsync(250);
  expect(socket.of('ack')).toEqual([{ action: 'ack', offset: 9, epoch: 'e1' }]);
});

test('a repeated notification is acknowledged again, or it would come for ever', async () => {
  follow('notifications', { userId: 'u', ack: true });
  const socket = await accept(11);
  socket.say(notification(11, { replay: true }));
  await vi.advanceTimersByTimeAsync(250);
  const again = { ...notification(12), data: (notification(11) as { data: object }).data };
  socket.say(again);
  await vi.advanceTimersByTimeAsync(250);
  expect(socket.of('ack').map((message) => message.offset)).toEqual([11, 12]);
});

test('the acknowledgement names what was delivered, not what is known by REST or presence', async () => {
  follow('notifications', { userId: 'u', ack: true, presence: true });
  const socket = await accept(10);
  socket.say({ type: 'presence', event: 'join', count: 1 });
  await vi.advanceTimersByTimeAsync(250);
  expect(socket.of('ack')).toEqual([]);
});
