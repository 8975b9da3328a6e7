/* SPDX-License-Identifier: MIT */
#include "elementary.h"

#include <assert.h>
#include <math.h>

#define LN2 0.69314718055994530942
#define SQRT_HALF 0.70710678118654752440

/* x = m * 2^e with m near 1, and ln m = 2 artanh((m - 1) / (m + 1)), whose series is summed from
 * its small end. */
double elementary_log(double x) {
    assert(x > 0);
    int exponent;
    double m = frexp(x, &exponent);
    if (m < SQRT_HALF) {
        m *= 2;
        exponent--;
    }
    double s = (m - 1) / (m + 1);
    double square = s * s;
    double sum = 0;
    for (int k = 25; k >= 1; k -= 2)
        sum = sum * square + 1.0 / k;
    return 2 * s * sum + exponent * LN2;
}

/* x = k ln 2 + r with |r| <= ln 2 / 2; e^r by Taylor's series, Horner's scheme. */
double elementary_exp(double x) {
    assert(x >= -700 && x <= 700);
    double k = floor(x / LN2 + 0.5);
    double r = x - k * LN2;
    double sum = 1;
    for (int n = 18; n >= 1; n--)
        sum = 1 + sum * r / n;
    return ldexp(sum, (int)k);
}
