/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_OPTIONS_H
#define SENTIO_FEED_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "problem.h"
#include "symbols.h"

enum options_action { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

/* The command line. */
struct options {
    enum options_action action;
    const char *file;       /* NULL: simulate */
    struct symbols symbols; /* replay: empty selects all */
    double speed;
    int64_t max_gap;  /* ns */
    int64_t interval; /* ns */
    int64_t count;    /* 0: no end */
    uint64_t seed;
    int64_t clock; /* Unix milliseconds; -1: now */
    const char *volatility;
    bool loop;
    const char *replay_only;     /* an option given that only a replay knows; NULL: none */
    const char *simulation_only; /* likewise */
};

/* Reads argv, which has to outlive the options. SENTIO_INVALID, SENTIO_NO_MEMORY: the problem says
 * why, and there is nothing to finish. */
int options_read(struct options *options, int argc, char **argv, struct problem *problem);
void options_finish(struct options *options);

void options_help(FILE *out);

#endif
