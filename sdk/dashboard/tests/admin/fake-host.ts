/* SPDX-License-Identifier: MIT */
import { vi } from 'vitest';
import type {
  ChannelState,
  ClientState,
  Counts,
  HostState,
  RateHistory,
} from '../../src/admin/types.ts';

export const TOKEN = 'right';
const NOW = '2026-11-23T12:00:00.000Z';

const counts = (value: number): Counts => ({
  updates: value,
  items: value,
  refused: 0,
  deliveries: value,
  bytes_out: value,
  connections: value,
  slow_closed: 0,
  dropped: 0,
  conflated: 0,
});

export const hostState = (change: Partial<HostState> = {}): HostState => ({
  version: '0.1.0',
  pid: 4711,
  started: '2026-11-23T11:00:00.000Z',
  uptime_s: 3600,
  ready: true,
  problems: [],
  connections: { open: 3, limit: 100, websocket: 2, sse: 1, other: 0 },
  memory: { rss_bytes: 12 * 1024 * 1024 },
  files: { open: 40, limit: 1024 },
  threads: { io: 1 },
  totals: counts(12345),
  rates: counts(12.5),
  timestamp: NOW,
  ...change,
});

export const channelState = (change: Partial<ChannelState> = {}): ChannelState => ({
  name: 'trade-signals',
  path: '/ws/trade-signals',
  plugin: 'trade_signals',
  version: '0.1.0',
  isolation: 'none',
  state: 'open',
  detail: null,
  deaths: 0,
  durable: false,
  epoch: 'abcdef0123456789',
  offset: 42,
  subscribers: 2,
  topics: 3,
  updates: 40,
  items: 42,
  rate: 1.5,
  latest: 3,
  history_bytes: 2048,
  file: 'trade_signals.so',
  ...change,
});

export const clientState = (change: Partial<ClientState> = {}): ClientState => ({
  id: 'c1',
  address: '127.0.0.1',
  transport: 'websocket',
  user: 'user_001',
  connected_at: '2026-11-23T11:59:00.000Z',
  channels: [{ name: 'trade-signals', topics: 2, symbols: ['AAPL', 'MSFT'], filters: {} }],
  messages_out: 10,
  bytes_out: 1000,
  messages_in: 1,
  outbox_bytes: 0,
  outbox_limit: 1024 * 1024,
  conflated: 0,
  dropped: 0,
  slow: false,
  compressed: true,
  ...change,
});

const rateHistory = (): RateHistory => ({
  step_s: 1,
  from: '2026-11-23T11:59:56.000Z',
  to: NOW,
  series: {
    updates: [1, 2, 3, 4],
    deliveries: [10, 20, 30, 40],
    bytes_out: [100, 200, 300, 400],
    connections: [3, 3, 3, 3],
  },
  channels: { 'trade-signals': { updates: [0, 0, 1, 0] } },
});

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  });

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** The admin API as docs/host-api.md has it, without a host. */
export class FakeHost {
  token = TOKEN;
  host = hostState();
  channels = [channelState(), channelState({ name: 'notifications', path: '/ws/notifications' })];
  clients = [clientState(), clientState({ id: 'c2', user: null })];
  rates = rateHistory();
  /** Clients on one page. */
  page = 100;
  /** Every request that came, oldest first. */
  readonly requests: Request[] = [];
  /** What answers in place of the fake, by "METHOD path"; null lets it go on. */
  readonly instead = new Map<string, () => Response | Promise<Response>>();
  /** The streams of the traces that are open. */
  readonly traces: ReadableStreamDefaultController<Uint8Array>[] = [];

  readonly fetch = vi.fn(async (input: RequestInfo | URL, init: RequestInit = {}) => {
    const url = new URL(String(input), 'http://host.test');
    const path = url.pathname.replace('/api/v1/host', '') || '/';
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    this.requests.push({ method, path, query: url.searchParams, body });
    if (new Headers(init.headers).get('Authorization') !== `Bearer ${this.token}`)
      return json(401, { detail: 'Invalid admin token' });
    const instead = this.instead.get(`${method} ${path}`);
    if (instead) return instead();
    return method === 'POST' ? this.#post(path) : this.#get(path, url.searchParams, init.signal);
  });

  /** How often a path was asked for. */
  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  last(path: string): Request | undefined {
    return this.requests.findLast((request) => request.path === path);
  }

  /** Sends text to the trace that was opened last. */
  send(text: string): void {
    this.traces.at(-1)?.enqueue(new TextEncoder().encode(text));
  }

  sendEvent(event: object): void {
    this.send(`event: trace\ndata: ${JSON.stringify(event)}\n\n`);
  }

  #get(path: string, query: URLSearchParams, signal?: AbortSignal | null): Response {
    if (path === '/') return json(200, this.host);
    if (path === '/channels') return json(200, { channels: this.channels, timestamp: NOW });
    if (path === '/plugins') return json(200, { plugins: [] });
    if (path === '/rates') return json(200, this.rates);
    if (path === '/clients') return json(200, this.#clients(query));
    if (path === '/trace') return this.#trace(signal);
    return json(404, { detail: 'no such route' });
  }

  #clients(query: URLSearchParams) {
    const all = this.clients.filter(
      (client) =>
        (!query.get('user') || client.user === query.get('user')) &&
        (!query.get('slow') || client.slow) &&
        (!query.get('channel') ||
          client.channels.some(({ name }) => name === query.get('channel'))),
    );
    const start = all.findIndex(({ id }) => id === query.get('after')) + 1;
    const clients = all.slice(start, start + this.page);
    const more = start + clients.length < all.length;
    const next = more ? (clients.at(-1)?.id ?? null) : null;
    return { clients, count: clients.length, total: all.length, next, timestamp: NOW };
  }

  #trace(signal?: AbortSignal | null): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.traces.push(controller);
        signal?.addEventListener('abort', () =>
          controller.error(new DOMException('aborted', 'AbortError')),
        );
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  #post(path: string): Response {
    const kick = /^\/clients\/([^/]+)\/kick$/.exec(path)?.[1];
    if (kick !== undefined) {
      const known = this.clients.some(({ id }) => id === kick);
      this.clients = this.clients.filter(({ id }) => id !== kick);
      return known ? json(200, { kicked: kick }) : json(404, { detail: 'no such client' });
    }
    const channel = /^\/channels\/([^/]+)\/publish$/.exec(path)?.[1];
    if (channel !== undefined) return json(200, { channel, accepted: 1, offset: 43, epoch: 'e' });
    return json(404, { detail: 'no such route' });
  }
}
