/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_FILTER_H
#define SENTIO_HOST_FILTER_H

#include <stdint.h>

#include "io/connection.h"
#include "model/interest.h"

struct clock;
struct pending;

/*
 * An interest of one io thread's connections, and who has it: there is one for each interest with
 * members. It stands in the lists of its topics, through which fan-out finds it.
 */
struct filter {
    struct interest *interest; /* counted */
    struct member **members;   /* where there is but one: &only */
    struct member *only;
    uint32_t count;
    uint32_t capacity;
    uint32_t formed[FORM_COUNT]; /* members whose connection has each form */
    uint32_t first_hit;          /* while an update is fanned out; else NO_ENTRY */
    uint32_t last_hit;
    bool chooses;            /* the interest has predicates */
    bool named;              /* the interest's */
    uint64_t prev;           /* the offset up to which each of its members is covered */
    uint64_t told;           /* the offset of what was last sent to its members */
    struct clock *clock;     /* when the interest has an interval */
    struct pending *pending; /* what the interval holds back; NULL: nothing */
    uint32_t every_place;    /* in stream->every */
    uint32_t places[];       /* in its topics' lists, or one: in stream->all */
};

/* The thread's filter of that interest, made if need be; NULL: out of memory. */
struct filter *filter_obtain(struct interest *interest, size_t io);
/* Takes an empty filter out of all lists and frees it. It has no clock and nothing pending. */
void filter_destroy(struct filter *filter, size_t io);

int filter_add(struct filter *filter, struct member *member);
void filter_remove(struct filter *filter, struct member *member);

#endif
