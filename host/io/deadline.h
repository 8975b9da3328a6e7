/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_DEADLINE_H
#define SENTIO_HOST_DEADLINE_H

#include "io.h"

/* Puts the connection's one deadline to that kind, from now on; DEADLINE_NONE takes it away. */
void deadline_set(struct connection *connection, enum deadline deadline);

/* The connection is closed by the next tick: its socket has failed, or its time is up. */
void deadline_expire(struct connection *connection);

/* Deals with every connection whose deadline has passed. In the loop's thread, from a uv_timer. */
void deadline_tick(struct io *io);

#endif
