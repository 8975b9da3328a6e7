/* SPDX-License-Identifier: MIT */
import { afterEach, beforeEach, vi } from 'vitest';
import { subscribe } from '../src/index';
import type { Channel, Gap, Message, Status, SubscribeOptions, Subscription } from '../src/index';

export const EPOCH = 'e1';

export interface Sent {
  action: string;
  id?: string;
  symbols?: string[];
  since?: { epoch: string; offset: number };
  [field: string]: unknown;
}

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  static all: FakeSocket[] = [];

  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }

  readyState = 0;
  answersPings = false;
  readonly sent: Sent[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  readonly url: string;
  readonly protocols: string | string[] | undefined;

  constructor(url: string, protocols?: string | string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    if (this.readyState !== 1) throw new Error('sent on a socket that is not open');
    const message = JSON.parse(text) as Sent;
    this.sent.push(message);
    if (this.answersPings && message.action === 'ping') this.say({ type: 'pong' });
  }

  close(): void {
    this.readyState = 3;
  }

  get isClosed(): boolean {
    return this.readyState === 3;
  }

  /** What was sent of this action. */
  of(action: string): Sent[] {
    return this.sent.filter((message) => message.action === action);
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  /** Answers the newest subscribe. */
  ok(offset = 10, epoch = EPOCH): void {
    this.say({ type: 'ok', id: this.of('subscribe').at(-1)!.id, offset, epoch });
  }

  recovered(recovered: boolean, offset: number, epoch = EPOCH): void {
    this.say({ type: 'recovered', recovered, offset, epoch });
  }

  drop(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

/** Lets everything run that is due now. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Opens the newest socket and answers its subscribe. */
export async function accept(offset = 10, epoch = EPOCH): Promise<FakeSocket> {
  await settle();
  const socket = FakeSocket.last;
  socket.open();
  socket.ok(offset, epoch);
  return socket;
}

export interface Follower extends Subscription {
  readonly messages: Message[];
  readonly errors: Error[];
  readonly gaps: Gap[];
  readonly statuses: Status[];
}

const open: Subscription[] = [];

/** A subscription that notes all that it is told. */
export function follow(channel: Channel, options: SubscribeOptions = {}): Follower {
  const notes = {
    messages: [] as Message[],
    errors: [] as Error[],
    gaps: [] as Gap[],
    statuses: [] as Status[],
  };
  const subscription = subscribe(channel, {
    onMessage: (message) => void notes.messages.push(message),
    onError: (error) => void notes.errors.push(error),
    onGap: (gap) => void notes.gaps.push(gap),
    onStatus: (status) => void notes.statuses.push(status),
    ...options,
  });
  open.push(subscription);
  return Object.defineProperties(
    notes as unknown as Follower,
    Object.getOwnPropertyDescriptors(subscription),
  );
}

export function quotes(offset: number, symbols: string[], more: object = {}): object {
  const data = symbols.map((symbol) => ({ symbol, price: offset }));
  return { type: 'update', data, offset, prev: offset - 1, epoch: EPOCH, ...more };
}

export function notification(offset: number, more: object = {}): object {
  const data = { id: `${EPOCH}:${offset}`, type: 'info', title: `number ${offset}` };
  return { type: 'notification', data, offset, prev: offset - 1, epoch: EPOCH, ...more };
}

/** REST that answers nothing, until a test has it answer. */
export const rest = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

/** For each file of tests: a fake clock, a fake host, and nothing left over. */
export function useFakeHost(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeSocket);
    vi.stubGlobal('fetch', rest.mockReset().mockReturnValue(new Promise(() => {})));
    vi.spyOn(console, 'error').mockReturnValue();
  });
  afterEach(async () => {
    open.splice(0).forEach((subscription) => subscription.close());
    await settle();
    FakeSocket.all = [];
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
}
