/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_VIEWER_H
#define SENTIO_HOST_VIEWER_H

#include <stdint.h>

#include "model/message.h"
#include "tracer.h"

struct connection;
struct io;
struct viewer;

/*
 * Who watches a trace: a reader of Server-Sent Events that belong to no channel. In the io thread
 * that has its connection. What it does not read in time is counted, and it is told how much that
 * was.
 */

enum { VIEWER_BUFFER = 256 * 1024 /* bytes that may wait for it */ };

/* MESSAGE_VIEWER: to io, the trace that a request has asked for begins; and back: nobody watches it
 * any more. */
struct viewer_message {
    struct message head;
    struct tracer *tracer;   /* counted */
    struct request *request; /* to io */
};

/* NULL: out of memory. */
struct message *viewer_message_create(struct tracer *tracer, struct request *request);
/* For message_destroy. */
void viewer_message_release(struct viewer_message *message);

/* The hub has begun the trace: the request is answered. Takes the message over. */
void viewer_begin(struct io *io, struct viewer_message *message);
/* An event for a viewer, which may be gone. */
void viewer_deliver(struct io *io, const struct trace_message *message);

/* The connection of one is gone. */
void viewer_gone(struct connection *connection);

/* There is another view: those whose admin token it does not have are told, and end. */
void viewers_check(struct io *io);

/* Now and then: those that have missed something are told. */
void viewers_tick(struct io *io);

#endif
