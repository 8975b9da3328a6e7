/* SPDX-License-Identifier: MIT */
import { expect, test, vi } from 'vitest';
import { renewalDelay } from '../src/token';
import { accept, FakeSocket, follow, useFakeHost } from './fake-host';

useFakeHost();

/** A JWT that expires in so many seconds; its claims have letters that base64 has others for. */
function jwt(seconds: number, more: object = {}): string {
  const claims = { sub: 'ü?>~', exp: Math.floor(Date.now() / 1000) + seconds, ...more };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}

test('a token is renewed a minute before it expires, by a second subscribe', async () => {
  vi.setSystemTime(1_700_000_000_000);
  const tokens = [jwt(600), jwt(1200), jwt(1800)];
  const token = vi.fn(() => tokens.shift() ?? jwt(9999));
  const follower = follow('market-data', { symbols: ['AAPL'], token });
  const socket = await accept();
  socket.answersPings = true;
  await vi.advanceTimersByTimeAsync(539_000);
  expect(token).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(token).toHaveBeenCalledTimes(2);
  expect(socket.of('subscribe')[1]).toMatchObject({ symbols: ['AAPL'], token: expect.any(String) });
  expect(socket.of('subscribe')[1]!.token).not.toBe(socket.sent[0]!.token);
  expect(socket.of('subscribe')[1]).not.toHaveProperty('since');
  expect(FakeSocket.all).toHaveLength(1);
  expect(follower.status.phase).toBe('live');
});

test('a text is renewed by nobody, and neither is what never expires', async () => {
  follow('earnings', { userId: 'u', token: jwt(61) });
  await accept();
  const token = vi.fn(() => 'no-jwt');
  follow('earnings', { userId: 'u', token });
  await accept();
  await vi.advanceTimersByTimeAsync(25_000);
  expect(token).toHaveBeenCalledTimes(1);
  expect(FakeSocket.all.flatMap((socket) => socket.of('subscribe'))).toHaveLength(2);
});

test('a failure to renew is told, and the connection stays', async () => {
  const token = vi.fn().mockReturnValueOnce(jwt(70)).mockRejectedValue(new Error('logged out'));
  const follower = follow('earnings', { userId: 'u', token });
  (await accept()).answersPings = true;
  await vi.advanceTimersByTimeAsync(35_000);
  expect(follower.errors.map((error) => error.message)).toEqual(['logged out']);
  expect(follower.status.phase).toBe('live');
});

test('the delay is a minute before the end, for short lives half of what is left', () => {
  vi.setSystemTime(1_700_000_000_000);
  expect(renewalDelay(jwt(600))).toBe(540);
  expect(renewalDelay(jwt(100))).toBe(50);
  expect(renewalDelay(jwt(30))).toBe(15);
  expect(renewalDelay(jwt(-30))).toBe(1);
  expect(renewalDelay(jwt(1e9))).toBe(1e6);
  expect(renewalDelay(jwt(1, { exp: undefined }))).toBeFalsy();
  expect(renewalDelay('a.b.c')).toBeFalsy();
  expect(renewalDelay('opaque')).toBeFalsy();
  expect(renewalDelay(undefined)).toBeFalsy();
});
