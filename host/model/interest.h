/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_INTEREST_H
#define SENTIO_HOST_INTEREST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "item.h"
#include "predicate.h"
#include "stream.h"
#include "topic.h"

/*
 * What a subscription wants, interned: equal interests of a channel are one object, found by
 * pointer in every thread. Immutable. The hub makes them; `filters[i]` is io thread i's own.
 */
struct interest {
    atomic_uint refs;
    uint64_t hash;
    struct stream *stream; /* counted */
    bool all;
    bool named;        /* messages name their channel (/ws) */
    uint32_t interval; /* ms; 0: at once */
    struct predicates predicates;
    uint32_t topic_count;
    struct topic **topics;   /* counted, sorted by address */
    struct filter **filters; /* [io] */
};

struct interest_table {
    struct table table;
    size_t sweep_at;
};

/* What an interest is looked up by. Nothing of it is taken over. */
struct interest_key {
    struct stream *stream;
    bool all;
    bool named;
    uint32_t interval;
    const struct predicates *predicates;
    struct topic *const *topics; /* sorted by address, each once */
    uint32_t topic_count;
};

void interest_table_init(struct interest_table *interests);
void interest_table_finish(struct interest_table *interests);

/* The interned interest with a reference for the caller; NULL: out of memory. Hub only. */
struct interest *interest_obtain(struct interest_table *interests, const struct interest_key *key);
struct interest *interest_ref(struct interest *interest);
void interest_unref(struct interest *interest); /* any thread; NULL is allowed */

/* Whether an item on one of its topics is wanted; the topic itself is not looked at. */
static inline bool interest_wants(const struct interest *interest, const struct item *item) {
    return interest->predicates.count == 0 || predicates_pass(&interest->predicates, item);
}

#endif
