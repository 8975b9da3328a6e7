/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_CONTAINED_H
#define SENTIO_CTL_CONTAINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/sdk.h>

/* Code that may crash, hang or exit, run in a child process of its own. */

struct contained_job {
    /* In the child, in the sandbox of a worker, single-threaded: standard input and output are
     * /dev/null, and what it writes to `answer` comes back. */
    void (*run)(void *context, struct sentio_writer *answer);
    /* In the parent, about ten times a second: the reason to kill the child, static text; NULL: let
     * it run. May be NULL itself. */
    const char *(*stuck)(void *context);
    void *context;
    int64_t limit; /* ms; after that the child is killed */
    bool programs; /* it may start programs and use the network */
};

/* How it went: `end` is empty when run() returned and its answer is whole, else the reason in
 * words: "died of signal 11 (Segmentation fault)". */
struct contained_result {
    struct sentio_writer answer;
    char end[160];
};

/* The result is to be finished in every case. */
void contained_run(const struct contained_job *job, struct contained_result *result);
void contained_finish(struct contained_result *result);

#endif
