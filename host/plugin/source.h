/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SOURCE_H
#define SENTIO_HOST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include <sentio/plugin.h>

#include "config/config.h"

/*
 * A program whose standard output is published line by line: started, watched, and started again
 * when it ends, after 0.5 s, doubling up to 30 s; a run of 10 s or more starts the count afresh.
 * Its standard error goes to the log line by line. Runs on the loop that it was created with, in
 * that loop's thread.
 */
struct source;

struct source_handler {
    /* One line without its newline; empty lines are not reported. */
    void (*line)(void *context, struct sentio_bytes line);
    void *context;
    size_t line_max;     /* bytes; a longer line is dropped whole and logged */
    uint64_t backoff_ms; /* the first wait before it is started again; 0: 500 */
};

/* `name` ("channel market-data") labels log lines and is copied, as is the command.
 * command->items[0] without '/' is looked for beside the running executable, then in PATH; when it
 * can not be started that is logged and tried again like an end. NULL: out of memory. */
struct source *source_create(uv_loop_t *loop, const char *name,
                             const struct config_strings *command,
                             const struct source_handler *handler);

/* While paused no more is read, so that the program blocks, and no line is reported. Lines that
 * waited are reported from the loop, not from here. May be called from `line`. */
void source_pause(struct source *source, bool paused);

/* What a line may have from now on. */
void source_limit(struct source *source, size_t line_max);

/* SIGTERM, after 2 s SIGKILL; calls `gone` (may be NULL) from the loop once it has ended and every
 * handle is closed. No line is reported from now on. `source` is freed. NULL is allowed and does
 * nothing. */
void source_stop(struct source *source, void (*gone)(void *context), void *context);

#endif
