/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONSEQUENCE_H
#define SENTIO_HOST_CONSEQUENCE_H

#include "channel.h"
#include "disk/disk.h"

/*
 * What a call on a durable channel leads to on others: the bodies that it forwards, and the
 * channels that observe what it emits. That is on the disk from the transaction of the call's items
 * on, and queued (job.h) when they are committed. It goes from there when it is settled: in the
 * transaction of what it came to, where that is on a durable channel, or after it was done. What a
 * crash leaves is done at the next start, before anything else. Of a channel that is not durable
 * nothing of this is on the disk. In the hub's thread.
 */

/* All that the call leads to; `emits`: it is observed. The caller's to free. 0 or
 * SENTIO_NO_MEMORY. */
int consequences_gather(const struct channel *channel, const struct effects *effects,
                        struct disk_consequence **first);
void consequences_free(struct disk_consequence *first);

/* The update is committed, with these: they are queued. */
void consequences_begin(struct channel *channel, struct update *update,
                        const struct disk_consequence *first);
/* It is done, or was refused. 0 is none. */
void consequence_settle(struct hub *hub, int64_t id);
/* Those that the last run has left are queued. Once all channels are there. */
void consequences_resume(struct hub *hub);

#endif
