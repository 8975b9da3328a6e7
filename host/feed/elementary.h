/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_ELEMENTARY_H
#define SENTIO_FEED_ELEMENTARY_H

/*
 * Logarithm and exponential from exactly rounded operations (IEEE 754 + - * /) in a fixed order: a
 * C library's own may differ in the last bit from another's, and a seed would then not give the
 * same bytes everywhere. Correct to a few units in the last place.
 */

/* Natural logarithm of a positive, finite number. */
double elementary_log(double x);

/* e^x for -700 <= x <= 700. */
double elementary_exp(double x);

#endif
