/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_OPTIONS_H
#define PAPER_TRADING_OPTIONS_H

#include <sentio/sdk.h>

#include "strategy.h"

#define USERS_MAX 50
#define USER_ID_MAX 64
#define SYMBOLS_MAX 5000

/* The channel's `options` group. Plain data without pointers, so it may be copied. */
struct options {
    struct strategy_settings strategy;
    double cash;                /* each user's at the start */
    double commission_bps;      /* of a trade's value, in hundredths of a percent */
    uint32_t earnings_interval; /* milliseconds */
    uint32_t admin_interval;    /* milliseconds */
    uint32_t max_symbols;
    uint32_t user_count;
    char users[USERS_MAX][USER_ID_MAX + 1];
};

/* Reads `config` (a JSON object) over the defaults. SENTIO_INVALID: logged as an error that names
 * the option, what it is and what it may be. */
int options_read(struct options *options, struct sentio_call *call, struct sentio_bytes config);

#endif
