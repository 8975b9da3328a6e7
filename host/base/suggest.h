/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SUGGEST_H
#define SENTIO_HOST_SUGGEST_H

#include <stddef.h>

#define SUGGEST_MAX 128

/* "did you mean": the candidate nearest to a word by Damerau-Levenshtein distance (optimal string
 * alignment), without regard to the case of ASCII letters. */
struct suggest {
    const char *word;
    char best[SUGGEST_MAX]; /* the nearest candidate so far; empty: none is near enough */
    size_t distance;        /* of `best`; without one, the least distance that is too far */
};

struct suggest suggest_start(const char *word);

/* The first of equally near ones wins. Words of SUGGEST_MAX characters or more match nothing. */
void suggest_offer(struct suggest *suggest, const char *candidate);

/* The number of edits; SUGGEST_MAX when either word has SUGGEST_MAX characters or more. */
size_t suggest_distance(const char *a, const char *b);

#endif
