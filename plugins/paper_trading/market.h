/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_MARKET_H
#define PAPER_TRADING_MARKET_H

#include "options.h"

#define SYMBOL_MAX 32
#define STAMP_MAX 40

/* One symbol, and what is known of it. */
struct instrument {
    char symbol[SYMBOL_MAX + 1];
    char stamp[STAMP_MAX + 1]; /* the newest sample's timestamp as it came; "": it had none */
    int32_t signal;            /* enum direction */
    struct series series;
};

/* The symbols in the order in which they appeared; an index stays good for the channel's life. */
struct market {
    struct instrument *instruments; /* owned */
    double *prices;                 /* owned; the newest price of each */
    uint32_t count;
    uint32_t capacity;
    uint64_t seed;            /* of the hash, so that nobody can choose symbols that collide */
    uint32_t slots[2 * 8192]; /* open addressing: index + 1, 0 is free */
};

/* `market` is zeroed memory. */
void market_init(struct market *market, uint64_t seed);
void market_finish(struct market *market);

/* SENTIO_NOT_FOUND. */
int market_find(const struct market *market, struct sentio_bytes symbol, uint32_t *index);
/* Adds a symbol that is not there yet. SENTIO_TOO_BIG when there are `limit` (at most SYMBOLS_MAX)
 * already, SENTIO_NO_MEMORY. */
int market_add(struct market *market, struct sentio_bytes symbol, uint32_t limit,
               const struct strategy_settings *settings, uint32_t *index);

/* A new sample; `stamp` is at most STAMP_MAX bytes. False when it is none: a quote that carries a
 * timestamp, the same as the symbol's last, and the same price. */
bool market_sample(struct market *market, uint32_t index, const struct strategy_settings *settings,
                   double price, struct sentio_bytes stamp);

#endif
