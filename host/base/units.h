/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_UNITS_H
#define SENTIO_HOST_UNITS_H

#include <stdint.h>

/* Plain counts, durations ("250ms" "5s" "2m" "1h" "1d") in milliseconds and sizes ("512B" "64KiB"
 * "1MiB" "1GiB" "1TiB") in bytes: decimal digits and a unit, nothing between, before or after; "0"
 * needs no unit. */
enum units { UNITS_COUNT, UNITS_DURATION, UNITS_SIZE };

#define UNITS_TEXT 32

/* 0, or SENTIO_INVALID when the text is none or does not fit an int64_t. */
int units_parse(enum units units, const char *text, int64_t *value);
int units_duration(const char *text, int64_t *milliseconds);

/* In the largest unit that divides it; the answer is `buffer`. */
const char *units_text(enum units units, int64_t value, char buffer[UNITS_TEXT]);

#endif
