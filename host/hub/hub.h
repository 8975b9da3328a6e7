/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_HUB_H
#define SENTIO_HOST_HUB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/table.h"
#include "channel/channel.h"
#include "host.h"
#include "model/message.h"

struct batch;
struct census;
struct disk;
struct job;
struct rates;
struct reload;
struct tape;
struct view;

/*
 * The one thread in which everything that must agree happens: channels and their plugins, order,
 * history, subscriptions.
 */
struct hub {
    struct host *host;
    pthread_t thread;
    uv_loop_t loop;
    uv_prepare_t prepare;
    uv_timer_t tick;
    uv_timer_t held_timer; /* runs while held */
    struct queue queue;
    struct channel **channels; /* by the index of their streams; NULL: removed */
    size_t channel_count;
    struct disk *disk;            /* NULL: no channel is durable */
    struct table subscriptions;   /* by conn */
    struct table inquiries;       /* REST requests that a plugin has yet to answer, by id */
    struct subscription *waiting; /* with a command that a plugin has yet to answer */
    uint64_t next_inquiry;
    struct census *censuses; /* who asks for clients, and waits for io threads (census.h) */
    uint64_t next_census;
    struct trace *traces;  /* NULL: nobody watches anything (trace.h) */
    struct batch *batches; /* publishes of many lines, some of which are not answered */
    struct job *first_job; /* what a commit has led to: done before anything else */
    struct job *last_job;
    struct reload *reload; /* under way; NULL: none */
    bool reload_again;     /* a signal came meanwhile */
    uint64_t reloads_done;
    uint64_t reloads_failed;
    char *last_reload;       /* how it went, JSON; NULL: there was none */
    uint64_t shadowed;       /* calls that shadows ever got */
    struct rates *rates;     /* NULL: out of memory for them */
    struct view *first_view; /* what the host was started with; NULL in tests */
    int64_t started;         /* Unix ms */
    int64_t now;             /* hub_time() */
    struct tape *tape;       /* NULL: what comes is not taken down */
    bool aside;              /* what goes out follows from nothing that is taken down */
    bool held;               /* an io thread's queue is full: nothing is taken on */
    bool running;
    atomic_bool stopping; /* the io threads have ended: their queues do not matter any more */

    /* For the watchdog, in another thread. */
    atomic_int_least64_t busy_since; /* uv_hrtime in ms when a plugin's call began; 0: in none */
    _Atomic(const char *) busy_label;
    _Atomic(const char *) busy_call;

    /* That thread's own. */
    int64_t seen_since; /* busy_since at its last look */
    int64_t seen_at;    /* uv_hrtime in ms of that look */
    int64_t seen_for;   /* ms for which the call held the hub while the process ran */
};

/* Opens every channel. NULL after the reasons were logged. */
struct hub *hub_create(struct host *host);
int hub_start(struct hub *hub);
/* Any thread: reads the configuration again (reload.h). */
void hub_reload(struct hub *hub);
/* Any thread: ends the loop, once all io threads have ended. */
void hub_stop(struct hub *hub);
void hub_join(struct hub *hub);
/* Closes every channel. NULL is allowed. */
void hub_destroy(struct hub *hub);

/* Something has come in: the clock is set. Every callback of the loop that works in the hub begins
 * with it. */
void hub_enter(struct hub *hub);
/* When what the hub is at has come in, Unix ms: the only time there is in the hub. Never goes back,
 * and goes half as fast while the system's clock, set back, is behind. */
static inline int64_t hub_time(const struct hub *hub) {
    return hub->now;
}

/* To an io thread. Takes the message over; NULL (out of memory) is logged. */
void hub_send(struct hub *hub, uint32_t io, struct message *message);
/* To every io thread that has subscribers of the update's channel. */
void hub_broadcast(struct channel *channel, struct update *update);

/* The disk, which is opened when a channel first asks for it. NULL: out of memory. */
struct disk *hub_disk(struct hub *hub);

/* Answers a request of an io thread. */
void hub_respond(struct hub *hub, uint32_t io, struct request *request, uint32_t status,
                 struct sentio_bytes type, struct sentio_bytes body);
/* The same for a request that has nothing to do with what is taken down (tape.h). */
void hub_respond_aside(struct hub *hub, uint32_t io, struct request *request, uint32_t status,
                       struct sentio_bytes type, struct sentio_bytes body);
void hub_respond_error(struct hub *hub, uint32_t io, struct request *request, uint32_t status,
                       const char *detail);

/* NULL: there is none. */
struct channel *hub_channel_named(const struct hub *hub, struct sentio_bytes name);
/* NULL: it was removed, which the io threads may not know yet. */
static inline struct channel *hub_channel(const struct hub *hub, uint32_t index) {
    return index < hub->channel_count ? hub->channels[index] : NULL;
}

/* Runs a call of a plugin that is loaded here, under the watchdog's eye. As runner_inline. */
int hub_run_call(struct hub *hub, struct call *call, int64_t now);

/*
 * Looks whether a call has held the hub for longer than `limit` ms. Any thread, but always the
 * same, at least twice a second: of a longer time between two looks a second counts, for the
 * process as a whole stood still.
 */
bool hub_hangs(struct hub *hub, int64_t limit, const char **label, const char **call);

#endif
