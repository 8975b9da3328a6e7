/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_OUTBOX_INTERNAL_H
#define SENTIO_HOST_OUTBOX_INTERNAL_H

#include "outbox.h"

/* Between outbox.c, which knows what each connection is to be sent, and outbox_write.c, which sends
 * it. */

enum { OUTBOX_CHUNK = 64 * 1024 };

/* Sends the connection its entries, or keeps them in its backlog; they are free then. */
void outbox_write(struct outbox *outbox, struct connection *connection);

/* Gives entries back, which are linked from `first` to `last`; NO_ENTRY is none. */
void outbox_free_entries(struct outbox *outbox, uint32_t first, uint32_t last);
void outbox_drop_entries(struct outbox *outbox, struct connection *connection);

/* outbox_stream.c: of a connection with `sse`. */

/* Has sse_ready called when the socket takes bytes; at once, if it does. */
void stream_ask(struct outbox *outbox, struct connection *connection);
/* How many bytes of the connection's entries the socket has taken; -1: it has failed. */
ssize_t stream_write(struct outbox *outbox, struct connection *connection, bool *all);
/* How many of the bytes that are to be sent next have to be: the rest of an event that has begun.
 */
size_t stream_begun(const struct connection *connection, const uint8_t *data, size_t size);
/* As much of the backlog as it takes. False: it has failed. */
bool stream_drain(struct outbox *outbox, struct connection *connection);

#endif
