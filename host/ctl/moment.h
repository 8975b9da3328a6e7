/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_MOMENT_H
#define SENTIO_CTL_MOMENT_H

#include <stdint.h>

/* Times as people read them. */

enum { MOMENT_SIZE = 64 };

/* "3 d 4 h", "4 h 12 min", "12 min 5 s", "5 s"; the answer is `space`. */
const char *moment_span(int64_t seconds, char space[MOMENT_SIZE]);

/* "2026-11-23 05:42:38 CET", in the local time zone, of "2026-11-23T04:42:38.323Z"; the text itself
 * when it is none. */
const char *moment_local(const char *utc, char space[MOMENT_SIZE]);

#endif
