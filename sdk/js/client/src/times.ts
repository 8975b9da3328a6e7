/* SPDX-License-Identifier: MIT */
// All of them in milliseconds.

/** Between two pings. */
export const PING_EVERY = 30_000;
/** For an answer: to a ping, and to what was sent first. */
export const PATIENCE = 10_000;
/** A connection that has lasted so long is good, and what was tried before it does not count. */
export const STABLE_AFTER = 5000;
/** The first attempt after 1001 or 1013 waits for this at most. */
export const JITTER = 3000;
/** Without end, each attempt waits at random between these. */
export const SHORTEST = 500;
export const LONGEST = 20_000;

/** Between two answers by REST. */
export const POLL_EVERY = 30_000;
/** Acknowledgements wait so long for others to go with them. */
export const ACK_DELAY = 250;

/** A token is renewed so long before it expires, and not sooner than this. */
export const AHEAD = 60_000;
export const SOONEST = 1000;
/** And not later; a timer can not be set to much more. */
export const LATEST = 1e9;
