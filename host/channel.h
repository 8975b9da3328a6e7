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
#include "instance.h"
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
    char *label;               /* "channel earnings" */
    struct instance *instance; /* the plugin */
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
};

/* Where the answer to a publish goes. */
struct publisher {
    bool http;
    uint32_t io;
    struct request *request;
    uint32_t origin;          /* enum sentio_origin */
    struct sentio_bytes name; /* valid for the call */
};

/* Who is to be told what came of a call. */
struct asker {
    struct publisher publisher; /* publish */
    uint64_t id;                /* conn of a subscriber's message; id of an inquiry */
};

/* What came of a call. */
enum outcome {
    OUTCOME_RETURNED,   /* the plugin has answered: `result` */
    OUTCOME_LACKING,    /* it has no such callback */
    OUTCOME_NOT_RUNNING /* it can not be called now, or has died of the call */
};

struct result {
    enum outcome outcome;
    int code;                /* what the callback returned */
    struct effects *effects; /* what it asked for */
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

/* Has a prepared call run; then what it asked for is carried out, and `asker` (NULL: nobody) told.
 * All of that may have happened when this returns, or happen later. `call` is the caller's, its
 * effects are not. */
void channel_call(struct channel *channel, struct call *call, const struct asker *asker);

/* It was run: carries out what it asked for and tells the asker. The effects stay the caller's. */
void channel_called(struct channel *channel, enum call_kind kind, const struct asker *asker,
                    const struct result *result);
/* What a call asked for; `publisher`: who is told of its emits, NULL: nobody. */
void channel_carry_out(struct channel *channel, struct effects *effects,
                       const struct publisher *publisher);
/* A call has taken `took` ms: logs and counts it when that is too much. */
void channel_took(struct channel *channel, enum call_kind kind, int64_t took);

/* Runs a call at once; what it asked for is in call->effects and not carried out. As
 * runner_inline. */
int channel_run(struct channel *channel, struct call *call);

const struct sentio_plugin *channel_plugin(const struct channel *channel);
int64_t channel_time(const struct channel *channel);

#endif
