/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_LINES_H
#define SENTIO_HOST_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include <sentio/plugin.h>

/*
 * Cuts a stream of bytes into lines: bytes are read into the space that lines_space returns, then
 * lines_next is called until there are no more. Memory grows with the longest line, up to about
 * twice `max`. In the caller's memory; one thread.
 */
struct lines {
    char *data;
    size_t capacity;
    size_t max;     /* bytes of a line without its newline */
    size_t start;   /* of the line that comes next */
    size_t scanned; /* no newline between start and here */
    size_t end;
    bool skipping; /* the rest of a line that is too long */
    bool ended;    /* what is left without a newline is the last line */
};

enum lines_result {
    LINES_NONE,
    LINES_LINE,
    LINES_TOO_LONG /* a line is over `max`, or memory ran out: it is dropped whole */
};

/* 0 or SENTIO_NO_MEMORY. */
int lines_init(struct lines *lines, size_t max);
void lines_finish(struct lines *lines);

/* Forgets everything, for another stream. */
void lines_reset(struct lines *lines);

/* Room for at least one byte. Ends the life of the line that lines_next returned. Only after
 * lines_next has returned LINES_NONE. */
char *lines_space(struct lines *lines, size_t *size);

/* `count` bytes were put there. */
void lines_added(struct lines *lines, size_t count);

/* There will be no more bytes. */
void lines_end(struct lines *lines);

/* LINES_LINE sets *line: it has no newline, may be empty, and lives until lines_space. */
enum lines_result lines_next(struct lines *lines, struct sentio_bytes *line);

#endif
