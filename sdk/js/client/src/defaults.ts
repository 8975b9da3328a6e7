/* SPDX-License-Identifier: MIT */
import type { Defaults } from './types';

export const defaults: Defaults = {};

/** Sets what all subscriptions that come later take where they name nothing themselves. */
export function configure(settings: Defaults): void {
  Object.assign(defaults, settings);
}
