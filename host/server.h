/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SERVER_H
#define SENTIO_HOST_SERVER_H

#include <stdbool.h>

#include "config/config.h"

struct server;
struct tape;

/*
 * The host as a whole: hub and io threads, put together and taken apart. All functions are called
 * from one thread.
 */

/* Opens channels and, unless only `checking`, sockets. `tape`: records what comes in; NULL: nothing
 * does. Takes the configuration over, also when it
 * fails. NULL after the reasons were logged. */
struct server *server_create(struct config *config, bool checking, struct tape *tape);
/* Starts the threads. `source`: where a reload reads the configuration, to live as long as they
 * run; NULL: there are no reloads. 0 or SENTIO_FAILED. */
int server_start(struct server *server, const struct config_source *source);
/* Reads the configuration again (reload.h). */
void server_reload(const struct server *server);
/* Ends connections within server.drain, then the threads. */
void server_stop(struct server *server);
/* NULL is allowed. */
void server_destroy(struct server *server);

/* Ends the process when a plugin's call has held the hub for longer than plugins.hang. */
void server_watch(const struct server *server);

#endif
