/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_RESULT_H
#define SENTIO_FEED_RESULT_H

#include <sentio/plugin.h>

/* Beside 0 and the negative codes of enum sentio_error: the feed is over and nothing is wrong. The
 * reader has gone, a signal asked for the end, or --count is reached. */
enum feed_result { FEED_ENDED = 1 };

#endif
