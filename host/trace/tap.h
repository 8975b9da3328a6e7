/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TAP_H
#define SENTIO_HOST_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "frame/frame.h"
#include "model/message.h"

struct connection;
struct io;
struct tap;
struct tracer;

/*
 * What a client that is traced sends and is sent, put into words in the io thread that has its
 * connection. A connection has the flag `traced` while somebody looks; nothing is done for others.
 */

/* MESSAGE_TAP: to io, look or look away; and back: whether the client is there, and that it has
 * gone. */
struct tap_message {
    struct message head;
    struct tracer *tracer; /* counted */
    bool on;
    bool found;
};

/* NULL: out of memory. */
struct message *tap_message_create(struct tracer *tracer, bool on);
/* For message_destroy. */
void tap_message_release(struct tap_message *message);

/* What the hub asks for. Takes the message over. */
void tap_deliver(struct io *io, struct tap_message *message);

/* Of a connection that is traced: a message has come from it; something in its form goes out; its
 * socket is gone. */
void tap_received(struct connection *connection, struct sentio_bytes text);
void tap_sent(struct connection *connection, struct span span);
void tap_gone(struct connection *connection);

/* At the end: nobody looks any more. */
void taps_finish(struct io *io);

#endif
