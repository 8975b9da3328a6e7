/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PUBLISH_KEYS_H
#define SENTIO_HOST_PUBLISH_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "model/asker.h"

/*
 * The idempotency keys that were given with a channel's publishes, each of one publisher. A key is
 * pending until its publish is answered; then it is kept with the answer, for as long and as many
 * as the owner says, or taken out. One thread at a time.
 */

enum { KEY_DIGEST = 32 /* of the body, by SHA-256 */ };

/* A publisher that waits for what another with the same key is answered. */
struct key_waiter {
    struct key_waiter *next;
    struct publisher publisher; /* without its name */
};

struct publish_key {
    struct publish_key *newer; /* of the kept ones */
    uint64_t hash;
    int64_t time;    /* Unix ms at which it was answered */
    uint64_t offset; /* the answer's */
    uint32_t accepted;
    bool kept; /* else it is pending */
    uint8_t digest[KEY_DIGEST];
    struct key_waiter *first; /* in the order in which they came */
    struct key_waiter *last;
    struct sentio_bytes name; /* the publisher's */
    struct sentio_bytes key;
    char text[];
};

struct publish_keys {
    struct table table;
    struct publish_key *oldest; /* kept */
    struct publish_key *newest;
    size_t count;      /* kept */
    uint64_t squeezed; /* taken out before their time, because there were too many */
};

void publish_keys_init(struct publish_keys *keys);
void publish_keys_finish(struct publish_keys *keys);

struct publish_key *publish_keys_find(const struct publish_keys *keys, struct sentio_bytes name,
                                      struct sentio_bytes key);
/* A pending one, which must not be there. NULL: out of memory. */
struct publish_key *publish_keys_add(struct publish_keys *keys, struct sentio_bytes name,
                                     struct sentio_bytes key, const uint8_t digest[KEY_DIGEST]);
/* Copies the publisher. SENTIO_NO_MEMORY. */
int publish_key_wait(struct publish_key *key, const struct publisher *publisher);
/* The first that waits, which the caller frees; NULL: nobody. */
struct key_waiter *publish_key_take(struct publish_key *key);

/* It was answered at `time` and is no longer pending. */
void publish_keys_keep(struct publish_keys *keys, struct publish_key *key, int64_t time);
/* Takes out a pending one, for which nobody waits. */
void publish_keys_drop(struct publish_keys *keys, struct publish_key *key);
/* Takes out those that were answered before `since`, and the oldest beyond `limit`. */
void publish_keys_trim(struct publish_keys *keys, int64_t since, size_t limit);

/* SENTIO_NO_MEMORY. */
int publish_key_digest(struct sentio_bytes body, uint8_t digest[KEY_DIGEST]);

#endif
