/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void stream_draw_epoch(char epoch[EPOCH_SIZE]) {
    uint64_t number;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        abort();
    snprintf(epoch, EPOCH_SIZE, "%016llx", (unsigned long long)number);
}

static struct tally_line *create_tallies(size_t count) {
    size_t size = count * sizeof(struct tally_line);
    struct tally_line *tallies = aligned_alloc(_Alignof(struct tally_line), size);
    if (tallies != NULL)
        memset(tallies, 0, size);
    return tallies;
}

struct stream *stream_create(uint32_t index, const struct config_channel *config,
                             const struct sentio_plugin *plugin, const char *epoch,
                             size_t io_count) {
    struct stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL)
        return NULL;
    const char *type = plugin->type ? plugin->type : "";
    atomic_init(&stream->refs, 1);
    stream->index = index;
    stream->name = strdup(config->name);
    stream->type = strdup(type);
    stream->snapshot_type = strdup(plugin->snapshot_type ? plugin->snapshot_type : type);
    stream->shape = (enum sentio_shape)plugin->shape;
    stream->states = (plugin->flags & SENTIO_STATES) != 0;
    atomic_init(&stream->slow, (int)config->slow);
    memcpy(stream->epoch, epoch, EPOCH_SIZE);
    stream->all = calloc(io_count, sizeof(*stream->all));
    stream->every = calloc(io_count, sizeof(*stream->every));
    stream->delivered = create_tallies(io_count);
    stream->io_count = io_count;
    if (!stream->name || !stream->type || !stream->snapshot_type || !stream->all ||
        !stream->every || !stream->delivered) {
        stream_unref(stream);
        return NULL;
    }
    return stream;
}

uint64_t stream_delivered(const struct stream *stream) {
    uint64_t sum = 0;
    for (size_t i = 0; i < stream->io_count; i++)
        sum += tally_read(&stream->delivered[i].tally);
    return sum;
}

struct stream *stream_ref(struct stream *stream) {
    atomic_fetch_add_explicit(&stream->refs, 1, memory_order_relaxed);
    return stream;
}

void stream_unref(struct stream *stream) {
    if (stream == NULL)
        return;
    if (atomic_fetch_sub_explicit(&stream->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < stream->io_count && stream->all && stream->every; i++) {
        free(stream->all[i].items);
        free(stream->every[i].items);
    }
    free(stream->all);
    free(stream->every);
    free(stream->delivered);
    free(stream->name);
    free(stream->type);
    free(stream->snapshot_type);
    free(stream);
}
