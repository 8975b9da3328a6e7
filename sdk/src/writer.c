/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include <sentio/sdk.h>

void sentio_writer_init(struct sentio_writer *writer, char *initial, size_t capacity) {
    *writer = (struct sentio_writer){.data = initial, .capacity = initial ? capacity : 0};
}

void sentio_writer_finish(struct sentio_writer *writer) {
    if (writer->owned)
        free(writer->data);
    *writer = (struct sentio_writer){.data = NULL};
}

static void grow(struct sentio_writer *writer, size_t capacity) {
    char *data = realloc(writer->owned ? writer->data : NULL, capacity);
    if (!data) {
        writer->failed = true;
        return;
    }
    if (!writer->owned && writer->size)
        memcpy(data, writer->data, writer->size);
    writer->data = data;
    writer->capacity = capacity;
    writer->owned = true;
}

/* Room for `size` more bytes; false once memory ran out. */
static bool reserve(struct sentio_writer *writer, size_t size) {
    if (writer->failed)
        return false;
    if (size <= writer->capacity - writer->size)
        return true;
    if (size > SIZE_MAX / 4 || writer->size > SIZE_MAX / 4) {
        writer->failed = true;
        return false;
    }
    size_t capacity = writer->capacity < 128 ? 128 : writer->capacity * 2;
    while (capacity - writer->size < size)
        capacity *= 2;
    grow(writer, capacity);
    return !writer->failed;
}

void sentio_write(struct sentio_writer *writer, struct sentio_bytes bytes) {
    if (bytes.size == 0 || !reserve(writer, bytes.size))
        return;
    memcpy(writer->data + writer->size, bytes.data, bytes.size);
    writer->size += bytes.size;
}

void sentio_write_text(struct sentio_writer *writer, const char *string) {
    sentio_write(writer, sentio_text(string));
}

static int print(struct sentio_writer *writer, const char *format, va_list arguments) {
    size_t room = writer->capacity - writer->size;
    char *at = room ? writer->data + writer->size : NULL;
    return vsnprintf(at, room, format, arguments);
}

void sentio_write_format(struct sentio_writer *writer, const char *format, ...) {
    if (writer->failed)
        return;
    va_list arguments;
    va_start(arguments, format);
    int length = print(writer, format, arguments);
    va_end(arguments);
    if (length < 0) {
        writer->failed = true;
        return;
    }
    if ((size_t)length >= writer->capacity - writer->size) {
        if (!reserve(writer, (size_t)length + 1))
            return;
        va_start(arguments, format);
        print(writer, format, arguments);
        va_end(arguments);
    }
    writer->size += (size_t)length;
}

struct sentio_bytes sentio_written(const struct sentio_writer *writer) {
    if (writer->failed)
        return sentio_bytes(NULL, 0);
    return sentio_bytes(writer->data, writer->size);
}
