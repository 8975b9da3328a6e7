/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_CLOCK_H
#define SENTIO_FEED_CLOCK_H

#include <stdint.h>

/* Where a pace gets its time from; tests bring their own. Nanoseconds from any fixed point. */
struct clock {
    int64_t (*now)(void *context);
    /* Returns at `deadline`, at once if that is past. SENTIO_FAILED: reported. */
    int (*sleep_until)(void *context, int64_t deadline);
    void *context;
};

/* CLOCK_MONOTONIC. */
struct clock clock_monotonic(void);

/* The time of day, Unix milliseconds. */
int64_t clock_unix_ms(void);

#endif
