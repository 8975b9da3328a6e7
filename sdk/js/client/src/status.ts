/* SPDX-License-Identifier: MIT */
import type { Status } from './types';

/** The status of a connection that was never opened. */
export const IDLE: Status = {
  phase: 'idle',
  isConnected: false,
  polling: false,
  attempt: 0,
  retryAt: null,
  code: null,
  reason: null,
  receivedAt: null,
};

/** Takes note that a message has come, in place: the status is another only if its phase is. */
export function received(status: Status): void {
  (status as { receivedAt: number }).receivedAt = Date.now();
}
