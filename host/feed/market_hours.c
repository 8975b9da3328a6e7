/* SPDX-License-Identifier: MIT */
#include "market_hours.h"

#include "iso_time.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define OPEN_SECONDS (9.5 * 3600)
#define CLOSE_SECONDS (16.0 * 3600)
#define DAY_SECONDS (24.0 * 3600)
#define THIN_SHARE 0.05 /* of the day's volume, outside the hours */

/* The n-th Sunday, from 1, of a month. 1970-01-01 was a Thursday: day 3 was a Sunday. */
static int64_t sunday(int year, int month, int n) {
    int64_t first = iso_time_days(year, month, 1);
    int64_t to_sunday = (7 - (first - 3) % 7) % 7;
    return first + to_sunday + 7 * (n - 1);
}

/* From 02:00 EST on March's second Sunday to 02:00 EDT on November's first. */
static int64_t offset_ms(int64_t unix_ms) {
    int year = iso_time_year(unix_ms / DAY_MS);
    int64_t begin = sunday(year, 3, 2) * DAY_MS + 7 * HOUR_MS;
    int64_t end = sunday(year, 11, 1) * DAY_MS + 6 * HOUR_MS;
    return (unix_ms >= begin && unix_ms < end ? -4 : -5) * HOUR_MS;
}

struct market_time market_time_of(int64_t unix_ms) {
    /* One day more and one less: nothing is negative, so division rounds down. */
    int64_t local = unix_ms + offset_ms(unix_ms) + DAY_MS;
    return (struct market_time){.date = local / DAY_MS - 1,
                                .seconds = (double)(local % DAY_MS) / 1000};
}

/* The integral from 0 to x of 0.5 + 1.5 (2x - 1)^2, which is 1 over [0, 1]: four times as much is
 * traded at the open and the close as at midday. */
static double u_shape_by(double x) {
    double centred = 2 * x - 1;
    return 0.5 * x + 0.25 * (centred * centred * centred + 1);
}

double market_volume_by(double seconds) {
    double hours = CLOSE_SECONDS - OPEN_SECONDS;
    double inside = seconds - OPEN_SECONDS;
    if (inside < 0)
        inside = 0;
    if (inside > hours)
        inside = hours;
    double outside = seconds < OPEN_SECONDS ? seconds : seconds - inside;
    return (1 - THIN_SHARE) * u_shape_by(inside / hours) +
           THIN_SHARE * outside / (DAY_SECONDS - hours);
}
