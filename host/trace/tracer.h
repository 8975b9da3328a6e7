/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TRACER_H
#define SENTIO_HOST_TRACER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "model/message.h"

/*
 * Somebody who watches what a channel, or a client, says and is told (GET /api/v1/host/trace).
 * Counted, and shared by the hub (trace.h), the io thread of the client (tap.h) and the one of who
 * watches (viewer.h). What happens is put into words where it happens, and sent to the last of
 * them; so that no queue grows and nobody waits, what is too much is only counted.
 */

enum {
    TRACERS_MAX = 8,
    TRACE_TEXT_MAX = 2048, /* bytes of a text that are shown */
    TRACE_RATE = 500,      /* events a second of each thread that has something to tell */
    TRACE_AHEAD = 1000     /* events that are on their way */
};

struct tracer {
    atomic_uint refs;
    uint32_t io;                 /* of who watches */
    uint64_t client;             /* 0: a channel is watched */
    atomic_uint ahead;           /* messages that the viewer has not got yet */
    atomic_uint_fast64_t missed; /* events that were not told, since that was last said */
};

/* How much one thread has told a tracer in this second. */
struct trace_budget {
    int64_t second;
    uint32_t spent;
};

/* Members that are empty or 0 are left out. */
struct trace_event {
    int64_t time;     /* Unix ms */
    const char *kind; /* docs/host-api.md */
    const char *channel;
    uint64_t client;
    const char *user;
    uint64_t offset;
    uint32_t items;
    size_t bytes;
    uint64_t count;
    struct sentio_bytes text; /* cut after TRACE_TEXT_MAX bytes */
    const char *detail;
};

/* MESSAGE_TRACE: an event, on its way to the viewer. */
struct trace_message {
    struct message head;
    struct tracer *tracer; /* counted */
    bool last;             /* nothing comes after it */
    struct sentio_bytes text;
};

/* One reference; NULL: out of memory. */
struct tracer *tracer_create(uint32_t io, uint64_t client);
struct tracer *tracer_ref(struct tracer *tracer);
void tracer_unref(struct tracer *tracer); /* any thread; NULL is allowed */

/* Whether one more event is to be told; if not, it is counted. */
bool tracer_takes(struct tracer *tracer, struct trace_budget *budget, int64_t now);
/* An event that could not be told. */
void tracer_miss(struct tracer *tracer);

/* The event as it is shown. */
void tracer_write(const struct trace_event *event, struct sentio_writer *out);
/* NULL: out of memory, which is counted as missed. */
struct message *trace_message_create(struct tracer *tracer, const struct trace_event *event,
                                     bool last);
/* For message_destroy. */
void trace_message_release(struct trace_message *message);

#endif
