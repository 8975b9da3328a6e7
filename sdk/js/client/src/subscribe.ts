/* SPDX-License-Identifier: MIT */
import { attach } from './shared';
import type { Channel, SubscribeOptions, Subscription } from './types';

/**
 * Follows a channel. Subscriptions that differ in nothing but their symbols and handlers share one
 * socket; a token function is the same if it is the same function. Who comes later is given what is
 * known at once, as a `snapshot`.
 */
export const subscribe: (channel: Channel, options?: SubscribeOptions) => Subscription = attach;
