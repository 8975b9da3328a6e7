/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ARRIVAL_H
#define SENTIO_HOST_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include <sentio/sdk.h>

struct connection;
struct io;
struct lws;

/*
 * Where an accepted connection goes: by its first bytes to publisher.h or to libwebsockets, over
 * TLS always to the latter. Connections that libwebsockets does not have are watched by an epoll
 * instance of the io thread's own, which is one handle of its loop. All in the io thread.
 */
struct arrivals {
    int epoll;
    bool ready; /* it has events */
    uv_poll_t poll;
};

int arrival_init(struct io *io);
/* Looks after those that have said something; between the loop's waits, see listener_turn. */
void arrival_turn(struct io *io);
/* Closes every connection that libwebsockets does not have; the loop must turn once more. */
void arrival_stop(struct io *io);
/* Once the loop has turned. */
void arrival_finish(struct io *io);

/* An accepted socket; the connection takes it over, and may be gone when this returns. */
void arrival_begin(struct connection *connection, int fd);

/* Has the socket watched for `events` of epoll, edge-triggered. 0 or -1. */
int arrival_watch(struct connection *connection, uint32_t events);

/* It is not watched any more, if it was. */
void arrival_unwatch(struct connection *connection);

/*
 * Hands the connection over to libwebsockets, with what was read from it. It may be gone when this
 * returns. The deadline goes on.
 */
void arrival_adopt(struct connection *connection, struct sentio_bytes bytes);
/* libwebsockets has made a wsi: the connection that it is for, or NULL. */
struct connection *arrival_claim(struct lws *wsi);

/* Ends a connection that libwebsockets does not have. */
void arrival_close(struct connection *connection);

#endif
