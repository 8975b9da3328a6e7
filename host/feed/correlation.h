/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_CORRELATION_H
#define SENTIO_FEED_CORRELATION_H

#include <stddef.h>

/* Matrices are n by n, row after row. */

/* The correlations of returns that share one market factor: of two symbols, the product of their
 * loadings (each below 1 in size); of a symbol with itself, 1. */
void correlation_of_loadings(const double *loadings, size_t n, double *matrix);

/* The lower triangle L with L L' = matrix, in place; the upper one is zeroed. SENTIO_INVALID: the
 * matrix is not positive definite. */
int correlation_factor(double *matrix, size_t n);

/* out = L in: independent standard normal deviates become correlated ones. */
void correlation_apply(const double *factor, size_t n, const double *in, double *out);

#endif
