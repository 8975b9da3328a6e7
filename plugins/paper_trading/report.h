/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_REPORT_H
#define PAPER_TRADING_REPORT_H

#include "channel.h"

/*
 * The JSON of what is published. Confidence, strengths and rates have 4 places, money 2, prices up
 * to 8.
 */

enum admin_kind {
    ADMIN_USERS,
    ADMIN_SUBSCRIBERS,
    ADMIN_REVENUE,
    ADMIN_USER_ANALYTICS,
    ADMIN_KIND_COUNT
};

/* An item of trade-signals. `now` stands in for a quote's missing timestamp, here and below. */
void report_signal(struct sentio_writer *writer, const struct instrument *instrument,
                   const struct vote votes[STRATEGY_COUNT], const struct consensus *consensus,
                   double price, int64_t now);
/* The body for notifications. */
void report_trade(struct sentio_writer *writer, const char *user,
                  const struct instrument *instrument, int32_t direction, const struct trade *trade,
                  int64_t now);
/* The body for earnings. */
void report_earnings(struct sentio_writer *writer, const struct sentio_channel *channel,
                     uint32_t user);
/* The body for admin. All figures are of the paper accounts. */
void report_admin(struct sentio_writer *writer, const struct sentio_channel *channel,
                  enum admin_kind kind);

/* `,"name":value`: members that are not an object's first. */
void report_number(struct sentio_writer *writer, const char *name, double value, int places);
void report_count(struct sentio_writer *writer, const char *name, uint64_t value);

#endif
