/* SPDX-License-Identifier: MIT */
#include "shadow_pairs.h"

#include <stdlib.h>
#include <string.h>

struct pair *pairs_add(struct pairs *pairs, enum call_kind kind, uint64_t id) {
    struct pair *pair = calloc(1, sizeof(*pair));
    if (pair == NULL)
        return NULL;
    pair->kind = kind;
    pair->id = id;
    if (pairs->last)
        pairs->last->next = pair;
    else
        pairs->first = pair;
    pairs->last = pair;
    for (int side = 0; side < SIDES; side++)
        if (pairs->unanswered[side] == NULL)
            pairs->unanswered[side] = pair;
    pairs->bytes += sizeof(*pair);
    return pair;
}

void pairs_pass(struct pairs *pairs, enum side side, uint64_t id) {
    struct pair *pair = pairs->unanswered[side];
    for (; pair && pair->id < id; pair = pair->next)
        pair->lost = true;
    pairs->unanswered[side] = pair;
}

struct pair *pairs_find(struct pairs *pairs, enum side side, uint64_t id) {
    pairs_pass(pairs, side, id);
    struct pair *pair = pairs->unanswered[side];
    if (pair == NULL || pair->id != id)
        return NULL;
    pairs->unanswered[side] = pair->next;
    return pair;
}

void pairs_answer(struct pairs *pairs, struct pair *pair, enum side side, char *text,
                  uint32_t micros) {
    pairs->bytes += strlen(text);
    pair->answers[side] = text;
    pair->micros[side] = micros;
}

struct pair *pairs_take(struct pairs *pairs) {
    struct pair *pair = pairs->first;
    if (pair == NULL || (!pair->lost && !(pair->answers[SIDE_OLD] && pair->answers[SIDE_NEW])))
        return NULL;
    pairs->first = pair->next;
    if (pairs->first == NULL)
        pairs->last = NULL;
    pairs->bytes -= sizeof(*pair);
    for (int side = 0; side < SIDES; side++) {
        if (pairs->unanswered[side] == pair)
            pairs->unanswered[side] = pair->next;
        pairs->bytes -= pair->answers[side] ? strlen(pair->answers[side]) : 0;
    }
    pair->next = NULL;
    return pair;
}

void pair_free(struct pair *pair) {
    free(pair->input);
    for (int side = 0; side < SIDES; side++)
        free(pair->answers[side]);
    free(pair);
}

void pairs_finish(struct pairs *pairs) {
    while (pairs->first != NULL) {
        struct pair *pair = pairs->first;
        pairs->first = pair->next;
        pair_free(pair);
    }
    *pairs = (struct pairs){0};
}
