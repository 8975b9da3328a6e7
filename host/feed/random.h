/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_RANDOM_H
#define SENTIO_FEED_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* xoshiro256** 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018),
 * its state filled in by splitmix64 from the seed. Not for secrets. */
struct random {
    uint64_t state[4];
    double spare; /* normal deviates come in pairs */
    bool has_spare;
};

void random_init(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);
/* Uniform in [0, 1), a multiple of 2^-53. */
double random_uniform(struct random *random);
/* Standard normal, by the polar form of the Box-Muller transform. */
double random_normal(struct random *random);

#endif
