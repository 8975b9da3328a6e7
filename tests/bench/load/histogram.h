/* SPDX-License-Identifier: MIT */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS 64
#define HISTOGRAM_DOUBLINGS 40

/* Counts of durations in nanoseconds, in buckets that are at most 1/64 wide of their value. */
struct histogram {
    uint64_t count;
    uint64_t buckets[HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS];
};

void histogram_clear(struct histogram *histogram);
void histogram_add(struct histogram *histogram, int64_t nanoseconds);
/* The duration in milliseconds that `share` (0..1) of the counted ones do not exceed; 0 if none. */
double histogram_at(const struct histogram *histogram, double share);

#endif
