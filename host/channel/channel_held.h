/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CHANNEL_HELD_H
#define SENTIO_HOST_CHANNEL_HELD_H

#include "channel.h"

/* Calls that wait while a channel's plugin is replaced. The hub's thread. */

/* Takes over, in front of them, what the channel's worker was given and has not answered. */
void channel_held_gather(struct channel *channel);

/* They are for `next` now: what only the plugin of before could have understood is taken out.
 * `restored`: it knows what that one knew. */
void channel_held_sift(struct channel *channel, const struct instance *next, bool restored);

/* The first of the calls of that kind that wait for the tape is answered. `presented` as in struct
 * asker: a worker that has died is presented with subscriptions that no replay presents. `effects`:
 * what it asked for, where the tape has that; else it is run now. */
void channel_held_answer(struct channel *channel, enum call_kind kind, bool presented,
                         enum outcome outcome, struct sentio_bytes effects);

/* Publishers are told that the channel was removed; whoever else waits is told by others. */
void channel_held_refuse(struct channel *channel);

#endif
