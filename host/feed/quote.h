/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_QUOTE_H
#define SENTIO_FEED_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "profile.h"
#include "publisher.h"

/* A simulated symbol. Money is in cents, but for `exact`. */
struct quote {
    double exact; /* the price in dollars, not rounded */
    int64_t price;
    int64_t bid;
    int64_t ask;
    int64_t high;
    int64_t low;
    int64_t prev_close;
    double volume;       /* of the day so far */
    double daily_volume; /* of an average day */
    bool traded;         /* since the day began: high and low are set */
};

/* The day is under way: `share` of its volume has been traded, and the price is where the day
 * before ended. */
void quote_init(struct quote *quote, const struct profile *profile, double share);

/* The last price becomes the previous close. */
void quote_begin_day(struct quote *quote);

/* Adds a share of an average day's volume. */
void quote_trade(struct quote *quote, double share);

/* Rounds the exact price to a bid and an ask around it, one of which is the price traded; `chance`
 * (random bits) says which, and how wide the spread is. */
void quote_price(struct quote *quote, uint64_t chance);

void quote_add(const struct quote *quote, const char *symbol, const char *timestamp,
               struct publisher *publisher);

#endif
