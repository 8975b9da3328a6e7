/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(sizeof(struct wire_head) == 16, "no padding is sent");

enum { FIRST_CAPACITY = 4096 };

#define NO_STRING UINT32_MAX

void wire_finish(struct wire_buffer *buffer) {
    free(buffer->data);
    memset(buffer, 0, sizeof(*buffer));
}

/* Moves what is there to the front when that at least halves the moves to come. */
static bool compact(struct wire_buffer *buffer, size_t size) {
    size_t used = buffer->end - buffer->start;
    if (buffer->start < used || size > buffer->capacity - used)
        return false;
    memmove(buffer->data, buffer->data + buffer->start, used);
    buffer->start = 0;
    buffer->end = used;
    return true;
}

static char *grow(struct wire_buffer *buffer, size_t size) {
    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    if (size > SIZE_MAX / 2 - buffer->end)
        return NULL;
    while (capacity - buffer->end < size)
        capacity *= 2;
    char *data = realloc(buffer->data, capacity);
    if (data == NULL)
        return NULL;
    buffer->data = data;
    buffer->capacity = capacity;
    return data + buffer->end;
}

char *wire_room(struct wire_buffer *buffer, size_t size) {
    bool fits = buffer->data != NULL && size <= buffer->capacity - buffer->end;
    if (fits || (buffer->data != NULL && compact(buffer, size)))
        return buffer->data + buffer->end;
    return grow(buffer, size);
}

void wire_drop(struct wire_buffer *buffer, size_t size) {
    assert(size <= buffer->end - buffer->start);
    buffer->start += size;
    if (buffer->start != buffer->end)
        return;
    buffer->start = 0;
    buffer->end = 0;
    if (buffer->capacity <= WIRE_KEEP_MAX)
        return;
    free(buffer->data);
    buffer->data = NULL;
    buffer->capacity = 0;
}

int wire_next(const struct wire_buffer *buffer, struct wire_frame *frame) {
    struct wire_head head;
    size_t there = buffer->end - buffer->start;
    if (there < sizeof(head))
        return SENTIO_AGAIN;
    memcpy(&head, buffer->data + buffer->start, sizeof(head));
    uint16_t flags = head.kind == WIRE_CALL ? WIRE_QUIET : 0;
    if (head.kind > WIRE_READABLE || (head.flags & ~flags) != 0 || head.size > WIRE_BODY_MAX)
        return SENTIO_INVALID;
    if (there - sizeof(head) < head.size)
        return SENTIO_AGAIN;
    frame->kind = head.kind;
    frame->flags = head.flags;
    frame->serial = head.serial;
    frame->body.data = buffer->data + buffer->start + sizeof(head);
    frame->body.size = head.size;
    return 0;
}

void wire_consume(struct wire_buffer *buffer, const struct wire_frame *frame) {
    wire_drop(buffer, sizeof(struct wire_head) + frame->body.size);
}

size_t wire_begin(struct wire_buffer *buffer, enum wire_kind kind, uint16_t flags,
                  uint64_t serial) {
    const struct wire_head head = {0, (uint16_t)kind, flags, serial};
    size_t begun = buffer->end - buffer->start;
    buffer->failed = false;
    wire_put(buffer, &head, sizeof(head));
    return begun;
}

int wire_end(struct wire_buffer *buffer, size_t begun) {
    bool failed = buffer->failed;
    size_t at = buffer->start + begun;
    size_t whole = buffer->end - at;
    buffer->failed = false;
    if (failed || whole > sizeof(struct wire_head) + WIRE_BODY_MAX) {
        buffer->end = at;
        wire_drop(buffer, 0);
        return failed ? SENTIO_NO_MEMORY : SENTIO_TOO_BIG;
    }
    uint32_t size = (uint32_t)(whole - sizeof(struct wire_head));
    memcpy(buffer->data + at + offsetof(struct wire_head, size), &size, sizeof(size));
    return 0;
}

void wire_put(struct wire_buffer *buffer, const void *data, size_t size) {
    if (size == 0 || buffer->failed)
        return;
    char *room = wire_room(buffer, size);
    if (room == NULL) {
        buffer->failed = true;
        return;
    }
    memcpy(room, data, size);
    buffer->end += size;
}

void wire_put_u32(struct wire_buffer *buffer, uint32_t number) {
    wire_put(buffer, &number, sizeof(number));
}

void wire_put_u64(struct wire_buffer *buffer, uint64_t number) {
    wire_put(buffer, &number, sizeof(number));
}

void wire_put_bytes(struct wire_buffer *buffer, struct sentio_bytes bytes) {
    wire_put(buffer, bytes.data, bytes.size);
}

void wire_put_string(struct wire_buffer *buffer, const char *string) {
    if (string == NULL) {
        wire_put_u32(buffer, NO_STRING);
        return;
    }
    size_t size = strlen(string);
    wire_put_u32(buffer, (uint32_t)size);
    wire_put(buffer, string, size);
}

struct wire_reader wire_reader(struct sentio_bytes body) {
    /* An empty body may have no address, from which nothing may be reckoned. */
    const char *at = body.size ? body.data : "";
    return (struct wire_reader){at, at + body.size, false};
}

struct sentio_bytes wire_get_bytes(struct wire_reader *reader, size_t size) {
    if (reader->failed || size > wire_left(reader)) {
        reader->failed = true;
        return (struct sentio_bytes){NULL, 0};
    }
    struct sentio_bytes bytes = {reader->at, size};
    reader->at += size;
    return bytes;
}

void wire_get(struct wire_reader *reader, void *data, size_t size) {
    struct sentio_bytes bytes = wire_get_bytes(reader, size);
    if (reader->failed)
        memset(data, 0, size);
    else
        memcpy(data, bytes.data, size);
}

uint32_t wire_get_u32(struct wire_reader *reader) {
    uint32_t number = 0;
    wire_get(reader, &number, sizeof(number));
    return number;
}

uint64_t wire_get_u64(struct wire_reader *reader) {
    uint64_t number = 0;
    wire_get(reader, &number, sizeof(number));
    return number;
}

const char *wire_get_string(struct wire_reader *reader, char **space) {
    uint32_t size = wire_get_u32(reader);
    if (reader->failed || size == NO_STRING)
        return NULL;
    struct sentio_bytes bytes = wire_get_bytes(reader, size);
    if (reader->failed || memchr(bytes.data, '\0', size) != NULL) {
        reader->failed = true;
        return NULL;
    }
    char *string = *space;
    memcpy(string, bytes.data, size);
    string[size] = '\0';
    *space += (size_t)size + 1;
    return string;
}

size_t wire_left(const struct wire_reader *reader) {
    return (size_t)(reader->end - reader->at);
}

int wire_ended(const struct wire_reader *reader) {
    return reader->failed || reader->at != reader->end ? SENTIO_INVALID : 0;
}
