/* SPDX-License-Identifier: MIT */
import { AHEAD, LATEST } from './times';
import type { TokenSource } from './types';

export async function readToken(source?: TokenSource): Promise<string | undefined> {
  return typeof source === 'function' ? source() : source;
}

/**
 * In how many seconds to ask for the token after this one: a minute before it expires, or when a
 * short-lived one has half of its time left; nothing else: never. Nothing is verified.
 */
export function renewalDelay(token = ''): number | undefined {
  try {
    const claims = atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'));
    const left = JSON.parse(claims).exp - Date.now() / 1000;
    return Math.min(LATEST, Math.max(1, left - AHEAD, left / 2));
  } catch {
    // No JWT.
  }
}
