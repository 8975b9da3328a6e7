/* SPDX-License-Identifier: MIT */
// Close codes that say when to come back.

export const GOING_AWAY = 1001;
/** Not with the same credentials. */
export const NOT_ALLOWED = 1008;
export const TRY_LATER = 1013;
