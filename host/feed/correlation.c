/* SPDX-License-Identifier: MIT */
#include "correlation.h"

#include <math.h>

#include "result.h"

void correlation_of_loadings(const double *loadings, size_t n, double *matrix) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            matrix[i * n + j] = i == j ? 1 : loadings[i] * loadings[j];
    }
}

/* Cholesky-Banachiewicz: row after row, from the left. */
int correlation_factor(double *matrix, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n;
        for (size_t j = 0; j <= i; j++) {
            const double *above = matrix + j * n;
            double sum = row[j];
            for (size_t k = 0; k < j; k++)
                sum -= row[k] * above[k];
            if (i == j && !(sum > 0))
                return SENTIO_INVALID;
            row[j] = i == j ? sqrt(sum) : sum / above[j];
        }
        for (size_t j = i + 1; j < n; j++)
            row[j] = 0;
    }
    return 0;
}

void correlation_apply(const double *factor, size_t n, const double *in, double *out) {
    for (size_t i = 0; i < n; i++) {
        out[i] = 0;
        for (size_t j = 0; j <= i; j++)
            out[i] += factor[i * n + j] * in[j];
    }
}
