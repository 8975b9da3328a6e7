/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STREAM_H
#define SENTIO_HOST_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "base/tally.h"
#include "config/config.h"

enum { EPOCH_SIZE = 17 }; /* 16 hexadecimal digits and a NUL */

/* The filters of one io thread on one topic, or of one io thread on everything. Only that thread
 * touches it. */
struct filter;
struct filter_list {
    struct filter **items;
    uint32_t count;
    uint32_t capacity;
};

/*
 * What every thread may know of a channel: its face to subscribers. Immutable but for the lists,
 * each of which belongs to one io thread. Counted, because updates on their way outlive a channel.
 */
struct stream {
    atomic_uint refs;
    uint32_t index; /* of hub->channels; never another channel's */
    char *name;
    char *type;
    char *snapshot_type;
    enum sentio_shape shape;
    bool states;                            /* SENTIO_STATES: items replace one another */
    bool durable;                           /* its items are on disk, and wait for their users */
    atomic_int slow;                        /* enum config_slow; the hub sets it */
    atomic_uint_fast64_t slow_conflated;    /* items that a newer one replaced; any thread counts */
    atomic_uint_fast64_t slow_dropped;      /* items that a subscriber was not sent */
    atomic_uint_fast64_t slow_disconnected; /* subscriptions that ended */
    char epoch[EPOCH_SIZE];
    struct filter_list *all;      /* [io]: filters on everything */
    struct filter_list *every;    /* [io]: all the filters there are */
    struct tally_line *delivered; /* [io]: messages to subscribers that updates came to */
    size_t io_count;
};

/* What becomes of a subscriber that is too slow. */
static inline enum config_slow stream_slow(const struct stream *stream) {
    return (enum config_slow)atomic_load_explicit(&stream->slow, memory_order_relaxed);
}

/* `plugin` only for the declared texts, which are copied. NULL: out of memory. */
struct stream *stream_create(uint32_t index, const struct config_channel *config,
                             const struct sentio_plugin *plugin, const char *epoch,
                             size_t io_count);
struct stream *stream_ref(struct stream *stream);
void stream_unref(struct stream *stream); /* NULL is allowed */

/* What was delivered by all io threads. Any thread. */
uint64_t stream_delivered(const struct stream *stream);

/* A new random epoch. */
void stream_draw_epoch(char epoch[EPOCH_SIZE]);

#endif
