/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CHANNEL_WORKER_H
#define SENTIO_HOST_CHANNEL_WORKER_H

#include "channel.h"

/* A channel and the worker that its plugin runs in. */

/* What the worker of its instance tells, it tells the channel from now on. */
void channel_worker_take(struct channel *channel);
/* Takes the task over. */
void channel_worker_call(struct channel *channel, struct task *task);

#endif
