/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool same(const char *a, const char *b) {
    return strncasecmp(a, b, 1) == 0;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b) {
    unsigned char table[SUGGEST_MAX][SUGGEST_MAX];
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    if (rows >= SUGGEST_MAX || columns >= SUGGEST_MAX) {
        return SUGGEST_MAX;
    }
    for (size_t i = 0; i <= rows; i++) {
        for (size_t j = 0; j <= columns; j++) {
            size_t cost = i == 0 ? j : i;
            if (i > 0 && j > 0) {
                cost = least(table[i - 1][j] + 1u, table[i][j - 1] + 1u);
                cost = least(cost, table[i - 1][j - 1] + (same(&a[i - 1], &b[j - 1]) ? 0u : 1u));
            }
            if (i > 1 && j > 1 && same(&a[i - 1], &b[j - 2]) && same(&a[i - 2], &b[j - 1])) {
                cost = least(cost, table[i - 2][j - 2] + 1u);
            }
            table[i][j] = (unsigned char)cost;
        }
    }
    return table[rows][columns];
}

struct suggest suggest_start(const char *word) {
    /* A quarter of the letters, and one more, may differ; but not every letter of a short word. */
    size_t length = strlen(word);
    return (struct suggest){word, "", least(2 + length / 4, length)};
}

void suggest_offer(struct suggest *suggest, const char *candidate) {
    size_t distance = suggest_distance(suggest->word, candidate);
    if (distance < suggest->distance && distance < SUGGEST_MAX) {
        snprintf(suggest->best, sizeof(suggest->best), "%s", candidate);
        suggest->distance = distance;
    }
}
