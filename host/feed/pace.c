/* SPDX-License-Identifier: MIT */
#include "pace.h"

#include <math.h>

void pace_init(struct pace *pace, struct clock clock, double speed) {
    *pace = (struct pace){.clock = clock, .speed = speed};
}

void pace_step(struct pace *pace, int64_t gap, int64_t most) {
    if (!pace->started) {
        pace->started = true;
        pace->deadline = pace->clock.now(pace->clock.context);
        return;
    }
    if (pace->speed <= 0 || gap <= 0)
        return;
    double scaled = (double)gap / pace->speed;
    pace->deadline += scaled < (double)most ? llround(scaled) : most;
}

int pace_wait(struct pace *pace) {
    if (pace->speed <= 0)
        return 0;
    return pace->clock.sleep_until(pace->clock.context, pace->deadline);
}
