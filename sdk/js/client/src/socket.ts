/* SPDX-License-Identifier: MIT */
import { delayBefore } from './backoff';
import { renewalDelay } from './token';
import type { Message, Phase, TokenSource, WebSocketClass } from './types';

const PING_EVERY = 30_000;
/** For an answer: to a ping, and to what was sent first. */
const PATIENCE = 10_000;
const STABLE_AFTER = 5000;
const NOT_ALLOWED = 1008;
/** Reasons for 1008 that another token is no remedy for. */
const SENT_AWAY = /kicked|rate limit/;

export interface SocketSettings {
  url: string;
  protocols?: string | string[] | undefined;
  forever: boolean;
  token?: TokenSource | undefined;
  WebSocket: WebSocketClass | undefined;
}

/** The part of a Status that a socket knows. */
export interface Link {
  phase: Phase;
  attempt: number;
  retryAt: number | null;
  code: number | null;
  reason: string | null;
}

export interface SocketEvents {
  /** It is open: send what comes first, and call `live` once that is answered. */
  onOpen(token: string | undefined): void;
  /** A token to take the place of one that is about to expire. */
  onToken(token: string): void;
  onMessage(message: Message): void;
  onLink(link: Link): void;
  onError(error: Error): void;
}

export interface Socket {
  /** Opens it, also when it waits or has stopped. One that is live is asked whether it still is. */
  open(): void;
  /** From now on the connection is good. */
  live(): void;
  send(message: object): boolean;
  /** Drops the connection, as if it was lost for this reason. */
  fail(reason: string): void;
  close(): void;
}

type Timer = 'retry' | 'answer' | 'ping' | 'stable' | 'token';

/** One WebSocket with its heartbeat, and what opens it again: the schedule, the browser, the token. */
export function createSocket(settings: SocketSettings, events: SocketEvents): Socket {
  const { url, token: source } = settings;
  const timers = new Map<Timer, ReturnType<typeof setTimeout>>();
  let link: Link = { phase: 'idle', attempt: 0, retryAt: null, code: null, reason: null };
  let socket: InstanceType<WebSocketClass> | null = null;
  // Each connection has a number, so that what belongs to an earlier one is known when it comes.
  let round = 0;
  let renewed = false;
  let offline = false;

  function set(change: Partial<Link>): void {
    link = { ...link, ...change };
    events.onLink(link);
  }

  function after(name: Timer, delay: number, run: () => void): void {
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(run, delay));
  }

  function drop(): void {
    round++;
    timers.forEach(clearTimeout);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }

  function stop(code: number | null, reason: string): void {
    drop();
    console.error(`sentio: ${url}: ${reason}`);
    set({ phase: 'stopped', retryAt: null, code, reason });
  }

  function lost(code: number | null, reason: string): void {
    drop();
    if (offline) return set({ phase: 'waiting', retryAt: null, code, reason: 'offline' });
    const refused = code === NOT_ALLOWED;
    if (refused && (renewed || typeof source !== 'function' || SENT_AWAY.test(reason)))
      return stop(code, reason);
    renewed ||= refused;
    const { attempt } = link;
    const delay = refused ? 0 : delayBefore(attempt, code, settings.forever);
    if (delay === null) return stop(code, `${reason}; gave up after ${attempt} reconnections`);
    after('retry', delay, connect);
    set({ phase: 'waiting', attempt: attempt + 1, retryAt: Date.now() + delay, code, reason });
  }

  function expectAnswer(): void {
    after('answer', PATIENCE, () => lost(null, 'the host does not answer'));
  }

  function check(): void {
    expectAnswer();
    after('ping', PING_EVERY, check);
    send({ action: 'ping' });
  }

  function send(message: object): boolean {
    if (socket?.readyState !== 1) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  /** Asks for the token, and goes on unless the connection is another by then. */
  async function withToken(
    use: (token: string | undefined) => void,
    failed?: (reason: string) => void,
  ): Promise<void> {
    const mine = round;
    try {
      const token = typeof source === 'function' ? await source() : source;
      if (mine === round) use(token);
    } catch (thrown) {
      if (mine !== round) return;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      events.onError(error);
      failed?.(error.message);
    }
  }

  function renewLater(token: string | undefined): void {
    const delay = typeof source === 'function' ? renewalDelay(token) : null;
    if (delay === null) return;
    const renew = (next: string | undefined): void => {
      if (next === undefined || next === token) return;
      events.onToken(next);
      renewLater(next);
    };
    after('token', delay, () => void withToken(renew));
  }

  function create(token: string | undefined): void {
    const Class = settings.WebSocket ?? globalThis.WebSocket;
    if (!Class) return stop(null, 'there is no WebSocket here; name one: configure({ WebSocket })');
    socket = settings.protocols ? new Class(url, settings.protocols) : new Class(url);
    socket.onopen = () => {
      events.onOpen(token);
      renewLater(token);
    };
    socket.onmessage = ({ data }: { data: string }) => {
      clearTimeout(timers.get('answer'));
      events.onMessage(JSON.parse(data) as Message);
    };
    socket.onclose = ({ code, reason }: CloseEvent) =>
      lost(code, reason || (link.phase === 'live' ? 'the connection was lost' : 'no connection'));
    // What went wrong is told by the close that follows; `ws` ends the process where nobody listens.
    socket.onerror = () => {};
    expectAnswer();
  }

  function connect(): void {
    drop();
    set({ phase: 'connecting', retryAt: null });
    void withToken(create, (reason) => lost(null, reason));
  }

  function open(): void {
    offline = false;
    if (link.phase === 'live') return check();
    if (link.phase === 'connecting') return;
    renewed = false;
    link.attempt = 0;
    connect();
  }

  function onBrowser({ type }: { type: string }): void {
    const { phase, code } = link;
    if (phase === 'idle' || (phase === 'stopped' && code === NOT_ALLOWED)) return;
    if (type !== 'offline') {
      if (globalThis.document?.visibilityState !== 'hidden') open();
      return;
    }
    offline = true;
    if (phase === 'live') check();
    else if (phase !== 'stopped') lost(code, 'offline');
  }

  // The last one is the document's; it comes to the window as well.
  const told = ['offline', 'online', 'visibilitychange'];
  told.forEach((type) => globalThis.addEventListener?.(type, onBrowser));

  return {
    open,
    live() {
      after('ping', PING_EVERY, check);
      after('stable', STABLE_AFTER, () => {
        renewed = false;
        set({ attempt: 0 });
      });
      set({ phase: 'live', code: null, reason: null });
    },
    send,
    fail: (reason) => lost(null, reason),
    close() {
      told.forEach((type) => globalThis.removeEventListener?.(type, onBrowser));
      drop();
    },
  };
}
