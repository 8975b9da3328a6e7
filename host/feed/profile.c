/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const struct {
    const char *symbol;
    struct profile profile;
} known[] = {
    {"AAPL", {226.80, 48e6, 0.75}},   {"GOOGL", {167.10, 24e6, 0.70}},
    {"MSFT", {416.10, 19e6, 0.78}},   {"TSLA", {250.10, 85e6, 0.55}},
    {"AMZN", {186.50, 36e6, 0.70}},   {"NVDA", {124.90, 270e6, 0.68}},
    {"META", {595.90, 12e6, 0.66}},   {"SPY", {572.98, 50e6, 0.97}},
    {"QQQ", {487.30, 34e6, 0.95}},    {"AMD", {170.90, 42e6, 0.62}},
    {"NFLX", {719.70, 3.2e6, 0.55}},  {"INTC", {22.60, 65e6, 0.52}},
    {"JPM", {211.20, 9e6, 0.62}},     {"V", {277.90, 6.5e6, 0.60}},
    {"DIS", {94.50, 9.5e6, 0.55}},    {"BA", {155.00, 9e6, 0.50}},
    {"KO", {70.70, 13e6, 0.35}},      {"WMT", {80.40, 15e6, 0.40}},
    {"BTC-USD", {62100, 28e3, 0.40}}, {"ETH-USD", {2415, 280e3, 0.38}},
};

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t hash_of(const char *text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++) {
        hash ^= (unsigned char)*text;
        hash *= UINT64_C(0x100000001b3);
    }
    return hash;
}

/* `low` to `high` by 20 bits of the hash. */
static double spread_over(uint64_t bits, double low, double high) {
    return low + (high - low) * (double)(bits & 0xfffff) / 0x100000;
}

struct profile profile_of(const char *symbol) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(symbol, known[i].symbol) == 0)
            return known[i].profile;
    }
    uint64_t hash = hash_of(symbol);
    return (struct profile){.price = spread_over(hash, 10, 510),
                            .volume = floor(spread_over(hash >> 20, 0.5e6, 20e6)),
                            .loading = spread_over(hash >> 40, 0.4, 0.8)};
}
