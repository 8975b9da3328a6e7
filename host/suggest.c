/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <stdbool.h>
#include <string.h>

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b) {
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    if (rows >= SUGGEST_MAX || columns >= SUGGEST_MAX) {
        return SUGGEST_MAX;
    }
    unsigned char table[SUGGEST_MAX][SUGGEST_MAX];
    for (size_t j = 0; j <= columns; j++) {
        table[0][j] = (unsigned char)j;
    }
    for (size_t i = 1; i <= rows; i++) {
        table[i][0] = (unsigned char)i;
        for (size_t j = 1; j <= columns; j++) {
            char x = lower(a[i - 1]);
            char y = lower(b[j - 1]);
            size_t cost = least(table[i - 1][j] + 1u, table[i][j - 1] + 1u);
            cost = least(cost, table[i - 1][j - 1] + (x == y ? 0u : 1u));
            bool swapped = i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y;
            if (swapped) {
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
    struct suggest suggest = {word, NULL, least(2 + length / 4, length)};
    return suggest;
}

void suggest_offer(struct suggest *suggest, const char *candidate) {
    size_t distance = suggest_distance(suggest->word, candidate);
    if (distance < suggest->distance && distance < SUGGEST_MAX) {
        suggest->best = candidate;
        suggest->distance = distance;
    }
}
