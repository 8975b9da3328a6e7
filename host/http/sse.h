/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SSE_H
#define SENTIO_HOST_SSE_H

#include <sentio/sdk.h>

#include "frame/event.h"
#include "http.h"

/*
 * Server-Sent Events (WHATWG HTML section 9.2): GET /sse/<channel>, and GET /sse?channels=a,b for
 * several. The connection is a subscriber like any other, whose frames leave as events. Its request
 * is answered once each channel has: until then everything waits in the backlog, behind the
 * answer's header, so that a refusal can still be an HTTP status. In the io thread that has the
 * connection.
 */

/* One of the channels that the request names. */
struct sse_channel {
    struct stream *stream; /* counted */
    bool answered;
};

struct sse {
    bool torn;      /* the reader has the beginning of an event of which the rest is lost */
    size_t awaited; /* channels that have not answered; 0: the response has begun */
    struct sse_channel *channels;
    struct event_places places; /* of the same channels, in the same order */
};

/* Whether the path is one of these; they take GET. */
bool sse_has(struct sentio_bytes path);
/* Answers the request, or has it answered. Not 0: close the connection. */
int sse_begin(struct request *request, const struct header *header, struct sentio_bytes path);

/* Answers a request with a stream of events that belong to no channel, for client_text. Not 0: out
 * of memory, and it is not answered. */
int sse_stream(struct request *request);

/* The hub has accepted the member's subscribe, and what it said with that is queued. */
struct joined_message;
void sse_joined(struct connection *connection, const struct joined_message *message);
/* An error instead, while the request waits for an answer; `text` is its message. */
void sse_fail(struct connection *connection, struct sentio_bytes text);
/* The same of a close frame. */
void sse_deny(struct connection *connection, unsigned code, struct sentio_bytes reason);

/* The request waits for an answer. */
static inline bool sse_waits(const struct connection *connection) {
    return connection->sse != NULL && connection->sse->awaited > 0;
}

/* And the answer of that member's channel is among those that are awaited. */
bool sse_waits_for(const struct member *member);

/* What epoll says of its socket. */
void sse_ready(struct connection *connection, uint32_t events);
/* The last event is queued: once it is written the response ends. */
void sse_end(struct connection *connection);

/* The connection is destroyed. NULL is allowed. */
void sse_destroy(struct sse *sse);

#endif
