/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_CALENDAR_H
#define PAPER_TRADING_CALENDAR_H

#include <sentio/sdk.h>

/* Days are numbered from 1970-01-01, which is 0, in UTC and the Gregorian calendar; months from
 * January of the year 0, which is 0. */

/* The UTC day of an ISO 8601 date, or date and time ("2024-10-05", "2024-10-05T10:30:00.5+02:00");
 * without an offset it is UTC. False when the text is something else. */
bool calendar_read_day(struct sentio_bytes text, int64_t *day);
/* The day of a Unix time in milliseconds. */
int64_t calendar_day(int64_t unix_ms);
/* The month that a day is in: year * 12 + month - 1. */
int64_t calendar_month(int64_t day);

#endif
