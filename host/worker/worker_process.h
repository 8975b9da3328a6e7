/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WORKER_PROCESS_H
#define SENTIO_HOST_WORKER_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include <uv.h>

#include "wire.h"

/* Where a worker finds what it is given (worker_main.h). */
enum { WORKER_SOCKET = 3, WORKER_PLUGIN = 4, WORKER_PAGE = 5 };

/* Shared by the host and a worker, which writes it: the call that it is in. Hints, not trusted. */
struct worker_page {
    atomic_uint_least64_t serial; /* 0: none */
};

/* How a worker has ended. */
struct worker_end {
    int64_t status;
    int signal; /* 0: it has exited */
};

/* Called from the loop. */
struct worker_process_handler {
    /* Bytes, the end or an error can be received. */
    void (*readable)(void *context);
    /* What had to wait can be sent. */
    void (*writable)(void *context);
    /* It has ended and everything of it is closed; the struct is gone. */
    void (*over)(void *context, const struct worker_end *end);
    void *context;
};

/* One run of a child `sentiod --worker`. In the loop's thread. */
struct worker_process {
    struct worker_process_handler handler;
    char *label; /* "channel earnings" */
    uv_process_t process;
    uv_poll_t poll;
    uv_pipe_t err; /* what it writes to its standard output and error, for the log */
    struct lines *lines;
    int fd;
    bool polling;
    bool wants_write;
    bool deaf; /* nothing is received now */
    bool gone; /* it has closed its end */
    bool ended;
    bool shut;
    unsigned closing;
    struct worker_end end;
    char errors[4096];
};

/* `plugin_fd`, `page_fd`: given on to it. `file`: the plugin's name, for messages. NULL after the
 * reason was put into `why`. */
struct worker_process *worker_process_start(uv_loop_t *loop, const char *label, const char *file,
                                            int plugin_fd, int page_fd,
                                            const struct worker_process_handler *handler, char *why,
                                            size_t why_size);

/* Appends what has arrived. Bytes; 0: nothing now; -1: the end, or an error. */
ssize_t worker_process_receive(struct worker_process *process, struct wire_buffer *in);
/* Bytes taken; 0: nothing now, `writable` follows; -1: an error. */
ssize_t worker_process_send(struct worker_process *process, const struct iovec *parts, int count);
/* No `readable` while deaf. */
void worker_process_deafen(struct worker_process *process, bool deaf);

/* Nothing more will be sent: it ends when it has done what it was sent. */
void worker_process_finish(struct worker_process *process);
/* SIGKILL to it and its programs. `over` follows. */
void worker_process_kill(struct worker_process *process);

#endif
