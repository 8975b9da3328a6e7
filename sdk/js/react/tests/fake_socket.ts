/* SPDX-License-Identifier: MIT */
import { act, cleanup } from '@testing-library/react';
import { vi } from 'vitest';

interface Sent {
  action?: string;
  id?: string | number;
  symbols?: string[];
  [field: string]: unknown;
}

/** What a message is beside news; a replay has its first offset. */
interface More {
  snapshot?: true;
  replay?: true;
  offset?: number;
}

/** A WebSocket whose host is the test. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = FakeSocket.CONNECTING;
  readonly sent: Sent[] = [];
  onopen: ((event: object) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
  onerror: ((event: object) => void) | null = null;
  private offset = 0;

  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    const message = JSON.parse(text) as Sent;
    this.sent.push(message);
    if (message.action === 'ping') this.receive({ type: 'pong' });
    if (message.action === 'subscribe' && message.id !== undefined) {
      queueMicrotask(() => this.answer(message));
    }
  }

  close(code = 1000, reason = ''): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code, reason, wasClean: true });
  }

  /** The host takes the connection. */
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.({});
  }

  receive(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** A message of the channel, with the offsets and the time that a host gives. */
  publish(type: string, data: unknown, more: More = {}): void {
    const prev = this.offset;
    if (!more.snapshot && !more.replay) this.offset += Array.isArray(data) ? data.length : 1;
    const timestamp = new Date().toISOString();
    this.receive({ type, data, timestamp, offset: this.offset, prev, epoch: 'e1', ...more });
  }

  /** What was sent with this action. */
  actions(action: string): Sent[] {
    return this.sent.filter((one) => one.action === action);
  }

  private answer({ id, symbols, since }: Sent): void {
    const place = { offset: this.offset, epoch: 'e1' };
    this.receive({ type: 'ok', id, symbols: symbols ?? ['*'], ...place });
    if (since) this.receive({ type: 'recovered', recovered: true, ...place });
  }
}

/** Fake timers, frames and sockets, for each test anew. */
export function fakeBrowser(): void {
  FakeSocket.all = [];
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'requestAnimationFrame',
      'cancelAnimationFrame',
      'Date',
    ],
  });
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal(
    'fetch',
    vi.fn(() => Promise.reject(new Error('no REST in this test'))),
  );
  vi.spyOn(console, 'error');
}

/** Lets this many milliseconds pass, promises included. */
export async function pass(ms: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
}

/** More than a frame, less than anything else waits. */
export const frame = () => pass(20);

/** Those not closed, of this channel if one is given. */
export function openSockets(channel = ''): FakeSocket[] {
  return FakeSocket.all.filter(
    (one) => one.readyState <= FakeSocket.OPEN && one.url.includes(channel),
  );
}

/** The one socket that there is, taken by the host. */
export async function connected(channel = ''): Promise<FakeSocket> {
  await frame();
  const [socket, another] = openSockets(channel);
  if (!socket || another) throw new Error(`expected one socket of ${channel}`);
  if (socket.readyState === FakeSocket.CONNECTING) {
    await act(async () => socket.open());
    await frame();
  }
  return socket;
}

/** The host publishes, and the next frame shows it. */
export async function published(
  socket: FakeSocket,
  type: string,
  data: unknown,
  more: More = {},
): Promise<void> {
  await act(async () => socket.publish(type, data, more));
  await frame();
}

/** Unmounts all, and lets what closes a little later close. */
export async function endBrowser(): Promise<void> {
  cleanup();
  await pass(10_000);
  const left = openSockets().length;
  vi.useRealTimers();
  vi.unstubAllGlobals();
  if (left) throw new Error(`${left} sockets are open after everything was unmounted`);
}
