/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_PROBLEM_H
#define SENTIO_FEED_PROBLEM_H

/* What is wrong with some input and what to do about it, in one printable line. */
struct problem {
    char text[240];
};

/* Sets the text, cut off where it is too long, control and non-ASCII bytes replaced by '?'. Returns
 * SENTIO_INVALID, so that a check can end with it. */
int problem_set(struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
