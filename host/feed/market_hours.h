/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_MARKET_HOURS_H
#define SENTIO_FEED_MARKET_HOURS_H

#include <stdint.h>

/* A moment on New York's clocks. */
struct market_time {
    int64_t date;   /* days since 1970-01-01 */
    double seconds; /* since midnight */
};

/* By the daylight saving rule in force since 2007 (Energy Policy Act of 2005, section 110), which
 * is built in so that no time zone database can change what a seed gives. */
struct market_time market_time_of(int64_t unix_ms);

/* The share of a day's volume, 0 to 1, that has been traded by that time: U-shaped between 09:30
 * and 16:00, thin and even around it. Every day is alike, so that there is always something. */
double market_volume_by(double seconds);

#endif
