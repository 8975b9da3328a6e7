/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONTROL_H
#define SENTIO_HOST_CONTROL_H

#include <stdbool.h>

#include "hub.h"

/*
 * What sentioctl asks for, over the control socket: HTTP, parameters in the query, answers in JSON.
 *
 *   GET  /control/v1/status    the process, its channels by state, its reloads
 *   GET  /control/v1/channels  each channel with its plugin's file, state and counters
 *   POST /control/v1/reload    as SIGHUP (reload.h)
 *   POST /control/v1/shadow    runs `plugin` beside the one of `channel` for `for` ms (shadow.h)
 *   GET  /control/v1/shadow    how `channel`'s compares
 *   POST /control/v1/shadow/stop
 */

/* Whether there is something to be asked for at `path`, by POST or else by GET. Any thread. */
bool control_has(struct sentio_bytes path, bool post);
/* Answers it, at once or later. The hub's thread. */
void control_answer(struct hub *hub, const struct query_message *query);

#endif
