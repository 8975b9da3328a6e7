/* SPDX-License-Identifier: MIT */
import { makePlan, samePlan, wantedBy, type Extras } from './plan';
import { createShared, type Shared, type Subscriber } from './shared';
import { toTopics } from './topics';
import type { Channel, SubscribeOptions, Subscription } from './types';

const connections: Shared[] = [];

function connectionFor(target: string, options: SubscribeOptions & Extras): Shared {
  const plan = makePlan(target, options);
  const found = connections.find((one) => samePlan(one.plan, plan));
  if (found) return found;
  const created = createShared(plan, (ended) => connections.splice(connections.indexOf(ended), 1));
  connections.push(created);
  return created;
}

/** `subscribe`, and for the document's service also to any address of a socket. */
export function attach(target: string, options: SubscribeOptions & Extras): Subscription {
  const shared = connectionFor(target, options);
  const topicsOf = (symbols: readonly string[] = []): ReadonlySet<string> =>
    wantedBy(
      shared.plan,
      toTopics(symbols, (error) => options.onError?.(error)),
    );
  const subscriber: Subscriber = {
    handlers: options,
    topics: topicsOf(options.symbols),
    told: new Set(),
  };
  shared.add(subscriber);
  return {
    get status() {
      return shared.status;
    },
    setSymbols(symbols) {
      subscriber.topics = topicsOf(symbols);
      shared.changed();
    },
    ack: shared.ack,
    send: shared.send,
    reconnect: shared.reconnect,
    close: () => shared.remove(subscriber),
  };
}

/**
 * Follows a channel. Subscriptions that differ in nothing but their symbols and handlers share one
 * socket; a token function is the same if it is the same function. Who comes later is given what is
 * known at once, as a `snapshot`.
 */
export function subscribe(channel: Channel, options: SubscribeOptions = {}): Subscription {
  return attach(channel, options);
}
