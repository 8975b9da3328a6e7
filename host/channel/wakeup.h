/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WAKEUP_H
#define SENTIO_HOST_WAKEUP_H

#include <stdbool.h>
#include <stdint.h>

#include "channel.h"

/* What calls a plugin of itself: the timer of wake(), the descriptors of watch(). */

int wakeup_init(struct channel *channel);
void wakeup_finish(struct channel *channel);
/* Nothing calls the plugin any more, until it asks for it anew. */
void wakeup_end(struct channel *channel);
/* While paused, descriptors are not looked at. */
void wakeup_pause(struct channel *channel, bool paused);
/* The timer is due; the descriptor can be read. */
void wakeup_fire(struct channel *channel);
void wakeup_readable(struct channel *channel, int32_t fd);
void wakeup_set(struct channel *channel, uint64_t milliseconds);
void wakeup_watch(struct channel *channel, int fd, bool on);

#endif
