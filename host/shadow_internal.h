/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SHADOW_INTERNAL_H
#define SENTIO_HOST_SHADOW_INTERNAL_H

#include <sentio/sdk.h>

#include "candidate.h"
#include "shadow.h"
#include "task.h"

enum { SHADOW_EXAMPLES = 20, SHADOW_TEXT = 4096 };

enum shadow_state {
    SHADOW_OPENING, /* its plugin is being opened */
    SHADOW_SAVING,  /* calls are taken note of; the old plugin's state is awaited */
    SHADOW_RUNNING,
    SHADOW_DONE,
    SHADOW_FAILED
};

/* A call that both get. */
struct pair {
    struct pair *next;
    enum call_kind kind;
    uint64_t number;
    char *input; /* texts of wire_text.h; NULL: not known yet */
    char *before;
    char *after;
};

struct shadow {
    uint32_t id; /* never 0, never that of another */
    struct channel *channel;
    struct candidate *candidate; /* NULL: it has ended */
    enum shadow_state state;
    uint32_t io;
    struct request *request; /* of shadow_begin, until it is answered; NULL: it is */
    uv_timer_t *timer;
    int64_t duration;
    int64_t ends;           /* Unix ms */
    char *plugin;           /* its file */
    char *version;          /* NULL: not known */
    struct task_list early; /* calls until its state is there */
    struct pair *first;     /* not compared yet */
    struct pair *last;
    struct pair *unanswered_before; /* the first that the old plugin has not answered */
    struct pair *unanswered_after;
    uint64_t calls;
    uint64_t equal;
    uint64_t different;
    uint64_t deaths;
    uint64_t before_us;
    uint64_t after_us;
    struct pair *examples; /* the first that differed, the latest first */
    size_t example_count;
    char why[CANDIDATE_WHY];
};

/* shadow_report.c: the report as JSON. */
void shadow_write(const struct shadow *shadow, struct sentio_writer *out);

#endif
