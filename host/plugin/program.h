/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PROGRAM_H
#define SENTIO_HOST_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include <sentio/plugin.h>

#include "lines.h"

/* Called from the loop. */
struct program_handler {
    /* A line of the output, not empty. */
    void (*line)(void *line_context, struct sentio_bytes line);
    void *line_context;
    /* The run is over and nothing of it is left; the program may be started again or finished. */
    void (*over)(void *over_context);
    void *over_context;
};

/* The program's output or error output. */
struct program_stream {
    uv_pipe_t pipe;
    struct lines lines;
    bool ended;
};

/*
 * A child process whose output is read by lines; its error output, and what happens to it, go to
 * the log. It leads a process group of its own. In the caller's memory; in the loop's thread.
 */
struct program {
    uv_loop_t *loop;
    const char *name;     /* labels log lines; the caller's */
    char *const *command; /* NULL-terminated; the caller's */
    struct program_handler handler;
    bool running; /* from start until it has ended and its output was read */
    bool paused;
    bool stopping;
    bool exited;
    unsigned closing; /* handles whose close callback is to come */
    uv_process_t process;
    struct program_stream out;
    struct program_stream err;
    uv_timer_t kill;  /* ends a stop, or the wait for who still holds the output open */
    uv_idle_t resume; /* reports what waited during a pause */
};

/* `line_max`: a longer line of the output is dropped whole and logged. 0 or SENTIO_NO_MEMORY, when
 * there is nothing to finish. */
int program_init(struct program *program, uv_loop_t *loop, const char *name, char *const *command,
                 size_t line_max, const struct program_handler *handler);
/* Only when no run has been started, or it is over. */
void program_finish(struct program *program);

/* Ends in `over`, also when it can not be started, which is logged. */
void program_start(struct program *program);

/* Also between runs. */
void program_pause(struct program *program, bool paused);

/* SIGTERM to the group, after 2 s SIGKILL; no line is reported any more. Also while the run's
 * handles are being closed. */
void program_stop(struct program *program);

#endif
