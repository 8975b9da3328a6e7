/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SLOW_H
#define SENTIO_HOST_SLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "io/connection.h"
#include "model/item.h"
#include "outbox.h"

struct pending;

/*
 * What becomes of a subscription whose connection does not read as fast as its channel speaks: the
 * channel's `slow`. Past the outbox's mark "conflate" keeps the newest item of each key, and "drop"
 * as many of the newest items as there is room for; frames are made of them when the socket takes
 * bytes again. With "disconnect" the outbox runs over, which ends the connection.
 */

/* A message on its way to a member: its frames, and what they are made of. */
struct delivery {
    struct span spans[FORM_COUNT]; /* in each form that a receiver has */
    struct item *const *items;
    uint32_t count;
    uint64_t prev; /* the offset that its receivers are covered to */
    uint64_t last; /* and are after it */
};

/* Makes the other forms of its frames, where there are receivers with them: as many as `formed`
 * says for each form. */
void delivery_form(struct outbox *outbox, struct delivery *delivery,
                   const uint32_t formed[FORM_COUNT]);

/* For a congested connection. False: it can have the frames. Ends no connection. */
bool slow_hold(struct outbox *outbox, struct member *member, const struct delivery *delivery);

/* It was to hold more than the limit, so that what it missed can not be told any more: its
 * connection ends when it reads on, or subscribes to something else. */
bool slow_lost(const struct member *member);

/* The offset that a member which holds something is covered to by what was queued before. */
uint64_t slow_covered(const struct member *member);

/* Queues all that the member holds. */
void slow_release(struct outbox *outbox, struct member *member);
/* Forgets it; the member's position is what it was really told. */
void slow_forget(struct member *member);

/* What came while the member caught up, all of it, is held from now on; `prev`: the offset that it
 * is covered to. Takes it over. */
void slow_adopt(struct outbox *outbox, struct member *member, struct pending *pending,
                uint64_t prev);

/* The connection has nothing left to write: puts some of what its members hold into its backlog. */
void slow_relieve(struct outbox *outbox, struct connection *connection);

/* Counts, for each of its subscriptions, that the connection was too slow. */
void slow_count_disconnect(const struct connection *connection);

static inline void deliver(struct outbox *outbox, struct member *member,
                           const struct delivery *delivery) {
    if (member->connection->congested && slow_hold(outbox, member, delivery))
        return;
    outbox_append(outbox, member->connection, delivery->spans[member->connection->form]);
}

#endif
