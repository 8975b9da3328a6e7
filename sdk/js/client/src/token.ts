/* SPDX-License-Identifier: MIT */
import type { TokenSource } from './types';

const AHEAD = 60_000;
const SOONEST = 1000;
/** The longest that a timer can be set to. */
const LATEST = 2 ** 31 - 1;

export async function readToken(source: TokenSource | undefined): Promise<string | undefined> {
  return typeof source === 'function' ? source() : source;
}

/**
 * In how many milliseconds to ask for the token after this one: a minute before it expires, or when a
 * short-lived one has half of its time left; NaN: never, or it is no JWT. Nothing is verified.
 */
export function renewalDelay(token = ''): number {
  try {
    const claims = atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'));
    const left = JSON.parse(claims).exp * 1000 - Date.now();
    return Math.min(LATEST, Math.max(SOONEST, left - AHEAD, left / 2));
  } catch {
    return NaN;
  }
}
