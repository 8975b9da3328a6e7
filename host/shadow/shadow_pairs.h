/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SHADOW_PAIRS_H
#define SENTIO_HOST_SHADOW_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugin/call.h"

/*
 * Calls that two versions of a plugin get, oldest first, until both have answered. Each of the two
 * answers in the order of the calls, but may pass some over, which it then never answers.
 */

enum side { SIDE_OLD, SIDE_NEW, SIDES };

struct pair {
    struct pair *next;
    enum call_kind kind;
    bool lost;              /* one of them never answers it */
    uint64_t id;            /* rising */
    uint64_t number;        /* its place among the calls that are compared, from 1 */
    char *input;            /* texts of wire_text.h, owned; NULL: not known */
    char *answers[SIDES];   /* the same */
    uint32_t micros[SIDES]; /* that it took */
};

/* All zero: empty. */
struct pairs {
    struct pair *first;
    struct pair *last;
    struct pair *unanswered[SIDES]; /* the first that it has not answered; NULL: none */
    size_t bytes;                   /* of the pairs and their answers */
};

/* NULL: out of memory. */
struct pair *pairs_add(struct pairs *pairs, enum call_kind kind, uint64_t id);

/* The call that `side` answers now; NULL: it is none of these. */
struct pair *pairs_find(struct pairs *pairs, enum side side, uint64_t id);
/* Takes `text` over. */
void pairs_answer(struct pairs *pairs, struct pair *pair, enum side side, char *text,
                  uint32_t micros);
/* What `side` has not answered of the calls before `id`, it never will. */
void pairs_pass(struct pairs *pairs, enum side side, uint64_t id);

/* Takes the oldest out if both have answered it, or never will: pair_free(). NULL: it is not so
 * far, or there is none. */
struct pair *pairs_take(struct pairs *pairs);
void pair_free(struct pair *pair);
void pairs_finish(struct pairs *pairs);

#endif
