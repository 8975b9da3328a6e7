/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_PORTFOLIO_H
#define PAPER_TRADING_PORTFOLIO_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One user's paper account: cash and whole shares, no shorting, no borrowing. A purchase opens a
 * position and a sale closes the whole of it, so a position has one price of entry. `prices` is
 * the market's newest price of each instrument, by index.
 */

#define POSITIONS_MAX 64
#define SHARES_MAX 1000000000

/* How much a user dares. */
struct appetite {
    const char *name;
    double min_confidence; /* signals below are passed over */
    double fraction;       /* of the equity, for one position */
};

struct position {
    uint32_t instrument;
    int64_t quantity;  /* above 0 */
    double average;    /* price a share, without commission */
    double commission; /* paid for the purchase */
};

struct trade {
    int64_t quantity; /* 0: there was none */
    double price;
    double commission;
};

struct portfolio {
    double initial;    /* cash at the start */
    double cash;       /* never below 0 */
    double day_equity; /* at the start of the UTC day */
    double commission; /* paid in all */
    uint64_t trades;   /* purchases and sales */
    uint64_t day_trades;
    uint64_t closed; /* sales */
    uint64_t won;    /* sales that brought more than purchase and both commissions had cost */
    uint32_t position_count;
    struct position positions[POSITIONS_MAX]; /* in the order of purchase */
};

/* The n-th user's, from 0: cautious, balanced and bold in turn. */
const struct appetite *appetite_of(uint32_t user);

void portfolio_init(struct portfolio *portfolio, double cash);

/* NULL when there is none. */
const struct position *portfolio_position(const struct portfolio *portfolio, uint32_t instrument);
/* Cash and what the positions are worth. */
double portfolio_equity(const struct portfolio *portfolio, const double *prices);
/* Over closed trades; 0 when there are none. */
double portfolio_win_rate(const struct portfolio *portfolio);
void portfolio_begin_day(struct portfolio *portfolio, const double *prices);

/* Buys for `fraction` of the equity, as far as the cash goes, commission (`rate`: of the trade's
 * value) included; nothing when the instrument is already held, POSITIONS_MAX are, or not one share
 * can be paid. */
struct trade portfolio_buy(struct portfolio *portfolio, uint32_t instrument, double fraction,
                           double rate, const double *prices);
/* Sells all shares of the instrument. */
struct trade portfolio_sell(struct portfolio *portfolio, uint32_t instrument, double rate,
                            const double *prices);

#endif
