/* SPDX-License-Identifier: MIT */
#ifndef EXEC_OPTIONS_H
#define EXEC_OPTIONS_H

#include <sentio/sdk.h>

#define ARGUMENTS_MAX 64

/* A channel's options. Their strings are the options' own, terminated by NUL. */
struct options {
    char *command[ARGUMENTS_MAX + 1];     /* ends with NULL */
    char *environment[ARGUMENTS_MAX + 1]; /* "NAME=value"; ends with NULL */
    char *directory;                      /* where the program runs; NULL: where the host does */
    char *type;                           /* of messages whose items do not name one */
    char *topic_field;                    /* NULL: every item goes to "*" */
    char *config;                         /* JSON for the program, on one line */
    int64_t timeout;                      /* of one call, in milliseconds */
};

/* Reads the channel's options. On a bad one SENTIO_INVALID, with an error in the log that names it
 * and says what would be right; there is nothing to finish then. */
int options_read(struct options *options, struct sentio_call *call, struct sentio_bytes config);
void options_finish(struct options *options);

#endif
