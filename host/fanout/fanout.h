/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_FANOUT_H
#define SENTIO_HOST_FANOUT_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "filter.h"
#include "io/connection.h"
#include "model/interest.h"
#include "model/item.h"
#include "outbox.h"

/*
 * From an update to the connections of one io thread: items' topics lead to filters, filters to
 * members. For each filter that an update hits, one frame is made, and each of its members gets a
 * reference to it.
 */

struct hit {
    uint32_t item;
    uint32_t next;
};

struct fanout {
    size_t io;
    uv_loop_t *loop;
    struct outbox *outbox;
    struct hit *hits;
    uint32_t hit_count;
    uint32_t hit_capacity;
    struct filter **touched;
    uint32_t touched_count;
    uint32_t touched_capacity;
    struct clock *clocks; /* interval.c */
    struct fan *fans;     /* updates of which the outbox has drafts */
};

void fanout_init(struct fanout *fanout, size_t io, uv_loop_t *loop, struct outbox *outbox);
/* No member may have a filter any more. Closes its timers: the loop is to run once more. */
void fanout_finish(struct fanout *fanout);

/* Appends the update's messages to the connections that want it. */
void fanout_update(struct fanout *fanout, struct update *update);

/* From now on the member has this interest (NULL: none); the channel stands at `offset`. */
int fanout_join(struct fanout *fanout, struct member *member, struct interest *interest,
                uint64_t offset);
void fanout_leave(struct fanout *fanout, struct member *member);

/* The channel's snapshot for one member, which was told `prev`: frames one behind the other. False:
 * there are none. */
bool fanout_snapshot_frames(struct arena *arena, const struct member *member,
                            struct item *const *items, size_t count, uint64_t prev, uint64_t offset,
                            int64_t time, struct span *span);
/* Sends one member the items, as the channel's snapshot. */
void fanout_snapshot(struct fanout *fanout, struct member *member, struct item *const *items,
                     size_t count, uint64_t offset, int64_t time);

#endif
