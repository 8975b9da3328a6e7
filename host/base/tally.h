/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TALLY_H
#define SENTIO_HOST_TALLY_H

#include <stdatomic.h>
#include <stdint.h>

/* A number that one thread alone changes, and any may read. To count costs what a plain addition
 * does. */
struct tally {
    atomic_uint_fast64_t value;
};

/* One of several in a row, each another thread's: in a line of the cache of its own. */
struct tally_line {
    _Alignas(64) struct tally tally;
};

static inline uint64_t tally_read(const struct tally *tally) {
    return atomic_load_explicit(&tally->value, memory_order_relaxed);
}

static inline void tally_add(struct tally *tally, uint64_t n) {
    atomic_store_explicit(&tally->value, tally_read(tally) + n, memory_order_relaxed);
}

static inline void tally_take(struct tally *tally, uint64_t n) {
    atomic_store_explicit(&tally->value, tally_read(tally) - n, memory_order_relaxed);
}

#endif
