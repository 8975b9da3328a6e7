/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RUNNER_INLINE_H
#define SENTIO_HOST_RUNNER_INLINE_H

#include "call.h"

/*
 * Runs a call in the hub's own thread. Returns what the callback returned, or SENTIO_NOT_FOUND when
 * the plugin has none; from a callback that very code comes as SENTIO_FAILED. The effects are in
 * call->effects, not yet carried out. A call over plugins.slow_call is logged and counted.
 */
int runner_inline(struct call *call);

/* Whether the plugin has the callback. */
bool runner_has(const struct sentio_plugin *plugin, enum call_kind kind);

#endif
