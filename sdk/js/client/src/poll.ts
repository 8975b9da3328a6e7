/* SPDX-License-Identifier: MIT */
import { KEPT } from './known';
import type { Place } from './position';
import { ALL } from './topics';
import type { Message, TokenSource } from './types';

const INTERVAL = 30_000;

type Content = Record<string, unknown>;
/** What is in an answer beside its place and time: the type of each message, and its data. */
type Reader = (content: Content) => [type: string, data: unknown][];

const ROUTES: Record<string, [path: string, read: Reader]> = {
  'trade-signals': ['dashboard/trade-signals', ({ signals }) => [['trade_signals', signals]]],
  'market-data': ['market/quotes', ({ quotes }) => [['quotes', Object.values(quotes as object)]]],
  earnings: ['dashboard/earnings', (content) => [['earnings', content]]],
  notifications: [
    'dashboard/notifications',
    ({ notifications }) => (notifications as unknown[]).map((data) => ['notification', data]),
  ],
  admin: [
    'admin',
    (content) => Object.entries(content).map(([kind, data]) => [`admin_${kind}`, data]),
  ],
};

/** A notification has its place in its id, unless the publisher has given it another. */
function placeOf(data: unknown): Partial<Place> {
  const [, epoch, offset] = /^(\w+):(\d+)$/.exec(String((data as { id?: unknown }).id)) ?? [];
  return epoch ? { epoch, offset: Number(offset) } : {};
}

export interface PollSettings {
  api: string;
  channel: string;
  userId?: string | undefined;
  token?: TokenSource | undefined;
  /** Milliseconds. */
  interval?: number | undefined;
}

export interface PollEvents {
  topics(): ReadonlySet<string>;
  onAnswer(messages: Message[], topics: ReadonlySet<string>): void;
  onError(error: Error): void;
}

export interface Poller {
  readonly running: boolean;
  /** Asks at once, and then in intervals. A channel that has no route is never asked. */
  start(): void;
  stop(): void;
}

/** Asks the host's REST for what a socket would have brought. */
export function createPoller(settings: PollSettings, events: PollEvents): Poller {
  const { api, channel, userId, token: source } = settings;
  const [path, read] = ROUTES[channel] ?? [];
  let timer: ReturnType<typeof setInterval> | undefined;
  let current: AbortController | undefined;

  async function ask(topics: ReadonlySet<string>, signal: AbortSignal): Promise<Message[]> {
    const query = new URLSearchParams({ limit: String(KEPT) });
    if (!topics.has(ALL)) query.set('symbols', [...topics].join());
    if (userId !== undefined) query.set('user_id', userId);
    const token = typeof source === 'function' ? await source() : source;
    const headers: HeadersInit = token ? { Authorization: `Bearer ${token}` } : {};
    const response = await fetch(`${api}/api/v1/${path}?${query}`, { headers, signal });
    if (response.status === 404) return [];
    const { offset, epoch, timestamp, ...content } = (await response.json()) as Content;
    if (!response.ok) throw new Error(String(content.detail ?? response.status));
    const common = { offset, epoch, timestamp, polled: true };
    return read!(content).map(([type, data]) => {
      return { ...common, ...placeOf(data), type, data } as Message;
    });
  }

  // The next question ends the one before, so that none waits for longer than the interval.
  function poll(): void {
    const topics = events.topics();
    current?.abort();
    if (topics.size === 0) return;
    const { signal } = (current = new AbortController());
    ask(topics, signal).then(
      (messages) => signal.aborted || events.onAnswer(messages, topics),
      (error: Error) => signal.aborted || events.onError(error),
    );
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    current?.abort();
  }

  return {
    get running() {
      return timer !== undefined;
    },
    start() {
      if (!path) return;
      clearInterval(timer);
      timer = setInterval(poll, settings.interval ?? INTERVAL);
      poll();
    },
    stop,
  };
}
