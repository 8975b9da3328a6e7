/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_DAYS_H
#define SENTIO_FEED_DAYS_H

#include "row.h"

/* What each symbol's bars amount to within a trading day, which is a UTC date. */
struct days;

struct days *days_create(void);
void days_destroy(struct days *days);

/* Forgets everything. */
void days_clear(struct days *days);

/* Turns a bar into a quote: high, low and volume become the day's so far, and prev_close the last
 * close of the day before, if there was one. The row's texts live until the symbol's next bar.
 * SENTIO_NO_MEMORY. */
int days_apply(struct days *days, struct row *row);

#endif
