/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_LINE_H
#define SENTIO_FEED_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Growing text. `failed` stays set once memory ran out, and what follows is dropped, so one check
 * at the end is enough. Zeroed is empty. */
struct line {
    char *data; /* not terminated by a NUL */
    size_t size;
    size_t capacity;
    bool failed;
};

void line_finish(struct line *line);
void line_clear(struct line *line);
void line_add(struct line *line, const char *text);

#endif
