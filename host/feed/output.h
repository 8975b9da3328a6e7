/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_OUTPUT_H
#define SENTIO_FEED_OUTPUT_H

#include <stddef.h>

#include "stop.h"

#define OUTPUT_PATIENCE_MS 1000

/* Where the lines go: a pipe that its reader may leave unread for as long as it likes. SIGPIPE has
 * to be ignored. */
struct output {
    int fd;
    int patience; /* ms without progress after which a stop cuts even a line that has begun */
    struct stop *stop;
};

/* Writes the whole line, waiting while there is no room. FEED_ENDED when the reader has gone or the
 * program is to stop. SENTIO_FAILED: errno says why. */
int output_write(const struct output *output, const char *line, size_t size);

#endif
