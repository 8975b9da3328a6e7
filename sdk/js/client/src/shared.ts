/* SPDX-License-Identifier: MIT */
import { createAcknowledger } from './acknowledger';
import { createKnown } from './known';
import { passes, type Plan } from './plan';
import { createPoller } from './poll';
import type { Place } from './position';
import { createSession } from './session';
import { createSocket, type Link } from './socket';
import { ALL, minus, reduce } from './topics';
import type { ClientError, Gap, Message, Status, SubscribeOptions } from './types';

type Handlers = Pick<SubscribeOptions, 'onMessage' | 'onStatus' | 'onError' | 'onGap'>;

/** One of those who share a connection. */
export interface Subscriber {
  readonly handlers: Handlers;
  topics: ReadonlySet<string>;
  /** The topics of which it was told what is known. */
  told: ReadonlySet<string>;
}

/** A connection that all subscriptions with the same plan share. */
export interface Shared {
  readonly plan: Plan;
  readonly status: Status;
  add(subscriber: Subscriber): void;
  remove(subscriber: Subscriber): void;
  /** The topics of a subscriber are others now. */
  changed(): void;
  ack(offset: number): void;
  send(message: object): boolean;
  reconnect(): void;
}

const IDLE: Status = {
  phase: 'idle',
  isConnected: false,
  polling: false,
  attempt: 0,
  retryAt: null,
  code: null,
  reason: null,
  receivedAt: null,
};
/** @param onEnd Nobody shares it any more, and it is closed. */
export function createShared(plan: Plan, onEnd: (shared: Shared) => void): Shared {
  const { options, token } = plan;
  const subscribers = new Set<Subscriber>();
  const known = createKnown();
  let status = { ...IDLE };
  let scheduled = false;
  let started = false;

  /** Calls each subscriber that is still one; the failure of one is not the others'. */
  function tell(call: (handlers: Handlers, subscriber: Subscriber) => void): void {
    for (const subscriber of [...subscribers]) {
      if (!subscribers.has(subscriber)) continue;
      try {
        call(subscriber.handlers, subscriber);
      } catch (error) {
        console.error('sentio: a subscriber failed:', error);
      }
    }
  }

  const onError = (error: ClientError): void => tell((handlers) => handlers.onError?.(error));

  function onGap(gap: Gap): void {
    if (gap.missed) known.clear();
    tell((handlers) => handlers.onGap?.(gap));
  }

  function received(): void {
    (status as { receivedAt: number }).receivedAt = Date.now();
  }

  function setStatus(change: Partial<Status>): void {
    const next = { ...status, ...change, polling: poller.running };
    status = { ...next, isConnected: next.phase === 'live' };
    tell((handlers) => handlers.onStatus?.(status));
  }

  function onLink(link: Link): void {
    const failed =
      link.phase === 'stopped' || (status.phase === 'connecting' && link.phase === 'waiting');
    if (link.phase === 'live') poller.stop();
    else if (failed && !poller.running && options.transport !== 'websocket') poller.start();
    setStatus(link);
  }

  function onMessage(message: Message): void {
    if (options.ack && message.offset !== undefined) acknowledger.note(message as Message & Place);
    const fresh = options.bare ? message : known.add(message);
    if (!fresh) return;
    tell((handlers, { topics }) => {
      const own = reduce(fresh, topics);
      if (own) handlers.onMessage?.(own);
    });
  }

  function filter(message: Message): Message {
    const { data } = message;
    if (!Array.isArray(data)) return message;
    return { ...message, data: data.filter((item) => passes(plan, item)) };
  }

  function wanted(): ReadonlySet<string> {
    const topics = new Set<string>();
    for (const subscriber of subscribers) subscriber.topics.forEach((topic) => topics.add(topic));
    return topics.has(ALL) ? new Set([ALL]) : topics;
  }

  const socket = createSocket(
    {
      url: plan.url,
      protocols: options.protocols,
      forever: options.reconnect === 'forever',
      token,
      WebSocket: plan.WebSocket,
    },
    {
      onOpen(given) {
        if (options.bare) socket.live();
        else session.join(given);
      },
      onToken: (given) => session.renew(given),
      onMessage(message) {
        received();
        session.receive(message);
      },
      onLink,
      onError,
    },
  );
  const acknowledger = createAcknowledger(socket.send);
  const session = createSession(plan, {
    send: socket.send,
    wanted,
    onJoined() {
      socket.live();
      acknowledger.flush();
    },
    onRefused: socket.fail,
    onMessage,
    onGap,
    onError,
  });
  const poller = createPoller(
    {
      api: plan.api,
      channel: plan.channel,
      userId: options.userId,
      token,
      interval: options.pollInterval,
    },
    {
      topics: wanted,
      onAnswer(messages, topics) {
        received();
        session.catchUp(messages.map(filter), topics);
      },
      onError,
    },
  );

  /** Gives those who came late, or have named more, what is known of it. */
  function recall(): boolean {
    let more = false;
    tell((handlers, subscriber) => {
      const added = new Set(minus(subscriber.topics, subscriber.told));
      subscriber.told = subscriber.topics;
      more ||= added.size > 0;
      known.recall(added).forEach((message) => handlers.onMessage?.(message));
    });
    return more;
  }

  function start(): void {
    started = true;
    if (options.transport !== 'rest') return socket.open();
    poller.start();
    setStatus({});
  }

  function end(): void {
    acknowledger.flush();
    poller.stop();
    socket.close();
    onEnd(shared);
  }

  function update(): void {
    scheduled = false;
    if (subscribers.size === 0) return end();
    const more = recall();
    known.keep(wanted());
    if (!started) start();
    else if (status.isConnected) session.adjust();
    else if (more && poller.running) poller.start();
  }

  /** Later, so that what comes and goes in one breath costs the host nothing. */
  function changed(): void {
    if (!scheduled) queueMicrotask(update);
    scheduled = true;
  }

  const shared: Shared = {
    plan,
    get status() {
      return status;
    },
    add(subscriber) {
      subscribers.add(subscriber);
      changed();
    },
    remove(subscriber) {
      subscribers.delete(subscriber);
      changed();
    },
    changed,
    ack: (offset) => acknowledger.note({ epoch: session.epoch(), offset }),
    send: (message) => status.isConnected && socket.send(message),
    reconnect: () => (options.transport === 'rest' ? poller.start() : socket.open()),
  };
  return shared;
}
