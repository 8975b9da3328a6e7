/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CHANNEL_H
#define SENTIO_HOST_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include <sentio/sdk.h>

#include "config/config.h"
#include "engine.h"
#include "log_memory.h"
#include "model/interest.h"
#include "model/stream.h"
#include "model/topic.h"
#include "plugin/call.h"
#include "plugin/instance.h"
#include "plugin/task.h"
#include "publish_keys.h"

struct candidate;
struct channel_rates;
struct disk_channel;
struct hub;
struct presence;
struct shadow;
struct source;
struct watch;

/* A number that the plugin counts. */
struct counter {
    struct counter *next;
    uint64_t value;
    char name[];
};

/* What save() gives. */
struct answer {
    int error; /* 0, what the callback returned, or SENTIO_NOT_FOUND: it saves nothing */
    bool old;  /* it could not be asked: this is from an earlier save(), and it has gone on since */
    uint32_t format;
    struct sentio_bytes state; /* valid for the call */
};

/* Who waits for a save(). */
struct wait {
    void (*over)(void *context, const struct answer *answer);
    void *context;
    unsigned deaths; /* of workers that were asked */
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
    struct table users;   /* subscription_table.c */
    struct table phrases; /* subscribes, for those who begin anew (phrase.h) */
    struct log_memory log;
    struct engine engine;
    struct publish_keys keys;
    int64_t keys_forgotten;    /* channel_durable.c: Unix ms at which it was last done */
    struct disk_channel *disk; /* NULL: not durable */
    struct source *source;
    struct presence *presence; /* NULL: off */
    struct shadow *shadow;     /* runs, or has run, beside the plugin; NULL: none did */
    uint32_t micros;           /* that the last call here took */
    uv_timer_t *wake;
    struct watch *watches;
    struct counter *counters;
    struct channel_rates *rates; /* NULL: none yet */
    int64_t wake_due;            /* when `wake` is due, Unix ms; 0: it is not set */
    uint64_t published;          /* updates */
    uint64_t items;              /* in those */
    uint64_t rejected;
    uint64_t duplicates; /* publishes answered as another was that had the same key */
    uint64_t calls;      /* that the plugin has answered */
    uint64_t slow_calls;
    uint64_t faults;         /* calls that failed */
    uint64_t given_up;       /* calls that two workers have died of */
    struct task_list played; /* while playing: calls that a worker had to answer */
    struct task_list held;   /* while `holding`: calls that came meanwhile */
    bool holding;            /* the plugin is being replaced */
    bool failed;             /* its worker has died too often */
    bool source_paused;
    struct wait wait;          /* `over` NULL: nobody waits */
    const struct task *wanted; /* whose answer it waits for */
    size_t subscribers;
    size_t *io_subscribers; /* [io]: who gets updates */
};

/* Takes the plugin, which is open. NULL: out of memory. */
struct channel *channel_create_from(struct hub *hub, struct candidate *candidate, uint32_t index);
/* Nothing comes from its source any more. */
void channel_end_source(struct channel *channel);
/* Its source ends, what it knows is saved, its plugin closed. */
void channel_stop(struct channel *channel);
/* Stops it if need be, and everything goes. The loop must turn once more. NULL is allowed. */
void channel_destroy(struct channel *channel);

/* Starts its source program, if it has one. */
void channel_start(struct channel *channel);
/* A line of it is published. */
void channel_line(struct channel *channel, struct sentio_bytes line);

/* A publisher's body: validated by the plugin, ordered, fanned out, answered. */
void channel_publish(struct channel *channel, const struct publisher *publisher,
                     struct sentio_bytes body);
/* What another channel has published; `consequence`: see struct publisher. */
void channel_observe(struct channel *channel, const struct update *update, int64_t consequence);

/* Has a prepared call run; then what it asked for is carried out, and `asker` (NULL: nobody) told.
 * All of that may have happened when this returns, or happen later. `call` is the caller's, its
 * effects are not. */
void channel_call(struct channel *channel, struct call *call, const struct asker *asker);

/* It was run: carries out what it asked for and tells the asker. The effects stay the caller's. */
void channel_called(struct channel *channel, enum call_kind kind, const struct asker *asker,
                    const struct result *result);
/* What a call asked for; `publisher`: who is told of its emits, NULL: nobody. `consequence`: what
 * the call was, which is over once what it asked for is on the disk; 0: none. */
void channel_carry_out(struct channel *channel, struct effects *effects,
                       const struct publisher *publisher, int64_t consequence);
/* A call has taken `took` ms: logs and counts it when that is too much. */
void channel_took(struct channel *channel, enum call_kind kind, int64_t took);

/* Runs a call of a plugin that is loaded here at once; what it asked for is in call->effects and
 * not carried out. As runner_inline. */
int channel_run(struct channel *channel, struct call *call);

/* Its source waits while too many calls do. */
void channel_press_source(struct channel *channel);

/* Calls wait from now on, until they are let go. */
void channel_hold(struct channel *channel);
void channel_let_go(struct channel *channel);

/* save(), answered now or later. One at a time. */
void channel_save(struct channel *channel, const struct wait *wait);
/* A save() of its worker is over. */
void channel_saved(struct channel *channel, const struct task *task, const struct result *result);
/* The same, waiting: only when the hub does not run. *state is the caller's to free. */
int channel_save_now(struct channel *channel, uint32_t *format, char **state, size_t *size);

/* close(), and the instance goes. */
void channel_close(struct channel *channel);

/* The candidate's instance becomes the channel's; the one before is closed. What the candidate
 * asked for is carried out, and it is told of the subscriptions unless it was restored. */
void channel_take(struct channel *channel, struct candidate *candidate);

const struct sentio_plugin *channel_plugin(const struct channel *channel);
int64_t channel_time(const struct channel *channel);

#endif
