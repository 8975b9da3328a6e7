/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_DESK_H
#define PAPER_TRADING_DESK_H

#include "channel.h"

void desk_init(struct desk *desk, const struct options *options);

/*
 * A quote of this UTC day is about to be taken in. A later day than the desk's begins a new one:
 * "daily" figures start from what the accounts are worth now, and in another month so does the
 * month's revenue. A quote of the day before is a late one and changes nothing; one from further
 * back means that a recording began anew, and its day begins.
 */
void desk_begin_day(struct desk *desk, const struct options *options, const struct market *market,
                    int64_t day);

/* Lets a user follow a signal, at the market's price: buy opens a position, sell closes it, hold
 * and a confidence below the user's do nothing. */
struct trade desk_follow(struct desk *desk, const struct options *options,
                         const struct market *market, uint32_t user, uint32_t instrument,
                         const struct consensus *consensus);

/* Whether the user's earnings differ from those last published; the caller publishes them then. */
bool desk_take_changed(struct desk *desk, const struct market *market, uint32_t user);

#endif
