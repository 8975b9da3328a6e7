/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_REPLAY_H
#define SENTIO_FEED_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "publisher.h"
#include "symbols.h"

/* How a file is sent again. Times in nanoseconds. */
struct replay {
    const char *name;              /* of the file, in reports */
    FILE *reports;                 /* where those go */
    const struct symbols *symbols; /* only these; none: all */
    int64_t max_gap;               /* of output time */
    int64_t interval; /* the gap before a row without a timestamp and before each new pass */
    bool loop;
};

/* Sends the rows of `file`; those that follow one another with the same timestamp are one update.
 * Returns 0 at the end of the file, FEED_ENDED, or why it failed, reported. */
int replay_run(const struct replay *replay, FILE *file, struct publisher *publisher);

#endif
