/* SPDX-License-Identifier: MIT */
#ifndef EXEC_PROGRAM_H
#define EXEC_PROGRAM_H

#include <sys/types.h>

#include "options.h"

/* The process behind a channel, with its standard input and output at our ends of two pipes, and
 * our own standard error. It stays in our process group: who ends that ends the program too. */
struct program {
    pid_t pid;
    int in;   /* what it reads; non-blocking */
    int out;  /* what it writes; non-blocking */
    int life; /* readable when it has ended */
};

#define PROGRAM_NONE                                                                               \
    { .in = -1, .out = -1, .life = -1 }

/* SENTIO_FAILED: it does not run, and `why` says why in words that follow its name. */
int program_start(struct program *program, const struct options *options, char *why, size_t size);

/* As write(), without SIGPIPE: -EPIPE, -EAGAIN and the like. */
ssize_t program_write(const struct program *program, struct sentio_bytes bytes);

/* Says in words that follow its name how it ended, once it has closed its output. */
void program_fate(const struct program *program, char *why, size_t size);

/* Ends its input, and passes over what it still writes, until it has ended by itself or `timeout`
 * milliseconds have passed; then it is killed. Closes everything. SENTIO_FAILED, with `why`: it had
 * to be killed, or it reported a failure. */
int program_end(struct program *program, int64_t timeout, char *why, size_t size);

/* SIGKILL, at once. */
void program_kill(struct program *program);

/* Milliseconds of a clock that never goes back. */
int64_t program_clock(void);

#endif
