/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATUS_H
#define SENTIO_HOST_STATUS_H

#include "hub.h"

/* What the host says of itself, as JSON. */

enum state { STATE_OPEN, STATE_RESTARTING, STATE_FAILED, STATE_COUNT };

enum state status_of(const struct channel *channel);
const char *status_name(enum state state);
/* Why it is not open; "": it is. */
const char *status_reason(enum state state);

/* GET /api/v1/health: {"status":"healthy",...} with each channel's state. */
void status_write_health(const struct hub *hub, struct sentio_writer *out);
/* GET /api/v1/channels: name, path, plugin, version, state and counters of each. `whole`: for the
 * control socket, with what is nobody else's business, such as the plugin's file. */
void status_write_channels(const struct hub *hub, bool whole, struct sentio_writer *out);
/* GET /control/v1/status: the process, its channels by state, its reloads. */
void status_write_host(const struct hub *hub, struct sentio_writer *out);

#endif
