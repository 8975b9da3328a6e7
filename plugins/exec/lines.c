/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_SIZE 65536

static int make_room(struct lines *lines) {
    if (lines->begin > 0) {
        memmove(lines->data, lines->data + lines->begin, lines->end - lines->begin);
        lines->scanned -= lines->begin;
        lines->end -= lines->begin;
        lines->begin = 0;
    }
    if (lines->capacity - lines->end >= READ_SIZE)
        return 0;
    size_t capacity = lines->capacity * 2 + READ_SIZE;
    char *data = realloc(lines->data, capacity);
    if (!data)
        return -ENOMEM;
    lines->data = data;
    lines->capacity = capacity;
    return 0;
}

ssize_t lines_read(struct lines *lines, int fd) {
    int rc = make_room(lines);
    if (rc != 0)
        return rc;
    ssize_t count = read(fd, lines->data + lines->end, lines->capacity - lines->end);
    if (count == -1)
        return -errno;
    lines->end += (size_t)count;
    return count;
}

/* Without "\n", or the "\r\n" of a program that knows no better. */
static struct sentio_bytes take(struct lines *lines, const char *newline) {
    const char *start = lines->data + lines->begin;
    size_t size = (size_t)(newline - start);
    lines->begin += size + 1;
    lines->scanned = lines->begin;
    if (size > 0 && start[size - 1] == '\r')
        size--;
    return sentio_bytes(start, size);
}

enum lines_result lines_next(struct lines *lines, struct sentio_bytes *line) {
    while (lines->scanned < lines->end) {
        const char *newline =
            memchr(lines->data + lines->scanned, '\n', lines->end - lines->scanned);
        bool skipping = lines->skipping;
        if (!newline) {
            lines->scanned = lines->end;
            *line = sentio_bytes(lines->data + lines->begin, lines->end - lines->begin);
            if (!skipping && line->size <= lines->max)
                return LINES_NONE;
            lines->skipping = true;
            lines->begin = lines->end;
            return skipping ? LINES_NONE : LINES_TOO_LONG;
        }
        *line = take(lines, newline);
        lines->skipping = false;
        if (!skipping)
            return line->size <= lines->max ? LINES_LINE : LINES_TOO_LONG;
    }
    return LINES_NONE;
}

void lines_finish(struct lines *lines) {
    free(lines->data);
    *lines = (struct lines){.max = lines->max};
}
