/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_INTERVAL_H
#define SENTIO_HOST_INTERVAL_H

#include "fanout.h"

/*
 * Filters with an interval: their items wait for the interval's clock, the newest of each key, and
 * then go out as one message. Filters with the same interval share one clock.
 */

enum { INTERVAL_STEP = 100 }; /* ms; intervals are rounded up to it */

/* Gives a filter whose interest has an interval its clock. */
int interval_attach(struct fanout *fanout, struct filter *filter);
/* Takes it away, with what is pending. */
void interval_detach(struct fanout *fanout, struct filter *filter);
/* Closes all clocks; no filter has one any more. */
void interval_finish(struct fanout *fanout);

/* Holds back an item, whose message would carry the offset `last`. */
int interval_hold(struct filter *filter, struct item *item, uint64_t last);

/* Sends the member now what its filter holds back: it is about to leave it for another. */
void interval_release(struct fanout *fanout, struct member *member);

#endif
