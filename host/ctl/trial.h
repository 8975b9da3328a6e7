/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_TRIAL_H
#define SENTIO_CTL_TRIAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the process that tries a plugin tells the one that watches it, in memory that both have:
 * what it is at, and what it has found. The plugin's crash ends the first and leaves this.
 */

enum {
    TRIAL_NAME_SIZE = 16,
    TRIAL_INPUT_SIZE = 240,
    TRIAL_TEXT_SIZE = 1024,
    TRIAL_CALLBACKS = 13,
    TRIAL_CALLS_MAX = 16384
};

/* Of one callback; nanoseconds, without those in which the processor was another's. */
struct trial_timing {
    char name[TRIAL_NAME_SIZE]; /* empty: not called yet */
    uint64_t calls;
    uint64_t total;
    uint64_t longest;
    char input[TRIAL_INPUT_SIZE]; /* of the longest */
};

/* What is done about the effects of calls: nothing, keep their digests, or compare them. */
enum trial_record { TRIAL_NO_RECORD, TRIAL_KEEP, TRIAL_COMPARE };

struct trial {
    _Atomic int64_t since; /* when the call in progress began, monotonic ns; 0: none is */
    int64_t worked; /* at its begin: ns of the processor that the thread had, and its waits */
    long waits;
    char callback[TRIAL_NAME_SIZE]; /* the latest */
    char input[TRIAL_INPUT_SIZE];   /* what it was given, cut */
    uint64_t calls;                 /* of this check */
    char failure[TRIAL_TEXT_SIZE];  /* the first one of this check; empty: none */
    char warning[TRIAL_TEXT_SIZE];  /* the latest one of this check; empty: none */
    struct trial_timing timings[TRIAL_CALLBACKS];
    enum trial_record record;
    size_t recorded; /* calls, of this round */
    uint64_t digests[TRIAL_CALLS_MAX];
};

/* NULL: out of memory. */
struct trial *trial_create(void);
void trial_destroy(struct trial *trial);

/* Before each check: forgets what the one before it has found, but for the timings and digests. */
void trial_begin(struct trial *trial);

/* What the next calls are given, for messages. */
void trial_input(struct trial *trial, const char *text, size_t size);

/* Around each callback. */
void trial_call(struct trial *trial, const char *callback);
void trial_returned(struct trial *trial);

/* Nanoseconds that the call in progress has taken; 0: there is none. */
int64_t trial_elapsed(const struct trial *trial);

/* Keeps or compares what a call did; false: it is not what it was the first time. */
bool trial_record(struct trial *trial, uint64_t digest);

#endif
