/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_UNITS_H
#define SENTIO_HOST_UNITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Durations ("250ms" "5s" "2m" "1h" "1d") in milliseconds and sizes ("512B" "64KiB" "1MiB" "1GiB"
 * "1TiB") in bytes: decimal digits and a unit, nothing between, before or after; "0" needs no unit.
 */

/* 0, or SENTIO_INVALID when the text is none or does not fit an int64_t. */
int units_duration(const char *text, int64_t *milliseconds);
int units_size(const char *text, int64_t *bytes);

#define UNITS_TEXT 32

/* In the largest unit that divides it. `value` is at least 0; the answer is `buffer`. */
const char *units_duration_text(int64_t value, char buffer[UNITS_TEXT]);
const char *units_size_text(int64_t value, char buffer[UNITS_TEXT]);

#endif
