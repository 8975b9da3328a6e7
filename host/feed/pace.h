/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_PACE_H
#define SENTIO_FEED_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/* When the next update is due. Each deadline follows from the one before it and not from the time
 * at which that was met, so lateness never adds up. */
struct pace {
    struct clock clock;
    double speed; /* gaps are divided by it; 0: no waiting at all */
    int64_t deadline;
    bool started;
};

void pace_init(struct pace *pace, struct clock clock, double speed);

/* Moves the deadline on by `gap` nanoseconds over the speed, but by `most` at most. The first call
 * begins now, whatever the gap; a gap below 0 counts as 0. */
void pace_step(struct pace *pace, int64_t gap, int64_t most);

/* Waits for the deadline. Returns what clock.sleep_until does. */
int pace_wait(struct pace *pace);

#endif
