/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_DEFLATE_H
#define SENTIO_HOST_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>

#include <sentio/sdk.h>

#include "frame.h"

/*
 * The messages of permessage-deflate (RFC 7692 section 7.2) without context takeover: each is
 * compressed by itself, so one serves every connection and no connection keeps a zlib stream. Both
 * streams belong to an io thread: 160 KiB to compress, 40 KiB and the largest text to inflate.
 */

/* The window that it compresses with, which an offer of a smaller one can not be met by. */
enum { DEFLATE_WINDOW = 15 };

struct deflater {
    z_stream stream;
};

/* `level`: 1 (fast) to 9 (small). SENTIO_NO_MEMORY. */
int deflater_init(struct deflater *deflater, int level);
/* Also of one that is all zero. */
void deflater_finish(struct deflater *deflater);

/* A whole text message, compressed, as one frame with RSV1. The text does not lie in that arena.
 * SENTIO_TOO_BIG: that would be no smaller, and the arena is as it was. SENTIO_NO_MEMORY. */
int deflater_frame(struct deflater *deflater, struct arena *arena, struct sentio_bytes text,
                   struct span *span);

struct inflater {
    z_stream stream;
    char *text;
    size_t size;
    size_t capacity;
};

/* SENTIO_NO_MEMORY. */
int inflater_init(struct inflater *inflater);
/* Also of one that is all zero. */
void inflater_finish(struct inflater *inflater);

/* The text of a client's message from the payload of all of its frames; valid until the next call.
 * SENTIO_TOO_BIG: over `limit` bytes, and no more than those were made. SENTIO_INVALID: corrupt, or
 * it ends within a block. SENTIO_NO_MEMORY. */
int inflater_message(struct inflater *inflater, struct sentio_bytes packed, size_t limit,
                     struct sentio_bytes *text);

#endif
