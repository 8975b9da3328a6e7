/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_FRAME_H
#define SENTIO_HOST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/sdk.h>

/*
 * WebSocket frames (RFC 6455 section 5.2) as a server sends them: unmasked, not fragmented.
 */

enum frame_opcode { FRAME_TEXT = 0x1, FRAME_CLOSE = 0x8, FRAME_PING = 0x9 };

enum { FRAME_HEADER_MAX = 10 };

/* Writes the header of a whole message of `size` bytes; returns its length: 2, 4 or 10. */
size_t frame_header(uint8_t header[FRAME_HEADER_MAX], enum frame_opcode opcode, size_t size);

/* The length of the frame that begins at `data`, header included; 0 when `size` bytes do not hold
 * its header. For frames that this host made. */
size_t frame_length(const uint8_t *data, size_t size);

/* What the frame that begins at `data` carries; all of it is there. */
struct sentio_bytes frame_payload(const uint8_t *data, size_t size);

/* The most bytes, at most `limit`, that are whole frames; the first frame's length if that is more.
 */
size_t frame_boundary(const uint8_t *data, size_t size, size_t limit);

/*
 * The bytes that one io thread makes during one turn of its loop: each frame once, however many
 * connections send it. Emptied when the turn's writes are done.
 */
struct arena {
    uint8_t *data;
    size_t size;
    size_t capacity;
};

/* Where frames lie in an arena, one behind the other. */
struct span {
    struct arena *arena;
    uint32_t start;
    uint32_t end;
};

static inline uint8_t *span_data(struct span span) {
    return span.arena->data + span.start;
}

static inline size_t span_size(struct span span) {
    return span.end - span.start;
}

void arena_finish(struct arena *arena);

/* Empties it. What a burst has made it grow to is given back little by little. */
void arena_reset(struct arena *arena);

/* Room for so many bytes at *at, which is valid until the next call; of what is not used, the
 * caller takes the span's and the arena's end back. SENTIO_NO_MEMORY. */
int arena_room(struct arena *arena, size_t size, struct span *span, char **at);

/* A frame's header, and room for its payload at *payload, which is valid until the next call.
 * SENTIO_NO_MEMORY. */
int arena_frame(struct arena *arena, enum frame_opcode opcode, size_t size, struct span *span,
                char **payload);

/* A copy of what lies elsewhere. */
int arena_copy(struct arena *arena, struct span from, struct span *span);

/* A whole text message. */
int arena_text(struct arena *arena, struct sentio_bytes text, struct span *span);

/* Section 5.5.1: code and reason, cut to 123 bytes at a character's boundary. */
int arena_close(struct arena *arena, uint16_t code, struct sentio_bytes reason, struct span *span);

#endif
