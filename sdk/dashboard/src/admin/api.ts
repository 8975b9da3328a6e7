/* SPDX-License-Identifier: MIT */
import type {
  ChannelState,
  ClientPage,
  ClientQuery,
  FieldError,
  HostState,
  PluginState,
  Published,
  RateHistory,
  TraceTarget,
} from './types.ts';

/** A host that has not answered for so many milliseconds is given up on. */
const PATIENCE = 10_000;

/** The host answered, but not with what was asked for. */
export class ApiError extends Error {
  /** The HTTP status; 0: the host could not be reached or did not answer in time. */
  readonly status: number;
  /** What is wrong with which field, when the host refused a publish. */
  readonly errors: readonly FieldError[];

  constructor(status: number, message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
  }

  /** The token is not, or no longer, one of an admin. */
  get refused(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/**
 * The admin API of one host with one token. Every call rejects with an ApiError, or with an
 * AbortError when its signal says so.
 */
export interface HostApi {
  host(signal?: AbortSignal): Promise<HostState>;
  channels(signal?: AbortSignal): Promise<ChannelState[]>;
  plugins(signal?: AbortSignal): Promise<PluginState[]>;
  /** The last so many seconds, 1 to 600. */
  rates(seconds: number, signal?: AbortSignal): Promise<RateHistory>;
  clients(query: ClientQuery, signal?: AbortSignal): Promise<ClientPage>;
  /** Closes the client's connection with 1008 "kicked". */
  kick(id: string, reason?: string): Promise<void>;
  /** Publishes a body that is JSON text; errors by field are in ApiError.errors. */
  publish(channel: string, body: string): Promise<Published>;
  /** A stream of Server-Sent Events that lasts until the signal, or the host, ends it. */
  trace(target: TraceTarget, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

function queryText(query: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '' && value !== false) search.set(name, String(value));
  const text = search.toString();
  return text && `?${text}`;
}

async function readError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as { detail?: unknown; errors?: FieldError[] };
    if (typeof body.detail === 'string')
      return new ApiError(response.status, body.detail, body.errors ?? []);
  } catch {
    // Not the host's own answer: a proxy's page, say. Its status has to do.
  }
  const name = response.statusText || 'an answer that is not the host’s';
  return new ApiError(response.status, `HTTP ${response.status}: ${name}`);
}

/** Aborts with the caller's signal or when patience is at an end, until it is finished. */
function limit(signal: AbortSignal | undefined) {
  const controller = new AbortController();
  const state = { late: false };
  const abort = () => controller.abort();
  const timer = setTimeout(() => {
    state.late = true;
    abort();
  }, PATIENCE);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    state,
    answered: () => clearTimeout(timer),
    finish: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

/**
 * @param base the host's address without a path, such as "http://127.0.0.1:8000"; "" for the page's own
 * @param token one of the host's admin tokens
 */
export function hostApi(base: string, token: string, fetcher: typeof fetch = fetch): HostApi {
  const root = `${base}/api/v1/host`;

  async function request<T>(
    path: string,
    init: RequestInit,
    signal: AbortSignal | undefined,
    read: (response: Response) => Promise<T>,
    lasting = false,
  ): Promise<T> {
    const limited = limit(signal);
    try {
      const headers = { ...init.headers, Authorization: `Bearer ${token}` };
      const response = await fetcher(root + path, { ...init, headers, signal: limited.signal });
      if (!response.ok) throw await readError(response);
      limited.answered();
      return await read(response);
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted) throw error;
      throw new ApiError(0, limited.state.late ? 'the host does not answer' : unreachable(error));
    } finally {
      // A lasting answer is still read, and ends with the caller's signal.
      if (!lasting) limited.finish();
    }
  }

  const get = <T>(path: string, signal?: AbortSignal) =>
    request(path, {}, signal, (response) => response.json() as Promise<T>);
  const post = <T>(path: string, body: string) =>
    request(
      path,
      { method: 'POST', body, headers: { 'Content-Type': 'application/json' } },
      undefined,
      (response) => response.json() as Promise<T>,
    );

  return {
    host: (signal) => get('', signal),
    channels: async (signal) =>
      (await get<{ channels: ChannelState[] }>('/channels', signal)).channels,
    plugins: async (signal) => (await get<{ plugins: PluginState[] }>('/plugins', signal)).plugins,
    rates: (seconds, signal) => get(`/rates${queryText({ seconds })}`, signal),
    clients: (query, signal) => get(`/clients${queryText({ ...query })}`, signal),
    kick: async (id, reason) => {
      await post(`/clients/${encodeURIComponent(id)}/kick`, JSON.stringify({ reason }));
    },
    publish: (channel, body) => post(`/channels/${encodeURIComponent(channel)}/publish`, body),
    trace: (target, signal) =>
      request(`/trace${queryText({ ...target })}`, {}, signal, readBody, true),
  };
}

function readBody(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (response.body) return Promise.resolve(response.body);
  return Promise.reject(new ApiError(0, 'the answer has no body'));
}

function unreachable(error: unknown): string {
  const cause = error instanceof SyntaxError ? 'its answer is not JSON' : 'it can not be reached';
  return `No answer from the host: ${cause}`;
}
