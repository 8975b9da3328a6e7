/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_ERRORS_H
#define SENTIO_HOST_CONFIG_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Where a setting's value came from. */
enum config_origin_kind {
    CONFIG_FROM_DEFAULT,
    CONFIG_FROM_FILE,
    CONFIG_FROM_ENVIRONMENT,
    CONFIG_FROM_FLAG
};

struct config_origin {
    enum config_origin_kind kind;
    const char *name; /* the file, "SENTIO_X__Y" or "--set a.b=c"; the draft's */
    int line;         /* in a file, from 1; 0: the file as a whole */
    int file;         /* in which turn the file was read, from 0 */
    int *lines;       /* of a list's elements, owned, when the value is a list from a file */
    size_t line_count;
    bool failed; /* the value that was given last was wrong and an error has been written */
};

/* The origin of element `index` of a list; without lines of its own, the list's. */
struct config_origin config_origin_element(const struct config_origin *origin, size_t index);

/* All errors of one load, collected so that the operator sees them at once. */
struct config_errors {
    struct config_problem *items;
    size_t count;
};

/* `suggestion` may be NULL. */
void config_error(struct config_errors *errors, const struct config_origin *origin,
                  const char *suggestion, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* One line each, by file and line; then the environment, then flags. */
void config_errors_print(struct config_errors *errors, FILE *out);
void config_errors_finish(struct config_errors *errors);

#endif
