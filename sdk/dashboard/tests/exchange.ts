/* SPDX-License-Identifier: MIT */
import type {
  Channel,
  Message,
  Status,
  subscribe,
  SubscribeOptions,
  Subscription,
} from '@sentio/client';
import { vi } from 'vitest';

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
export class Line implements Subscription {
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

/** Stands in for the client: keeps the subscriptions that were made. */
export class Exchange {
  readonly lines: Line[] = [];

  subscribe: typeof subscribe = (channel: Channel, options: SubscribeOptions = {}) => {
    const line = new Line(channel, options);
    this.lines.push(line);
    return line;
  };

  open(): Line[] {
    return this.lines.filter((line) => !line.closed);
  }

  line(channel: string): Line {
    const found = this.open().find((line) => line.channel === channel);
    if (!found) throw new Error(`nobody subscribes to ${channel}`);
    return found;
  }

  /** All of them. */
  become(change: Partial<Status>): void {
    for (const line of this.open()) line.become(change);
  }
}
