/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SHADOW_INTERNAL_H
#define SENTIO_HOST_SHADOW_INTERNAL_H

#include <sentio/sdk.h>

#include "plugin/candidate.h"
#include "plugin/task.h"
#include "shadow.h"
#include "shadow_pairs.h"

enum { SHADOW_EXAMPLES = 20, SHADOW_TEXT = 4096 /* bytes of each that are kept */ };

enum shadow_state {
    SHADOW_OPENING, /* its plugin is being opened */
    SHADOW_SAVING,  /* calls are taken note of; the old plugin's state is awaited */
    SHADOW_RUNNING,
    SHADOW_DONE,
    SHADOW_FAILED
};

struct shadow {
    struct channel *channel;
    struct candidate *candidate; /* NULL: it has ended */
    enum shadow_state state;
    uint32_t io;
    struct request *request; /* of shadow_begin, until it is answered; NULL: it is */
    uv_timer_t *timer;
    int64_t duration;       /* ms */
    int64_t ends;           /* shadow_time(): it gets no call any more */
    int64_t moved;          /* shadow_time(): the last call was compared, or `ends` */
    int64_t since;          /* Unix ms: the time of the state that it begins with */
    char *plugin;           /* its file */
    char *version;          /* NULL: not known */
    struct task_list early; /* calls until its state is there */
    struct pairs pairs;     /* not compared yet */
    uint64_t calls;
    uint64_t equal;
    uint64_t different;
    uint64_t deaths;
    uint64_t micros[SIDES]; /* that the compared ones took, all together */
    struct pair *examples;  /* the first that differed, oldest first */
    size_t example_count;
    char why[CANDIDATE_WHY]; /* it has failed */
};

/* Milliseconds that never go back. */
int64_t shadow_time(void);
bool shadow_is_over(const struct shadow *shadow);
/* Nothing is compared any more; what was found stays. */
void shadow_quit(struct shadow *shadow, enum shadow_state state);
/* The same, for a reason that whoever began it is told if he waits. */
void shadow_fail(struct shadow *shadow, const char *why);
/* Tells whoever began it, if he waits, that it runs. */
void shadow_accept(struct shadow *shadow);

/* shadow_run.c: its plugin is open, or can not be used. The candidate's `stepped`. */
void shadow_opened(void *context, struct candidate *candidate);

/* shadow_present.c: what it begins with has all that the old one has answered so far, so that it is
 * not given those calls. With a state, or with the subscriptions that there are. */
int shadow_restore(struct shadow *shadow, const struct answer *saved);
void shadow_present(struct shadow *shadow);
/* The same after a death of one that saves nothing. */
void shadow_present_again(struct shadow *shadow);

/* shadow_compare.c: it has answered a call, which is not compared yet. False: it has failed. */
bool shadow_note(struct shadow *shadow, const struct task *task, const struct result *result);
/* Compares what both have answered, and ends when the time is over. */
void shadow_compare(struct shadow *shadow);

/* shadow_report.c: the report as JSON. */
void shadow_write(const struct shadow *shadow, struct sentio_writer *out);

#endif
