/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_JOB_H
#define SENTIO_HOST_JOB_H

#include <sentio/plugin.h>

struct channel;
struct hub;
struct update;

/* What one channel's commit leads to on others, done one after the other once the commit is
 * complete: later in the same turn of the hub's loop. */
struct job {
    struct job *next;
    struct channel *from;
    struct channel *to;
    uint64_t conn;            /* not 0: a subscription whose next command is to be started */
    struct update *update;    /* counted: to be observed; NULL: a body to be published */
    struct sentio_bytes body; /* behind the struct */
};

/* The update, to the channels that observe `channel`. */
void job_observe(struct channel *channel, struct update *update);
/* A body, to the channel of that name. */
void job_forward(struct channel *channel, struct sentio_bytes target, struct sentio_bytes body);
/* The subscription's commands that came while an earlier one was being answered. */
void job_resume(struct channel *channel, uint64_t conn);

/* Does what is due; every entry into the hub ends with it. */
void jobs_run(struct hub *hub);
/* At the end: what is left is not done. */
void jobs_drop(struct hub *hub);

#endif
