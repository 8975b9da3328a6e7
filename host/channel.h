/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CHANNEL_H
#define SENTIO_HOST_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include <sentio/sdk.h>

#include "call.h"
#include "config.h"
#include "engine.h"
#include "interest.h"
#include "log_memory.h"
#include "plugin.h"
#include "stream.h"
#include "topic.h"

struct hub;
struct source;
struct request;
struct watch;

/* A number that the plugin counts. */
struct counter {
    struct counter *next;
    uint64_t value;
    char name[];
};

/*
 * A channel as the hub has it: its plugin, order, log, topics and interests. The hub's thread only.
 */
struct channel {
    struct hub *hub;
    const struct config_channel *config;
    uint32_t index;
    char *label; /* "channel earnings" */
    struct plugin *plugin;
    struct sentio_channel *state; /* the plugin's */
    struct stream *stream;
    struct topic_table topics;
    struct interest_table interests;
    struct table users; /* subscription.c */
    struct log_memory log;
    struct engine engine;
    struct source *source;
    uv_timer_t *wake;
    struct watch *watches;
    struct counter *counters;
    uint64_t published; /* updates */
    uint64_t rejected;
    uint64_t slow_calls;
    uint64_t faults; /* calls that failed */
    size_t subscribers;
    size_t *io_subscribers; /* [io]: who gets updates */
    bool open;
    int64_t called; /* the time that the last call was given, Unix ms: it never goes back */
};

/* Where the answer to a publish goes. */
struct publisher {
    bool http;
    uint32_t io;
    struct request *request;
    uint32_t origin;          /* enum sentio_origin */
    struct sentio_bytes name; /* valid for the call */
};

/* Loads the plugin and opens it. NULL after the reason was logged. */
struct channel *channel_create(struct hub *hub, const struct config_channel *config,
                               uint32_t index);
/* close(), and everything goes. The loop must turn once more. NULL is allowed. */
void channel_destroy(struct channel *channel);

/* Starts its source program, if it has one. */
void channel_start(struct channel *channel);

/* A publisher's body: validated by the plugin, ordered, fanned out, answered. */
void channel_publish(struct channel *channel, const struct publisher *publisher,
                     struct sentio_bytes body);
/* What another channel has published. */
void channel_observe(struct channel *channel, const struct update *update);

/* Runs a prepared call and carries out what it asked for. Returns the callback's result; what it
 * asked for has then been done (0) or dropped. `publisher` NULL: nobody to answer. */
int channel_call(struct call *call, const struct publisher *publisher);

/* For the runner and the services. */
const struct sentio_plugin *channel_plugin(const struct channel *channel);
struct sentio_channel *channel_state(const struct channel *channel);
const char *channel_label(const struct channel *channel);
int64_t channel_time(const struct channel *channel);
size_t channel_call_bytes(const struct channel *channel);
bool channel_may_forward(const struct channel *channel, struct sentio_bytes name);
void channel_call_begins(struct channel *channel, enum call_kind kind);
void channel_call_ended(struct channel *channel, enum call_kind kind, int64_t took);

#endif
