/* SPDX-License-Identifier: MIT */
import { delayBefore } from './backoff';
import { NOT_ALLOWED } from './codes';
import type { Plan } from './plan';
import { PATIENCE, PING_EVERY, STABLE_AFTER } from './times';
import { ANSWER, PING, RETRY, STABLE, TOKEN } from './timers';
import { readToken, renewalDelay } from './token';
import type { Message, Phase, Status, Tell, WebSocketClass } from './types';

/** Reasons for 1008 that another token is no remedy for. */
const SENT_AWAY = /kicked|rate limit/;
/** What a browser tells of: the last is the document's, and comes to the window as well. */
const TOLD = ['offline', 'online', 'visibilitychange'];

export type Socket = readonly [
  /** Opens it, also when it waits or has stopped. One that is live is asked whether it still is. */
  open: () => void,
  /** From now on the connection is good. */
  live: () => void,
  /** False: it is not open, nothing was sent. */
  send: (message: object) => boolean,
  /** Drops the connection, as if it was lost for this reason. */
  lost: (code: number | null, reason: string) => void,
  close: () => void,
];

/**
 * One WebSocket with its heartbeat, and what opens it again: the schedule, the browser, the token.
 *
 * @param onToken It is open, or there is a fresh token for it. Call `live` once the host has answered.
 */
export function createSocket(
  plan: Plan,
  status: () => Status,
  set: (change: Partial<Status>) => void,
  tell: Tell,
  onToken: (token: string | undefined) => void,
  onMessage: (message: Message) => void,
): Socket {
  const { url, token: source } = plan;
  const timers: ReturnType<typeof setTimeout>[] = [];
  let socket: InstanceType<WebSocketClass> | null = null;
  // Each connection has a number, so that what belongs to an earlier one is known when it comes.
  let round = 0;
  let attempts = 0;
  let offline = false;

  function after(name: number, seconds: number, run: () => void): void {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(run, seconds * 1000);
  }

  function drop(): void {
    round++;
    timers.forEach(clearTimeout);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }

  function lost(code: number | null, reason: string): void {
    drop();
    // Another token may be a remedy; the first attempt asks for one.
    const refused =
      code === NOT_ALLOWED && (attempts || typeof source !== 'function' || SENT_AWAY.test(reason));
    const delay = refused ? undefined : delayBefore(attempts, code, plan.reconnect === 'forever');
    let phase: Phase = 'waiting';
    let retryAt = null;
    if (offline) reason = 'offline';
    else if (delay !== undefined) {
      after(RETRY, delay, connect);
      retryAt = Date.now() + delay * 1000;
      attempts++;
    } else {
      console.error(`sentio: ${url}: ${reason}`);
      phase = 'stopped';
    }
    set({ phase, attempt: attempts, retryAt, code, reason });
  }

  function send(message: object): boolean {
    if (socket?.readyState !== 1) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  function expectAnswer(): void {
    after(ANSWER, PATIENCE, () => lost(null, 'no answer'));
  }

  function check(): void {
    expectAnswer();
    after(PING, PING_EVERY, check);
    send({ action: 'ping' });
  }

  function hand(token: string | undefined): void {
    onToken(token);
    const delay = renewalDelay(token);
    if (delay)
      after(TOKEN, delay, async () => {
        try {
          const next = await readToken(source);
          if (next !== token) hand(next);
        } catch (error) {
          tell('onError', error as Error);
        }
      });
  }

  function hear({ data }: { data: string }): void {
    clearTimeout(timers[ANSWER]);
    try {
      onMessage(JSON.parse(data));
    } catch (error) {
      tell('onError', error as Error);
    }
  }

  async function connect(): Promise<void> {
    drop();
    const mine = round;
    set({ phase: 'connecting', retryAt: null });
    try {
      const token = await readToken(source);
      if (mine !== round) return;
      const { WebSocket: Class = globalThis.WebSocket, protocols } = plan;
      if (!Class) throw new Error('configure a WebSocket');
      socket = new Class(url, protocols);
      socket.onopen = () => hand(token);
      socket.onmessage = hear;
      socket.onclose = ({ code, reason }: CloseEvent) => lost(code, reason || 'no connection');
      // What went wrong is told by the close that follows; `ws` ends the process where nobody listens.
      socket.onerror = () => {};
      expectAnswer();
    } catch (error) {
      if (mine !== round) return;
      tell('onError', error as Error);
      lost(null, (error as Error).message);
    }
  }

  function open(): void {
    const { phase } = status();
    offline = false;
    if (phase === 'live') return check();
    if (phase === 'connecting') return;
    attempts = 0;
    void connect();
  }

  function onBrowser({ type }: { type: string }): void {
    const { phase, code } = status();
    if (phase === 'idle' || code === NOT_ALLOWED) return;
    if (type === TOLD[0]) {
      offline = true;
      if (phase === 'live') check();
      else lost(code, type);
    } else if (globalThis.document?.visibilityState !== 'hidden') open();
  }

  TOLD.forEach((type) => globalThis.addEventListener?.(type, onBrowser));

  function live(): void {
    after(PING, PING_EVERY, check);
    after(STABLE, STABLE_AFTER, () => {
      attempts = 0;
    });
    set({ phase: 'live', attempt: 0, code: null, reason: null });
  }

  function close(): void {
    TOLD.forEach((type) => globalThis.removeEventListener?.(type, onBrowser));
    drop();
  }

  return [open, live, send, lost, close];
}
