/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_CHANNEL_H
#define PAPER_TRADING_CHANNEL_H

#include "market.h"
#include "portfolio.h"

/* A user's earnings as last published, to leave out what has not changed. */
struct published {
    bool sent;
    double equity;
    double day_equity;
    uint64_t trades;
};

/* The users' accounts, in the order of the option `users`, and what they have brought in. */
struct desk {
    struct portfolio portfolios[USERS_MAX];
    struct published published[USERS_MAX];
    bool begun;              /* `day` is set */
    int64_t day;             /* of the newest quote, as in calendar.h */
    double month_commission; /* paid by all users in the month of `day` */
    double total_commission; /* since the start, also by users that were removed */
};

/* Everything that the plugin knows; the host allocates it, close() frees what it owns. */
struct sentio_channel {
    struct options options;
    struct market market;
    struct desk desk;
    bool moved;          /* there may be earnings to publish */
    int64_t earnings_at; /* Unix milliseconds: not before then */
    int64_t admin_at;    /* Unix milliseconds */
    bool limit_logged;   /* max_symbols was exceeded */
    bool forward_logged; /* a forward was refused */
};

#endif
