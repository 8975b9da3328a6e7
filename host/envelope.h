/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ENVELOPE_H
#define SENTIO_HOST_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "frame.h"
#include "item.h"
#include "stream.h"

/*
 * A channel's message around its items' texts (protocol section 1), and the host's own answers.
 */

struct envelope {
    const struct stream *stream;
    struct sentio_bytes type;
    bool named;    /* with "channel" */
    bool snapshot; /* with "snapshot": true */
    uint64_t offset;
    uint64_t prev;
    int64_t time;
    uint32_t conflated; /* with "conflated" when not 0 */
};

/* The type of an object's message: its own, or the channel's. */
struct sentio_bytes envelope_type(const struct stream *stream, const struct item *item);

/* One text frame into the arena, its items joined by commas within [] (ARRAY), or the one item
 * (OBJECT). SENTIO_NO_MEMORY. */
int envelope_frame(struct arena *arena, const struct envelope *envelope, struct item *const *items,
                   size_t count, struct span *span);

/* {"type":"error",...}; `id` is JSON text or empty, `channel` NULL: not named. */
void envelope_error(struct sentio_writer *out, int64_t time, const char *channel,
                    struct sentio_bytes id, struct sentio_bytes code, struct sentio_bytes message);
void envelope_pong(struct sentio_writer *out, int64_t time, struct sentio_bytes id);
/* A plugin's own message; `data` is JSON text. */
void envelope_message(struct sentio_writer *out, int64_t time, const char *channel,
                      struct sentio_bytes type, struct sentio_bytes data);

#endif
