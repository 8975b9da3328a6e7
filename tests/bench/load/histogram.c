/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <math.h>
#include <string.h>

#define BUCKETS (HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS)
#define STEP_BITS 6

/* Below HISTOGRAM_STEPS a bucket is one nanosecond; above, each doubling has HISTOGRAM_STEPS. */
static unsigned bucket_of(uint64_t value) {
    if (value < HISTOGRAM_STEPS) {
        return (unsigned)value;
    }
    unsigned top = 63u - (unsigned)__builtin_clzll(value);
    unsigned step = (unsigned)(value >> (top - STEP_BITS)) & (HISTOGRAM_STEPS - 1u);
    unsigned bucket = (top - STEP_BITS + 1u) * HISTOGRAM_STEPS + step;
    return bucket < BUCKETS ? bucket : BUCKETS - 1u;
}

static double bucket_value(unsigned bucket) {
    if (bucket < HISTOGRAM_STEPS) {
        return bucket;
    }
    unsigned doubling = bucket / HISTOGRAM_STEPS - 1u;
    return ldexp(HISTOGRAM_STEPS + bucket % HISTOGRAM_STEPS + 0.5, (int)doubling);
}

void histogram_clear(struct histogram *histogram) {
    memset(histogram, 0, sizeof(*histogram));
}

void histogram_add(struct histogram *histogram, int64_t nanoseconds) {
    histogram->buckets[bucket_of(nanoseconds > 0 ? (uint64_t)nanoseconds : 0)]++;
    histogram->count++;
}

double histogram_at(const struct histogram *histogram, double share) {
    if (histogram->count == 0) {
        return 0;
    }
    uint64_t wanted = (uint64_t)ceil(share * (double)histogram->count);
    uint64_t seen = 0;
    unsigned bucket = 0;
    while (bucket < BUCKETS - 1u) {
        seen += histogram->buckets[bucket];
        if (seen >= wanted) {
            break;
        }
        bucket++;
    }
    return bucket_value(bucket) / 1e6;
}
