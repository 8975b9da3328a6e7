/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_QUOTE_H
#define PAPER_TRADING_QUOTE_H

#include "market.h"

/* What the strategies need of an item of market-data. */
struct quote {
    struct sentio_bytes symbol; /* upper case, in `upper` */
    double price;               /* above 0, at most 1e9 */
    struct sentio_bytes stamp;  /* empty: none, or not a text of at most STAMP_MAX bytes */
    int64_t day;                /* UTC day of the timestamp; that of `now` when it has no date */
    char upper[SYMBOL_MAX];
    char buffer[STAMP_MAX];
};

/* The spans point into the item and into `quote`, which is not to be copied. SENTIO_INVALID when
 * the item is no quote: any channel may be observed, with whatever items. */
int quote_read(struct quote *quote, const struct sentio_item *item, int64_t now);

#endif
