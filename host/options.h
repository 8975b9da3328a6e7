/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_OPTIONS_H
#define SENTIO_HOST_OPTIONS_H

#include <stddef.h>

enum options_action {
    ACTION_RUN,
    ACTION_CHECK,
    ACTION_DUMP,
    ACTION_VERSION,
    ACTION_WORKER /* worker_main.h; only sentiod itself asks for it */,
    ACTION_HELP,
    ACTION_DESCRIBE
};

/* The command line. */
struct options {
    enum options_action action;
    const char *file;
    const char *journal; /* folder; NULL: nothing is recorded */
    const char **sets;   /* as many as there are arguments at most; owned */
    size_t set_count;
};

/* 0, or SENTIO_INVALID after the reason went to standard error. */
int options_parse(struct options *options, int argc, char **argv);
void options_finish(struct options *options);
void options_help(void);

#endif
