/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ENVELOPE_H
#define SENTIO_HOST_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "frame.h"
#include "model/item.h"
#include "model/stream.h"

/*
 * A channel's message around its items' texts (protocol section 1), and the host's own answers.
 */

struct envelope {
    const struct stream *stream;
    struct sentio_bytes type;
    bool named;    /* with "channel" */
    bool snapshot; /* with "snapshot": true */
    bool replay;   /* with "replay": true */
    uint64_t offset;
    int64_t time;
    uint32_t conflated; /* with "conflated" when not 0 */
};

/* The type of an object's message: its own, or the channel's. */
struct sentio_bytes envelope_type(const struct stream *stream, const struct item *item);

/*
 * A message's text before and after its items and its "prev", which differ between those who get
 * it: written once, copied for each. It may not be moved.
 */
struct wrapping {
    struct sentio_writer text;
    size_t head; /* bytes before the items */
    size_t body; /* bytes before the number of "prev" */
    char space[384];
};

/* SENTIO_NO_MEMORY; wrapping_finish is allowed then too. */
int wrapping_init(struct wrapping *wrapping, const struct envelope *envelope);
void wrapping_finish(struct wrapping *wrapping);

/* One text frame into the arena, its items joined by commas. SENTIO_NO_MEMORY. */
int wrapping_frame(const struct wrapping *wrapping, struct arena *arena, uint64_t prev,
                   struct item *const *items, size_t count, struct span *span);

/* At most so many bytes, header included. */
size_t wrapping_size(const struct wrapping *wrapping, struct item *const *items, size_t count);

/* The same for a message that is made once. */
int envelope_frame(struct arena *arena, const struct envelope *envelope, uint64_t prev,
                   struct item *const *items, size_t count, struct span *span);

/* One of the host's own messages, up to its own members: `channel` NULL: not named; `id` is JSON
 * text or empty. And its end. */
void envelope_begin(struct sentio_writer *out, const char *type, const char *channel,
                    struct sentio_bytes id);
void envelope_end(struct sentio_writer *out, int64_t time);
/* {"type":"error",...}; `id` is JSON text or empty, `channel` NULL: not named. */
void envelope_error(struct sentio_writer *out, int64_t time, const char *channel,
                    struct sentio_bytes id, struct sentio_bytes code, struct sentio_bytes message);
void envelope_pong(struct sentio_writer *out, int64_t time, struct sentio_bytes id);
/* A plugin's own message; `data` is JSON text. */
void envelope_message(struct sentio_writer *out, int64_t time, const char *channel,
                      struct sentio_bytes type, struct sentio_bytes data);

#endif
