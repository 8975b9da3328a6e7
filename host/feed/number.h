/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_NUMBER_H
#define SENTIO_FEED_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any number's text, its NUL included. */
#define NUMBER_SIZE 48

/* Whether `text` is a JSON number (RFC 8259 section 6), finite as a double and shorter than
 * NUMBER_SIZE; such a text may be passed on as it is. */
bool number_parse(const char *text, double *value);

/* Digits after the point of a text that number_parse took; -1 when it has an exponent. */
int number_decimals(const char *text);

/* Writes `value` with so many decimals (as few as needed when negative), never as "-0". The text is
 * a JSON number for every finite value. */
void number_format(char *out, size_t size, double value, int decimals);

/* "250ms", "1.5s", "2m", "1h", or a bare number of seconds, in nanoseconds; up to 1,000 hours. */
bool duration_parse(const char *text, int64_t *nanoseconds);

#endif
