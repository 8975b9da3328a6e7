/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16384
/* Reading in smaller pieces would cost more system calls than growing. */
#define LEAST_SPACE 4096

int lines_init(struct lines *lines, size_t max) {
    *lines = (struct lines){.max = max};
    lines->data = malloc(FIRST_CAPACITY);
    if (!lines->data) {
        return SENTIO_NO_MEMORY;
    }
    lines->capacity = FIRST_CAPACITY;
    return SENTIO_OK;
}

void lines_finish(struct lines *lines) {
    free(lines->data);
}

void lines_reset(struct lines *lines) {
    lines->start = 0;
    lines->scanned = 0;
    lines->end = 0;
    lines->skipping = false;
    lines->ended = false;
}

static bool grow(struct lines *lines) {
    char *data = realloc(lines->data, lines->capacity * 2);
    if (!data) {
        return false;
    }
    lines->data = data;
    lines->capacity *= 2;
    return true;
}

char *lines_space(struct lines *lines, size_t *size) {
    assert(lines->scanned == lines->end);
    memmove(lines->data, lines->data + lines->start, lines->end - lines->start);
    lines->end -= lines->start;
    lines->scanned = lines->end;
    lines->start = 0;
    if (lines->capacity - lines->end < LEAST_SPACE) {
        (void)grow(lines); /* wait_for_more has left some room */
    }
    *size = lines->capacity - lines->end;
    return lines->data + lines->end;
}

void lines_added(struct lines *lines, size_t count) {
    assert(count <= lines->capacity - lines->end);
    lines->end += count;
}

void lines_end(struct lines *lines) {
    lines->ended = true;
}

/* Without a newline in sight: keeps what may become a line, drops what can not. */
static enum lines_result wait_for_more(struct lines *lines) {
    size_t size = lines->end - lines->start;
    lines->scanned = lines->end;
    if (lines->skipping) {
        lines->start = lines->end;
        return LINES_NONE;
    }
    if (size <= lines->max && (size < lines->capacity || grow(lines))) {
        return LINES_NONE;
    }
    lines->start = lines->end;
    lines->skipping = true;
    return LINES_TOO_LONG;
}

static enum lines_result take(struct lines *lines, size_t newline, struct sentio_bytes *line) {
    bool skipped = lines->skipping;
    line->data = lines->data + lines->start;
    line->size = newline - lines->start;
    lines->start = newline < lines->end ? newline + 1 : newline;
    lines->scanned = lines->start;
    lines->skipping = false;
    if (skipped) {
        return lines_next(lines, line);
    }
    return line->size <= lines->max ? LINES_LINE : LINES_TOO_LONG;
}

enum lines_result lines_next(struct lines *lines, struct sentio_bytes *line) {
    size_t unseen = lines->end - lines->scanned;
    const char *newline = memchr(lines->data + lines->scanned, '\n', unseen);
    if (newline) {
        return take(lines, (size_t)(newline - lines->data), line);
    }
    if (lines->ended && lines->start < lines->end) {
        return take(lines, lines->end, line);
    }
    return wait_for_more(lines);
}
