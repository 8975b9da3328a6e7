/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WANTS_H
#define SENTIO_HOST_WANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel/channel.h"
#include "model/predicate.h"

/*
 * What a subscription asks for, as the hub changes it; it becomes an interned interest when it is
 * accepted.
 */
struct wants {
    struct topic **topics; /* counted, sorted by address */
    size_t count;
    size_t capacity;
    bool all;
    bool failed;                   /* out of memory: a change is missing */
    bool presence;                 /* to hear who joins and leaves */
    bool has_interval;             /* the client has named one */
    uint32_t interval;             /* ms */
    struct predicates *predicates; /* NULL: none */
};

int wants_copy(struct wants *to, const struct wants *from);
void wants_finish(struct wants *wants);

bool wants_has(const struct wants *wants, const struct topic *topic);

/* join or leave; "*" is everything, and leaving it takes everything away. */
int wants_change(struct wants *wants, struct channel *channel, bool join,
                 struct sentio_bytes topic);

/* The plugin's filters, "presence" and, on a channel of states, "interval". SENTIO_INVALID with the
 * reason; SENTIO_DENIED: the channel has no presence. */
int wants_read(struct wants *wants, const struct channel *channel,
               const struct sentio_json *request, char *why, size_t why_size);

/* The interned interest, with a reference; NULL: it wants nothing. */
int wants_interest(const struct wants *wants, struct channel *channel, bool named,
                   struct interest **interest);

/* Whether the channel sends new subscribers what it knows. */
bool wants_gives_snapshot(const struct channel *channel);

/* The latest items of what it wants and `before` did not, by offset, unless the channel gives no
 * snapshots. */
int wants_snapshot(const struct wants *wants, const struct wants *before, struct channel *channel,
                   struct log_items *items);

/* Lets the items go that its filters do not pass. */
void wants_choose(const struct wants *wants, struct log_items *items);

/* {"type":"ok",...} with all that is now subscribed. */
void wants_write_ok(const struct wants *wants, const struct channel *channel, bool named,
                    struct sentio_bytes id, struct sentio_writer *out);

#endif
