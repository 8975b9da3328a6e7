/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WORKER_INTERNAL_H
#define SENTIO_HOST_WORKER_INTERNAL_H

#include "worker.h"

/* What the files of worker.h share. */

/* worker.c */
void worker_free(struct worker *worker);

/* worker_life.c: start, death, another start. */
void worker_start(struct worker *worker);
struct call worker_open_call(const struct worker *worker);
struct call worker_restore_call(const struct worker *worker);
/* The process is another one: everything that is to be said is said to it from the beginning. */
void worker_put_back(struct worker *worker);
/* The worker has said or done what it may not: it is killed, and not listened to until then. */
void worker_distrust(struct worker *worker, const char *what);
/* Its end of the connection is closed. Mostly it is about to end, which says more than the signal
 * that it would be sent. */
void worker_hang_up(struct worker *worker);

/* worker_talk.c: what is sent and received. */
void worker_received(void *context);
void worker_writable(void *context);
void worker_watch_hang(struct worker *worker);

/* worker_journal.c: what is kept for after a death. */
int worker_keep_checkpoint(struct worker *worker, uint32_t format, struct sentio_bytes state);
void worker_drop_checkpoint(struct worker *worker);
/* The task is answered: it is kept, or freed. */
void worker_settle(struct worker *worker, struct task *task, const struct result *result);

#endif
