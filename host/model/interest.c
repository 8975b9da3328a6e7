/* SPDX-License-Identifier: MIT */
#include "interest.h"

#include <stdlib.h>
#include <string.h>

enum { SWEEP_MIN = 1024 };

void interest_table_init(struct interest_table *interests) {
    table_init(&interests->table);
    interests->sweep_at = SWEEP_MIN;
}

void interest_table_finish(struct interest_table *interests) {
    for (size_t i = 0; i < interests->table.capacity; i++)
        interest_unref(interests->table.slots[i].value);
    table_finish(&interests->table);
}

static bool same_predicates(const struct predicates *a, const struct predicates *b) {
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct predicate *x = &a->list[i];
        const struct predicate *y = &b->list[i];
        if (x->filter != y->filter || x->number != y->number || x->count != y->count)
            return false;
        for (uint32_t n = 0; n < x->count; n++)
            if (!sentio_equal(x->texts[n], y->texts[n]))
                return false;
    }
    return true;
}

static bool has_key(const void *value, const void *wanted) {
    const struct interest *interest = value;
    const struct interest_key *key = wanted;
    return interest->stream == key->stream && interest->all == key->all &&
           interest->named == key->named && interest->interval == key->interval &&
           interest->topic_count == key->topic_count &&
           (key->topic_count == 0 || memcmp(interest->topics, key->topics,
                                            key->topic_count * sizeof(key->topics[0])) == 0) &&
           same_predicates(&interest->predicates, key->predicates);
}

static uint64_t mix(uint64_t hash, uint64_t number) {
    return table_hash_number(hash ^ (number + 0x9e3779b97f4a7c15u));
}

/* Topics by their random hashes, texts with the table's key: nobody can choose interests that
 * collide. */
static uint64_t key_hash(const struct interest_table *interests, const struct interest_key *key) {
    uint64_t hash = mix((uintptr_t)key->stream, key->interval);
    hash = mix(hash, (uint64_t)key->all * 2 + key->named);
    for (uint32_t i = 0; i < key->topic_count; i++)
        hash = mix(hash, key->topics[i]->hash);
    for (uint32_t i = 0; i < key->predicates->count; i++) {
        const struct predicate *predicate = &key->predicates->list[i];
        uint64_t bits;
        memcpy(&bits, &predicate->number, sizeof(bits));
        hash = mix(hash, bits ^ predicate->filter);
        for (uint32_t n = 0; n < predicate->count; n++)
            hash = mix(hash, table_hash(&interests->table, predicate->texts[n]));
    }
    return hash;
}

static struct interest *create(const struct interest_key *key, uint64_t hash) {
    struct interest *interest = calloc(1, sizeof(*interest));
    if (interest == NULL)
        return NULL;
    atomic_init(&interest->refs, 1);
    interest->hash = hash;
    interest->stream = stream_ref(key->stream);
    interest->all = key->all;
    interest->named = key->named;
    interest->interval = key->interval;
    interest->filters = calloc(key->stream->io_count, sizeof(struct filter *));
    interest->topics = malloc(key->topic_count ? key->topic_count * sizeof(struct topic *) : 1);
    if (!interest->filters || !interest->topics ||
        predicates_copy(&interest->predicates, key->predicates) != 0) {
        interest_unref(interest);
        return NULL;
    }
    for (uint32_t i = 0; i < key->topic_count; i++)
        interest->topics[i] = topic_ref(key->topics[i]);
    interest->topic_count = key->topic_count;
    return interest;
}

/* As with topics: what only the table refers to can be let go. */
static void sweep(struct interest_table *interests) {
    struct interest **unused = malloc(interests->table.count * sizeof(struct interest *));
    size_t count = 0;
    if (unused == NULL)
        return;
    for (size_t i = 0; i < interests->table.capacity; i++) {
        struct interest *interest = interests->table.slots[i].value;
        if (interest && atomic_load_explicit(&interest->refs, memory_order_acquire) == 1)
            unused[count++] = interest;
    }
    for (size_t i = 0; i < count; i++) {
        table_remove(&interests->table, unused[i]->hash, unused[i]);
        interest_unref(unused[i]);
    }
    free(unused);
    size_t twice = interests->table.count * 2;
    interests->sweep_at = twice < SWEEP_MIN ? SWEEP_MIN : twice;
}

struct interest *interest_obtain(struct interest_table *interests, const struct interest_key *key) {
    uint64_t hash = key_hash(interests, key);
    struct interest *interest = table_find(&interests->table, hash, has_key, key);
    if (interest != NULL)
        return interest_ref(interest);
    if (interests->table.count >= interests->sweep_at)
        sweep(interests);
    interest = create(key, hash);
    if (interest == NULL)
        return NULL;
    if (table_insert(&interests->table, hash, interest) != 0) {
        interest_unref(interest);
        return NULL;
    }
    return interest_ref(interest);
}

struct interest *interest_ref(struct interest *interest) {
    atomic_fetch_add_explicit(&interest->refs, 1, memory_order_relaxed);
    return interest;
}

void interest_unref(struct interest *interest) {
    if (interest == NULL)
        return;
    if (atomic_fetch_sub_explicit(&interest->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < interest->topic_count; i++)
        topic_unref(interest->topics[i]);
    free(interest->topics);
    free(interest->filters);
    predicates_finish(&interest->predicates);
    stream_unref(interest->stream);
    free(interest);
}
