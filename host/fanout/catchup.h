/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CATCHUP_H
#define SENTIO_HOST_CATCHUP_H

#include <stddef.h>

#include "io/connection.h"
#include "model/message.h"
#include "outbox.h"
#include "slow.h"

/*
 * A member on its way from the past to the present. What it is to get stands in a queue: answers,
 * items of the past, snapshots, the "recovered", and at the end what has been published since. It
 * goes out in that order, a piece at a time, as the connection takes it; what is still to be read
 * from the disk stops it, and is asked for by `more` when everything before it is given. Meanwhile
 * the connection is congested, so that deliveries come here.
 *
 * Items of the past have no limit but the history's. What is live waits within limits.outbox: over
 * it, everything but answers is dropped, and the hub, told by `lost`, tells the member afresh.
 * Once only live items are left, they are the channel's `slow` affair. In the io thread.
 */

/* The member, which has its filter already, is to get all that the message has. */
void catchup_join(struct outbox *outbox, struct member *member,
                  const struct joined_message *message);
/* What the hub had promised (`more`) has come, or a part of it. */
void catchup_replay(struct outbox *outbox, struct member *member,
                    const struct joined_message *message);

/* Something live for a member that catches up. Ends no connection. */
void catchup_hold(struct outbox *outbox, struct member *member, const struct delivery *delivery);

/* Queues about `room` bytes of what comes next. It may be over then (member->catchup NULL). */
void catchup_give(struct outbox *outbox, struct member *member, size_t room);

/* The offset that it is told by what was queued until now. */
uint64_t catchup_covered(const struct member *member);

/* The offset of the last item among that; 0: there was none. What an "ok" tells is not given. */
uint64_t catchup_given(const struct member *member);

/* The member is subscribed to nothing any more: it gets its answers, and nothing else. */
void catchup_cut(struct outbox *outbox, struct member *member);
/* The connection is gone. */
void catchup_forget(struct member *member);

#endif
