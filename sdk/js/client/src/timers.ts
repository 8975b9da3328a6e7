/* SPDX-License-Identifier: MIT */
// The timers of a socket; each runs once at a time.

export const RETRY = 0;
export const ANSWER = 1;
export const PING = 2;
export const TOKEN = 3;
export const STABLE = 4;
