/* SPDX-License-Identifier: MIT */
import { GOING_AWAY, TRY_LATER } from './codes';
import { JITTER, LONGEST, SHORTEST } from './times';

/** Seconds before each reconnection, as the document says. */
const SCHEDULE = [0, 3, 6, 9, 12];

/**
 * How long to wait before a reconnection, in seconds; undefined: it is the end.
 *
 * @param attempt Reconnections since the last stable connection, this one not counted.
 * @param code Close code of the connection that was lost. A host that sends its clients away, or has
 *   too many, is not to be met by all of them at the same moment.
 */
export function delayBefore(
  attempt: number,
  code: number | null,
  forever: boolean,
): number | undefined {
  if (forever) {
    const bound = Math.min(LONGEST, 2 ** attempt);
    return SHORTEST + Math.random() * (bound - SHORTEST);
  }
  if (attempt === 0 && (code === GOING_AWAY || code === TRY_LATER)) return Math.random() * JITTER;
  return SCHEDULE[attempt];
}
