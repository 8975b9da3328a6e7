/* SPDX-License-Identifier: MIT */
/* The answers of /api/v1/host, as docs/host-api.md has them. Times are ISO 8601, sizes bytes. */

/** What the host counts since it started, and the same a second over the last 10 s. */
export interface Counts {
  updates: number;
  items: number;
  refused: number;
  deliveries: number;
  bytes_out: number;
  connections: number;
  slow_closed: number;
  dropped: number;
  conflated: number;
}

export interface HostState {
  version: string;
  pid: number;
  started: string;
  /** Seconds. */
  uptime_s: number;
  ready: boolean;
  /** Why the host is not ready; empty when it is. */
  problems: string[];
  /** limit 0: none. */
  connections: { open: number; limit: number; websocket: number; sse: number; other: number };
  memory: { rss_bytes: number };
  files: { open: number; limit: number };
  threads: { io: number };
  totals: Counts;
  rates: Counts;
  timestamp: string;
}

export interface ChannelState {
  name: string;
  /** Empty: nobody can connect to it. */
  path: string;
  plugin: string;
  version: string;
  isolation: string;
  /** "open", "restarting" or "failed". */
  state: string;
  /** Why it is not open. */
  detail?: string | null;
  deaths: number;
  durable: boolean;
  epoch: string;
  offset: number;
  subscribers: number;
  topics: number;
  updates: number;
  items: number;
  /** Updates a second over the last 10 s. */
  rate: number;
  /** Keys of which the latest item is kept. */
  latest: number;
  history_bytes: number;
  file: string;
}

export interface PluginState {
  file: string;
  name: string;
  version: string;
  abi: string;
  state: string;
  channels: string[];
  isolation: string;
  deaths: number;
  calls: number;
  slow_calls: number;
}

export interface Series {
  updates: number[];
  deliveries: number[];
  bytes_out: number[];
  connections: number[];
}

export interface RateHistory {
  /** Seconds between two values. */
  step_s: number;
  from: string;
  to: string;
  series: Series;
  channels?: Record<string, { updates: number[]; deliveries?: number[] }>;
}

export interface ClientChannel {
  name: string;
  topics: number;
  /** Subscribed to whatever comes; then symbols are ["*"]. */
  all?: boolean;
  /** At most 20 of them. */
  symbols: string[];
  filters: Record<string, unknown>;
}

export interface ClientState {
  id: string;
  address: string;
  transport: string;
  user: string | null;
  connected_at: string;
  channels: ClientChannel[];
  messages_out: number;
  bytes_out: number;
  messages_in: number;
  outbox_bytes: number;
  outbox_limit: number;
  conflated: number;
  dropped: number;
  slow: boolean;
  compressed: boolean;
  /** It publishes over this connection. */
  publisher?: boolean;
}

export interface ClientPage {
  clients: ClientState[];
  count: number;
  total: number;
  /** Asks for the page after this one; null: there is none. */
  next: string | null;
  timestamp: string;
}

export interface ClientQuery {
  channel?: string;
  user?: string;
  slow?: boolean;
  limit?: number;
  after?: string;
}

/** A publish that the host has taken. */
export interface Published {
  channel: string;
  accepted: number;
  offset: number;
  epoch: string;
}

/** One reason of a refused publish; item is the index of the item in the update. */
export interface FieldError {
  item?: number;
  line?: number;
  field?: string;
  message: string;
}

/** One line of a trace. */
export interface TraceEvent {
  time?: string;
  kind: string;
  channel?: string;
  client?: string;
  user?: string;
  offset?: number;
  items?: number;
  bytes?: number;
  text?: string;
  detail?: string;
  /** Of kind "missed": how many events this reader was too slow for. */
  count?: number;
}

export type TraceTarget = { channel: string } | { client: string };
