/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_JOB_H
#define SENTIO_HOST_JOB_H

#include <stdbool.h>

#include <sentio/plugin.h>

struct channel;
struct disk_consequence;
struct hub;
struct update;

/* What one channel's commit leads to on others, done one after the other once the commit is
 * complete: later in the same turn of the hub's loop. */
struct job {
    struct job *next;
    struct channel *from;
    struct channel *to;
    uint64_t conn;            /* not 0: a subscription whose next command is to be started */
    int64_t consequence;      /* not 0: it is on the disk until it is settled (consequence.h) */
    struct update *update;    /* counted: to be observed; NULL: a body to be published */
    struct sentio_bytes body; /* behind the struct */
};

/* The update, to the channels that observe `channel`. */
void job_observe(struct channel *channel, struct update *update);
/* A body, to the channel of that name. */
void job_forward(struct channel *channel, struct sentio_bytes target, struct sentio_bytes body);
/* One of those that is on the disk; `update` NULL: its body is to be published. */
void job_consequence(struct channel *from, struct channel *to, struct update *update,
                     const struct disk_consequence *consequence);
/* Whether it is to see what `other` publishes. */
bool job_observes(const struct channel *channel, const struct channel *other);
/* The subscription's commands that came while an earlier one was being answered. */
void job_resume(struct channel *channel, uint64_t conn);

/* Does what is due; every entry into the hub ends with it. */
void jobs_run(struct hub *hub);
/* At the end: what is left is not done. */
void jobs_drop(struct hub *hub);

#endif
