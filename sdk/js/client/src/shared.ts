/* SPDX-License-Identifier: MIT */
import { NOT_ALLOWED } from './codes';
import { createKnown } from './known';
import { makePlan, type Extras, type Plan } from './plan';
import { ask } from './poll';
import { createSession } from './session';
import { IDLE, received } from './status';
import { minus, reduce, toTopics, type Topics } from './topics';
import type { Handlers, Message, Status, SubscribeOptions, Subscription } from './types';

interface Subscriber {
  readonly handlers: Handlers;
  topics: Topics;
  /** Those of which it was told what is known. */
  told: Topics;
}

/** A connection that all subscriptions with the same plan share. */
interface Shared {
  readonly plan: Plan;
  join(options: SubscribeOptions): Subscription;
}

const connections = new Set<Shared>();

function createShared(plan: Plan): Shared {
  const { channel, transport, pollInterval = 30_000 } = plan;
  const subscribers = new Set<Subscriber>();
  let polls: ReturnType<typeof setInterval>;
  let scheduled = false;
  let status = { ...IDLE };

  /** Calls each that is still there; the failure of one is not the others'. */
  function tell(name: keyof Handlers, value: unknown, to = [...subscribers]): void {
    for (const subscriber of to)
      try {
        const { handlers, topics } = subscriber;
        const own = name === 'onMessage' ? value && reduce(value as Message, topics) : value;
        if (own && subscribers.has(subscriber))
          (handlers[name] as ((value: unknown) => void) | undefined)?.(own);
      } catch (error) {
        console.error('sentio:', error);
      }
  }

  function set(change: Partial<Status>): void {
    const before = status;
    status = { ...before, ...change };
    const { phase, polling, code } = status;
    const failed = phase === 'stopped' || before.phase === 'connecting';
    status.isConnected = phase === 'live';
    // Who was sent away does not come in by another door.
    status.polling =
      !status.isConnected &&
      code !== NOT_ALLOWED &&
      (polling || (failed && transport !== 'websocket'));
    if (status.polling !== before.polling) {
      clearInterval(polls);
      if (status.polling) {
        polls = setInterval(poll, pollInterval);
        poll();
      }
    }
    tell('onStatus', status);
  }

  function wanted(): Topics {
    return new Set([...subscribers].flatMap((subscriber) => [...subscriber.topics]));
  }

  function poll(): void {
    const topics = wanted();
    ask(plan, topics)
      .then((messages) => {
        received(status);
        if (status.polling) catchUp(messages, topics);
        // Also when there was nothing to tell: who waits for the first answer has it.
        tell('onStatus', status);
      })
      .catch((error) => tell('onError', error));
  }

  const known = createKnown();
  const [, recall, keep] = known;
  const [connect, send, adjust, catchUp, ack, close] = createSession(
    plan,
    () => status,
    set,
    tell,
    known,
    wanted,
  );

  function open(): void {
    if (transport !== 'rest') connect();
    else if (status.polling) poll();
    else set({ polling: true });
  }

  function update(): void {
    scheduled = false;
    if (!subscribers.size) {
      clearInterval(polls);
      close();
      connections.delete(shared);
      return;
    }
    for (const subscriber of subscribers) {
      const added = minus(subscriber.topics, subscriber.told);
      subscriber.told = subscriber.topics;
      if (!added.length) continue;
      for (const message of recall())
        tell('onMessage', reduce(message, new Set(added)), [subscriber]);
    }
    keep(wanted());
    if (status.isConnected) adjust();
    else if (status.polling) poll();
    else if (status.phase === 'idle') open();
  }

  /** Later, so that what comes and goes in one breath costs the host nothing. */
  function changed(): void {
    if (!scheduled) queueMicrotask(update);
    scheduled = true;
  }

  const shared: Shared = {
    plan,
    join(handlers) {
      const topics = toTopics(channel, handlers.symbols);
      const subscriber: Subscriber = { handlers, topics, told: new Set() };
      subscribers.add(subscriber);
      changed();
      return {
        get status() {
          return status;
        },
        setSymbols(symbols) {
          subscriber.topics = toTopics(channel, symbols);
          changed();
        },
        ack,
        send: (message) => status.isConnected && send(message),
        reconnect: open,
        close() {
          subscribers.delete(subscriber);
          changed();
        },
      };
    },
  };
  connections.add(shared);
  return shared;
}

/** `subscribe`, with what only the document's service asks for. */
export function attach(channel: string, options: SubscribeOptions & Extras = {}): Subscription {
  const plan = makePlan(channel, options);
  for (const shared of connections)
    if (shared.plan.key === plan.key && shared.plan.token === plan.token)
      return shared.join(options);
  return createShared(plan).join(options);
}
