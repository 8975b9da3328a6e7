/* SPDX-License-Identifier: MIT */
import { addresses } from './addresses';
import { defaults } from './defaults';
import type { SubscribeOptions } from './types';

/** What the document's service asks for beside the options of a subscription. */
export interface Extras {
  /** Members of the first message. */
  subscribe?: object;
  protocols?: string | string[];
}

/** All that one connection differs by from another. */
export interface Plan extends Omit<SubscribeOptions, 'symbols'>, Extras {
  /** The same for those that share a connection, if their token is the same as well. */
  readonly key: string;
  readonly channel: string;
  /** Of the channel's socket. */
  readonly url: string;
  /** Of REST. */
  readonly api: string;
}

export function makePlan(channel: string, given: SubscribeOptions & Extras): Plan {
  const options = { ...defaults, ...given, symbols: 0 };
  const { ws, api } = addresses(given);
  const url = `${ws}/ws/${channel}`;
  // Functions are not in the key, as JSON has none.
  return { ...options, key: JSON.stringify([url, options]), channel, url, api };
}
