/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_PROFILE_H
#define SENTIO_FEED_PROFILE_H

/* What the simulation takes for granted about a symbol. */
struct profile {
    double price;   /* where it starts, in dollars */
    double volume;  /* of an average day */
    double loading; /* correlation with the market, 0 to 1 */
};

/* Well-known symbols have roughly their values of autumn 2024; any other's follow from its name. */
struct profile profile_of(const char *symbol);

#endif
