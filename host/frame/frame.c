/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_START = 64 * 1024, ARENA_KEEP = 4 * 1024 * 1024, CLOSE_REASON_MAX = 123 };

size_t frame_header(uint8_t header[FRAME_HEADER_MAX], enum frame_opcode opcode, size_t size) {
    header[0] = (uint8_t)(0x80 | opcode);
    if (size < 126) {
        header[1] = (uint8_t)size;
        return 2;
    }
    size_t bytes = size <= UINT16_MAX ? 2 : 8;
    header[1] = bytes == 2 ? 126 : 127;
    for (size_t i = 0; i < bytes; i++)
        header[2 + i] = (uint8_t)((uint64_t)size >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}

size_t frame_length(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    size_t length = data[1] & 0x7f;
    if (length < 126)
        return 2 + length;
    size_t bytes = length == 126 ? 2 : 8;
    if (size < 2 + bytes)
        return 0;
    uint64_t wide = 0;
    for (size_t i = 0; i < bytes; i++)
        wide = wide << 8 | data[2 + i];
    return 2 + bytes + (size_t)wide;
}

struct sentio_bytes frame_payload(const uint8_t *data, size_t size) {
    size_t length = frame_length(data, size);
    size_t form = data[1] & 0x7f;
    size_t header = form < 126 ? 2 : form == 126 ? 4 : 10;
    assert(length >= header && length <= size);
    return sentio_bytes((const char *)data + header, length - header);
}

size_t frame_boundary(const uint8_t *data, size_t size, size_t limit) {
    size_t at = 0;
    while (at < size) {
        size_t length = frame_length(data + at, size - at);
        if (length == 0 || (at > 0 && at + length > limit))
            break;
        at += length;
    }
    return at < size ? at : size;
}

void arena_finish(struct arena *arena) {
    free(arena->data);
    memset(arena, 0, sizeof(*arena));
}

void arena_reset(struct arena *arena) {
    if (arena->capacity > ARENA_KEEP && arena->size < arena->capacity / 4) {
        uint8_t *data = realloc(arena->data, arena->capacity / 2);
        if (data != NULL) {
            arena->data = data;
            arena->capacity /= 2;
        }
    }
    arena->size = 0;
}

static int reserve(struct arena *arena, size_t size) {
    size_t needed = arena->size + size;
    if (needed <= arena->capacity)
        return 0;
    if (needed > UINT32_MAX)
        return SENTIO_NO_MEMORY;
    size_t capacity = arena->capacity ? arena->capacity : ARENA_START;
    while (capacity < needed)
        capacity *= 2;
    uint8_t *data = realloc(arena->data, capacity);
    if (data == NULL)
        return SENTIO_NO_MEMORY;
    arena->data = data;
    arena->capacity = capacity;
    return 0;
}

int arena_room(struct arena *arena, size_t size, struct span *span, char **at) {
    if (reserve(arena, size) != 0)
        return SENTIO_NO_MEMORY;
    *span = (struct span){arena, (uint32_t)arena->size, (uint32_t)(arena->size + size)};
    *at = (char *)arena->data + arena->size;
    arena->size = span->end;
    return 0;
}

int arena_frame(struct arena *arena, enum frame_opcode opcode, size_t size, struct span *span,
                char **payload) {
    if (reserve(arena, size + FRAME_HEADER_MAX) != 0)
        return SENTIO_NO_MEMORY;
    span->arena = arena;
    span->start = (uint32_t)arena->size;
    arena->size += frame_header(arena->data + arena->size, opcode, size);
    *payload = (char *)arena->data + arena->size;
    arena->size += size;
    span->end = (uint32_t)arena->size;
    return 0;
}

int arena_copy(struct arena *arena, struct span from, struct span *span) {
    if (reserve(arena, span_size(from)) != 0)
        return SENTIO_NO_MEMORY;
    *span = (struct span){arena, (uint32_t)arena->size, (uint32_t)(arena->size + span_size(from))};
    memcpy(arena->data + arena->size, span_data(from), span_size(from));
    arena->size = span->end;
    return 0;
}

int arena_text(struct arena *arena, struct sentio_bytes text, struct span *span) {
    char *payload;
    int error = arena_frame(arena, FRAME_TEXT, text.size, span, &payload);
    if (error)
        return error;
    memcpy(payload, text.data, text.size);
    return 0;
}

int arena_close(struct arena *arena, uint16_t code, struct sentio_bytes reason, struct span *span) {
    char *payload;
    size_t size = reason.size < CLOSE_REASON_MAX ? reason.size : CLOSE_REASON_MAX;
    while (size > 0 && size < reason.size && ((uint8_t)reason.data[size] & 0xc0) == 0x80)
        size--;
    int error = arena_frame(arena, FRAME_CLOSE, 2 + size, span, &payload);
    if (error)
        return error;
    payload[0] = (char)(code >> 8);
    payload[1] = (char)(code & 0xff);
    if (size)
        memcpy(payload + 2, reason.data, size);
    return 0;
}
