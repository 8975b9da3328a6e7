/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_PUBLISHER_H
#define SENTIO_FEED_PUBLISHER_H

#include <stdint.h>

#include "line.h"
#include "output.h"
#include "pace.h"
#include "row.h"

/* Puts rows together to updates and sends each when it is due: one line, a publish body of the
 * market-data channel. */
struct publisher {
    struct pace pace;
    struct output output;
    int64_t count; /* updates to send; 0: no end */
    int64_t sent;
    struct line line;
    int64_t items; /* in the line */
};

void publisher_init(struct publisher *publisher, struct pace pace, struct output output,
                    int64_t count);
void publisher_finish(struct publisher *publisher);

void publisher_add(struct publisher *publisher, const struct row *row);

/* Waits until `gap` nanoseconds after the update before (see pace_step) and sends what was added.
 * FEED_ENDED also when that was the last one of `count`. Failures are reported. */
int publisher_send(struct publisher *publisher, int64_t gap, int64_t most);

#endif
