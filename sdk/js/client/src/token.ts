/* SPDX-License-Identifier: MIT */

const AHEAD = 60_000;
const SOONEST = 1000;
/** The longest that a timer can be set to. */
const LATEST = 2 ** 31 - 1;

/** When a JWT expires, in milliseconds since 1970; NaN: never, or it is none. Nothing is verified. */
function expiry(token: string): number {
  try {
    const claims = token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/');
    return Number((JSON.parse(atob(claims)) as { exp?: unknown }).exp) * 1000;
  } catch {
    return NaN;
  }
}

/**
 * In how many milliseconds to ask for the token after this one: a minute before it expires, or in the
 * middle of what a short-lived one has left; null: never.
 */
export function renewalDelay(token = ''): number | null {
  const left = expiry(token) - Date.now();
  if (Number.isNaN(left)) return null;
  return Math.min(LATEST, Math.max(SOONEST, left - AHEAD, Math.min(left / 2, AHEAD)));
}
