/* SPDX-License-Identifier: MIT */
import { addresses } from './addresses';
import { defaults } from './defaults';
import { ALL } from './topics';
import type { SubscribeOptions, TokenSource, WebSocketClass } from './types';

const MARKET = 'market-data';

/** What the document's service asks for beside the options of a subscription. */
export interface Extras {
  /** Members of the first message. */
  subscribe?: object | undefined;
  /** Nothing is subscribed but by what the user sends. */
  bare?: boolean;
  protocols?: string | string[] | undefined;
}

/** All that one connection differs by from another: subscriptions with the same plan share one. */
export interface Plan {
  readonly url: string;
  readonly api: string;
  readonly channel: string;
  readonly token: TokenSource | undefined;
  readonly WebSocket: WebSocketClass | undefined;
  /** The members of a subscribe, without its symbols, token and place. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly options: SubscribeOptions & Extras;
}

/** @param target A channel, a path such as `/ws/earnings`, or the whole address of a socket. */
export function makePlan(target: string, given: SubscribeOptions & Extras): Plan {
  const options = { ...defaults, ...given };
  const whole = /^wss?:/.test(target);
  const { ws, api } = addresses(whole ? { url: new URL(target).origin, ...given } : given);
  const path = target.includes('/') ? target : `/ws/${target}`;
  return {
    url: whole ? target : ws + path,
    api,
    channel: path.replace(/^.*\/|\?.*$/g, ''),
    token: options.token,
    WebSocket: options.WebSocket,
    fields: {
      user_id: options.userId,
      min_confidence: options.minConfidence,
      signals: options.signals,
      interval: options.interval ?? undefined,
      history: options.history,
      ack: options.ack,
      consumer: options.consumer,
      presence: options.presence,
      ...options.subscribe,
    },
    options,
  };
}

export function samePlan(one: Plan, other: Plan): boolean {
  const text = ({ url, api, fields, options }: Plan): string => {
    const { reconnect, transport, pollInterval, bare = false, protocols } = options;
    return JSON.stringify([url, api, fields, reconnect, transport, pollInterval, bare, protocols]);
  };
  return (
    one.token === other.token && one.WebSocket === other.WebSocket && text(one) === text(other)
  );
}

/** What a subscriber wants who names these topics: on most channels naming none means all. */
export function wantedBy(plan: Plan, topics: ReadonlySet<string>): ReadonlySet<string> {
  return topics.size > 0 || plan.channel === MARKET ? topics : new Set([ALL]);
}

/** Topics as members of a subscribe. */
export function named(plan: Plan, topics: ReadonlySet<string>): { symbols?: string[] } {
  const all = topics.has(ALL) && plan.channel !== MARKET;
  return all || topics.size === 0 ? {} : { symbols: [...topics] };
}

/** Whether an item passes the filters, which the host's REST does not know. */
export function passes({ options }: Plan, item: unknown): boolean {
  const { confidence, signal } = item as { confidence?: number; signal?: string };
  return (
    (confidence ?? 1) >= (options.minConfidence ?? 0) &&
    (!options.signals || options.signals.includes(signal ?? ''))
  );
}
