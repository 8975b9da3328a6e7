/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_UNACKNOWLEDGED_H
#define SENTIO_HOST_UNACKNOWLEDGED_H

#include <stdbool.h>
#include <stdint.h>

struct recovery;
struct subscription;
struct wants;

/*
 * What a user of a durable channel has not acknowledged is sent to him when he subscribes, before
 * what is live. It is read from the disk a piece at a time, while his member's live items wait in
 * the io thread (catchup.h). In the hub.
 */

/* Whether the subscription, which was `before`, is to be sent it now: it has become its user's own,
 * and does not say itself how far its client has come. */
bool unacknowledged_wanted(const struct subscription *subscription, const struct wants *before,
                           const struct recovery *recovery);

/* The io thread waits for it: reads what is not acknowledged, after `sent`, which the subscription
 * has got already, and up to the channel's offset. What `recovery` (NULL: nothing) asks for goes
 * with it: older items by "history", and "recovered": false where "since" can not be answered. */
void unacknowledged_begin(struct subscription *subscription, uint64_t sent,
                          const struct recovery *recovery);

/* The same where the subscription, which was `before`, wants it. One that has become its user's own
 * and asks for something else makes the user known: what is to "*" waits for him from now on. */
void unacknowledged_joined(struct subscription *subscription, const struct wants *before,
                           const struct recovery *recovery);

#endif
