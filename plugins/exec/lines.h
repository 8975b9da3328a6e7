/* SPDX-License-Identifier: MIT */
#ifndef EXEC_LINES_H
#define EXEC_LINES_H

#include <sys/types.h>

#include <sentio/sdk.h>

/* What a program writes, cut into lines. Zeroed to begin with, but for `max`. */
struct lines {
    char *data;
    size_t capacity;
    size_t begin;   /* of what was not handed out yet */
    size_t scanned; /* up to here there is no end of a line */
    size_t end;
    size_t max;    /* bytes of a line, without its end */
    bool skipping; /* the rest of a line that was too long */
};

enum lines_result { LINES_NONE, LINES_LINE, LINES_TOO_LONG };

/* Reads once: the number of bytes, 0 at the end, -EAGAIN and the like. Lines handed out before are
 * gone. */
ssize_t lines_read(struct lines *lines, int fd);

/* The next whole line that was read, without its end. TOO_LONG, once for such a line: `line` is how
 * it begins. */
enum lines_result lines_next(struct lines *lines, struct sentio_bytes *line);

void lines_finish(struct lines *lines);

#endif
