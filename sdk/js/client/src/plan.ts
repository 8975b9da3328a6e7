/* SPDX-License-Identifier: MIT */
import { addresses } from './addresses';
import { defaults } from './defaults';
import { ALL, type Topics } from './topics';
import type { SubscribeOptions } from './types';

const MARKET = 'market-data';

/** What the document's service asks for beside the options of a subscription. */
export interface Extras {
  /** Members of the first message. */
  subscribe?: object;
  protocols?: string | string[];
}

/** All that one connection differs by from another. */
export interface Plan {
  /** The same for those that share a connection, if their token is the same as well. */
  readonly key: string;
  readonly url: string;
  readonly api: string;
  readonly channel: string;
  readonly options: SubscribeOptions & Extras;
}

export function makePlan(channel: string, given: SubscribeOptions & Extras): Plan {
  const options = { ...defaults, ...given };
  const { ws, api } = addresses(given);
  const url = `${ws}/ws/${channel}`;
  // Functions are not in the key, as JSON has none.
  return {
    key: JSON.stringify([url, api, { ...options, symbols: 0 }]),
    url,
    api,
    channel,
    options,
  };
}

/** The members of a subscribe, without its symbols, token and place. */
export function fieldsOf({ options }: Plan): object {
  return {
    user_id: options.userId,
    min_confidence: options.minConfidence,
    signals: options.signals,
    interval: options.interval ?? undefined,
    history: options.history,
    ack: options.ack,
    consumer: options.consumer,
    presence: options.presence,
    ...options.subscribe,
  };
}

/** What a subscriber wants who names these topics: on most channels naming none means all. */
export function wantedBy(plan: Plan, topics: Topics): Topics {
  return topics.size || plan.channel === MARKET ? topics : new Set([ALL]);
}

/** Topics as a member of a subscribe; undefined leaves it out. */
export function symbolsOf(plan: Plan, topics: Topics): string[] | undefined {
  const unnamed = topics.has(ALL) && plan.channel !== MARKET;
  return unnamed || !topics.size ? undefined : [...topics];
}
