/* SPDX-License-Identifier: MIT */
import { makePlan, type Extras } from './plan';
import { createShared, type Shared } from './shared';
import type { Channel, SubscribeOptions, Subscription } from './types';

const connections = new Set<Shared>();

/** `subscribe`, with what only the document's service asks for. */
export function attach(channel: string, options: SubscribeOptions & Extras): Subscription {
  const plan = makePlan(channel, options);
  for (const shared of connections)
    if (shared.plan.key === plan.key && shared.plan.options.token === plan.options.token)
      return shared.attach(options);
  const created = createShared(plan, (ended) => connections.delete(ended));
  connections.add(created);
  return created.attach(options);
}

/**
 * Follows a channel. Subscriptions that differ in nothing but their symbols and handlers share one
 * socket; a token function is the same if it is the same function. Who comes later is given what is
 * known at once, as a `snapshot`.
 */
export function subscribe(channel: Channel, options: SubscribeOptions = {}): Subscription {
  return attach(channel, options);
}
