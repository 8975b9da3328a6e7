/* SPDX-License-Identifier: MIT */
// All of them in seconds.

/** Between two pings. */
export const PING_EVERY = 30;
/** For an answer: to a ping, and to what was sent first. */
export const PATIENCE = 10;
/** A connection that has lasted so long is good, and what was tried before it does not count. */
export const STABLE_AFTER = 5;
/** The first attempt after 1001 or 1013 waits for this at most. */
export const JITTER = 3;
/** Without end, each attempt waits at random between these. */
export const SHORTEST = 0.5;
export const LONGEST = 20;

/** A token is renewed so long before it expires. */
export const AHEAD = 60;
/** And not later than this: a timer can not be set to much more. */
export const LATEST = 1e6;
