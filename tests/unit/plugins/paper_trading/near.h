/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_TEST_NEAR_H
#define PAPER_TRADING_TEST_NEAR_H

#include <math.h>

/* cmocka before 2.0 compares single precision only. */
#define assert_near(actual, expected, epsilon)                                                     \
    do {                                                                                           \
        double actual_ = (actual);                                                                 \
        double expected_ = (expected);                                                             \
        if (!(fabs(actual_ - expected_) <= (epsilon)))                                             \
            fail_msg("%s is %.17g, not %.17g", #actual, actual_, expected_);                       \
    } while (0)

#endif
