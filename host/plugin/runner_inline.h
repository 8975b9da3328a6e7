/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RUNNER_INLINE_H
#define SENTIO_HOST_RUNNER_INLINE_H

#include "call.h"

/*
 * Runs a call in the caller's own thread, at the time `now` (Unix ms) or the last call's, whichever
 * is later. Returns what the callback returned, or SENTIO_NOT_FOUND when the plugin has none; from
 * a callback that very code comes as SENTIO_FAILED. The effects are in call->effects, not yet
 * carried out.
 */
int runner_inline(struct call *call, int64_t now);

#endif
