/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CHANNEL_DURABLE_H
#define SENTIO_HOST_CHANNEL_DURABLE_H

#include "channel.h"

/* A channel whose items are on the disk (disk.h) before anybody sees them. It is one, or is none,
 * as long as it is there. */

/* By its configuration and its plugin; never where nothing is kept. */
bool channel_durable_wanted(const struct channel *channel, const struct sentio_plugin *plugin);
/* Its order from now on is the disk's, which also gives the epoch. SENTIO_NO_MEMORY. */
int channel_durable_open(struct channel *channel, char epoch[EPOCH_SIZE]);
/* Its log, and its idempotency keys, are what is on the disk. When it is set up, before the first
 * subscriber. */
void channel_durable_load(struct channel *channel);
/* Keys that it has forgotten may go from the disk. Every second. */
void channel_durable_forget_keys(struct channel *channel);
/* Its configuration is another. Nothing happens to one that is not durable, here and below. */
void channel_durable_limit(struct channel *channel);
/* Waits until nothing of it is on its way to the disk. */
void channel_durable_settle(struct channel *channel);
void channel_durable_close(struct channel *channel);

#endif
