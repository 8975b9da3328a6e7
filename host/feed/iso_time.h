/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_ISO_TIME_H
#define SENTIO_FEED_ISO_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ISO_TIME_SIZE 64
#define ISO_TIME_DAY_US INT64_C(86400000000)

/*
 * Reads ISO 8601: "2016-04-15T13:30:00Z", also with a space for the T, without seconds, with a
 * fraction, with an offset such as +02:00, without a zone (UTC), or a date alone (its midnight).
 * Years 1970 to 9999. `unix_us` is in microseconds; further digits are dropped.
 */
bool iso_time_parse(const char *text, int64_t *unix_us);

/* "2016-04-15T13:30:00.000Z"; `unix_ms` in milliseconds, years 1970 to 9999. */
void iso_time_format(char out[ISO_TIME_SIZE], int64_t unix_ms);

/* Days since 1970-01-01 in the Gregorian calendar. */
int64_t iso_time_days(int year, int month, int day);

/* The year that the day, counted from 1970-01-01, lies in. */
int iso_time_year(int64_t days);

#endif
