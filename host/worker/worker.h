/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WORKER_H
#define SENTIO_HOST_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include <sentio/plugin.h>

#include "config/config.h"
#include "plugin/plugin_file.h"
#include "plugin/task.h"
#include "worker_process.h"

/*
 * A plugin that runs in a child process, seen from the hub: calls go to it in order and are
 * answered in order; when it dies it is started again, put back to where it was, and goes on.
 *
 * Every call is kept until it has been answered, and then, for a plugin that can save and restore,
 * until the next save(): a checkpoint. After a death the plugin is opened, restores the checkpoint
 * and is given the calls since then once more; what those had asked for was done and is not done
 * again. A plugin that can not save is opened afresh and told of the subscriptions that there are.
 * A call that two workers have died of is given up. If the next one of its kind kills two as well,
 * it is what the plugin has become that kills: it is opened afresh, and that call tried once more.
 */

enum worker_state {
    WORKER_STARTING, /* the process has not said yet what the plugin is */
    WORKER_RUNNING,
    WORKER_DEAD,   /* to be started again */
    WORKER_FAILED, /* not to be started again */
    WORKER_STOPPED
};

/* All in the loop's thread. No call of these ends the worker within it. */
struct worker_handler {
    /* For the first time: it has told what it is (struct worker: plugin), or why it can not be
     * used, after which it is WORKER_FAILED. */
    void (*described)(void *context, const char *why);
    /* A task is over; it is freed after this. */
    void (*answered)(void *context, struct task *task, const struct result *result);
    /* It has been started again and knows no subscription: worker_present() each. `effects` are
     * those of its open(). */
    void (*afresh)(void *context);
    void (*reopened)(void *context, struct effects *effects);
    /* A descriptor that it watches is readable. NULL: kept, until there is one who can be told. */
    void (*readable)(void *context, int32_t fd);
    /* It has died too often: nothing is answered any more. */
    void (*failed)(void *context);
    void *context;
};

struct cgroup;

struct worker_settings {
    const char *label;  /* "channel earnings"; copied */
    const char *name;   /* "earnings"; copied */
    const char *plugin; /* the file's name for messages; copied */
    const char *options;
    const struct config_strings *forwards;
    uint64_t seed;
    uint64_t call_bytes;
    uint64_t memory;
    int64_t hang; /* ms; 0: none */
    int64_t max_deaths;
    bool programs;         /* it may start programs */
    const int64_t *clock;  /* the hub's time, Unix ms */
    struct cgroup *groups; /* where it gets one of its own; NULL: nowhere */
};

enum { WORKER_DEATHS_MAX = 1000, WORKER_WATCHES_MAX = 16 };

struct worker {
    uv_loop_t *loop;
    struct worker_handler handler;
    enum worker_state state;
    struct worker_settings settings; /* its texts are copies */
    struct config_strings forwards;  /* a copy */
    struct instance *instance;       /* its owner's: what results are checked against */
    struct plugin *plugin;           /* what it has told of itself, until it is taken; NULL: none */
    int plugin_fd;
    int page_fd;
    struct worker_page *page;
    struct worker_process *process; /* NULL: none runs */
    pid_t pid;                      /* of the last that ran */
    struct wire_buffer in;
    struct wire_buffer out; /* what is sent before the tasks */
    struct task_list tasks; /* in the order of their serials; those answered come first */
    struct task *expected;  /* whose result comes next; NULL: none was sent */
    struct task *unsent;    /* the first that is, perhaps in part; NULL: none */
    size_t sent;            /* bytes of `unsent` */
    int32_t readable[WORKER_WATCHES_MAX]; /* descriptors that nobody could be told of */
    size_t readable_count;
    struct task *place; /* behind which worker_present() puts the next */
    size_t waiting;     /* bytes of those that are not answered */
    uint64_t serial;    /* the last that was given */
    char *checkpoint;   /* what the plugin last saved; NULL: nothing */
    size_t checkpoint_size;
    uint32_t checkpoint_format;
    size_t journal;   /* bytes of the calls since then, and something for each */
    bool saving;      /* the next checkpoint is on its way */
    bool journals;    /* calls are kept until the next checkpoint */
    bool described;   /* it was, once */
    bool opened;      /* open() has succeeded once */
    bool progressed;  /* it has answered a call since the start */
    bool clean;       /* it is to be started afresh, though it can save */
    bool afresh;      /* it was */
    bool distrusted;  /* what this process says does not count any more */
    bool hung_up;     /* this process has closed its end, though it has not ended */
    uint64_t accused; /* the serial of the call that must be the cause; 0: not known */
    bool gave_up;     /* a call of the kind `given_up`, and none of that was answered since */
    enum call_kind given_up;
    uint32_t relapses;      /* deaths while it was put back */
    bool torn;              /* a call was sent in part and never will be sent whole */
    uv_timer_t timer;       /* to start it again; while it runs: looks for a call that hangs */
    unsigned looks;         /* since it last got on */
    uint64_t seen_serial;   /* of the call that it was in then */
    uint64_t seen_expected; /* of the one that was to be answered then; 0: none */
    uint64_t backoff;       /* ms */
    int64_t *deaths;        /* [max_deaths]: when, uv_hrtime in ms; a ring */
    uint64_t death_count;
};

/* Starts it; `plugin_fd` is duplicated. NULL: out of memory. */
struct worker *worker_create(uv_loop_t *loop, const struct worker_settings *settings, int plugin_fd,
                             const struct worker_handler *handler);
/* Whom it tells from now on. */
void worker_handle(struct worker *worker, const struct worker_handler *handler);

/* open(), answered like a task; `instance` is what its results are checked against from now on. */
int worker_open(struct worker *worker, struct instance *instance);
/* restore(), the same. From its success on it is put back to this state after a death. */
int worker_restore(struct worker *worker, uint32_t format, struct sentio_bytes state);

/* Takes the task over. Answered now when it is WORKER_FAILED. Sent by worker_flush(). */
void worker_submit(struct worker *worker, struct task *task);
/* What a plugin that is started again begins with is no later than the calls that it is then given,
 * so that those have their own time. */
int64_t worker_time(const struct worker *worker);
/* While `afresh` is being told: in front of all calls that wait. */
void worker_present(struct worker *worker, struct task *task);
/* When it is dead it is started again now, not later: somebody waits. */
void worker_hurry(struct worker *worker);
/* While `afresh` is being told: it is not given that call, which is freed. */
void worker_forget(struct worker *worker, struct task *task);
/* Sends what is to be sent, as far as it goes. At the end of a turn of the loop. */
void worker_flush(struct worker *worker);

/* Nothing is taken from it while deaf. */
void worker_deafen(struct worker *worker, bool deaf);

/* Those that were not answered, in order: the caller's. It is given no more. */
void worker_take_waiting(struct worker *worker, struct task_list *tasks);

/* close() and its end, at once when it hangs or is dead; nothing is told any more; the loop frees
 * it. NULL is allowed. */
void worker_stop(struct worker *worker);

#endif
