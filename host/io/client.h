/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CLIENT_H
#define SENTIO_HOST_CLIENT_H

#include <sentio/sdk.h>

#include "connection.h"
#include "io.h"

/*
 * A WebSocket peer: what is said to it, and its subscriptions. In the io thread that has the
 * connection.
 */

/* The upgrade was accepted. */
void client_open(struct connection *connection, struct lws *wsi);
/* The socket is gone: its subscriptions leave. */
void client_gone(struct connection *connection);

void client_text(struct connection *connection, struct sentio_bytes text);
void client_ping(struct connection *connection);

/* An error answer. After more than ten in a row the connection is closed with 1008. `id`: JSON text
 * or empty; `channel` NULL: not named. */
void client_error(struct connection *connection, const char *channel, struct sentio_bytes id,
                  const char *code, const char *message);

/* Sends what is queued, then a close frame (RFC 6455 section 5.5.1). The peer's own is waited for.
 */
void client_close(struct connection *connection, uint16_t code, struct sentio_bytes reason);

/* The connection's subscription on a channel; NULL: none. */
struct member *client_member(const struct connection *connection, const struct stream *stream);
/* A new one; NULL: out of memory. */
struct member *client_add_member(struct connection *connection, struct stream *stream);

/* What the hub says about a member. */
void client_deliver(struct io *io, struct message *message);

/* For the outbox: out of memory; the backlog is full; the socket has failed; the backlog is
 * written. */
void client_starved(struct connection *connection);
void client_overflow(struct connection *connection);
void client_lost(struct member *member);
void client_more(struct member *member, uint64_t reading);
void client_broken(struct connection *connection);
void client_relieved(struct connection *connection);

#endif
