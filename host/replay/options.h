/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_REPLAY_OPTIONS_H
#define SENTIO_REPLAY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum { REPLAY_PLUGINS_MAX = 32 };

enum replay_status { REPLAY_SAME = 0, REPLAY_DIFFERS = 1, REPLAY_USAGE = 2, REPLAY_UNREADABLE = 3 };

/* A plugin that is to take another's place. */
struct replacement {
    char *channel; /* owned; NULL: every channel whose plugin has the same name */
    const char *file;
};

/* The command line. */
struct replay_options {
    const char *dir;
    const char *channel; /* what is shown is of that one; NULL: of all */
    struct replacement plugins[REPLAY_PLUGINS_MAX];
    size_t plugin_count;
    bool diff;
    bool help;
    bool version;
};

/* 0, or SENTIO_INVALID after the reason went to standard error. */
int replay_options_parse(struct replay_options *options, int argc, char **argv);
void replay_options_finish(struct replay_options *options);
void replay_options_help(void);

#endif
