/* SPDX-License-Identifier: MIT */
#include "publish_keys.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

/* What a key is found by. */
struct wanted {
    struct sentio_bytes name;
    struct sentio_bytes key;
};

static bool same(struct sentio_bytes a, struct sentio_bytes b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool is_wanted(const void *value, const void *key) {
    const struct publish_key *entry = value;
    const struct wanted *wanted = key;
    return same(entry->key, wanted->key) && same(entry->name, wanted->name);
}

static uint64_t hash_of(const struct publish_keys *keys, struct sentio_bytes name,
                        struct sentio_bytes key) {
    return table_hash(&keys->table, key) + 31 * table_hash(&keys->table, name);
}

void publish_keys_init(struct publish_keys *keys) {
    memset(keys, 0, sizeof(*keys));
    table_init(&keys->table);
}

static void destroy(struct publish_key *key) {
    for (struct key_waiter *waiter = publish_key_take(key); waiter; waiter = publish_key_take(key))
        free(waiter);
    free(key);
}

void publish_keys_finish(struct publish_keys *keys) {
    for (size_t i = 0; i < keys->table.capacity; i++)
        if (keys->table.slots[i].value)
            destroy(keys->table.slots[i].value);
    table_finish(&keys->table);
    keys->oldest = NULL;
    keys->newest = NULL;
    keys->count = 0;
}

struct publish_key *publish_keys_find(const struct publish_keys *keys, struct sentio_bytes name,
                                      struct sentio_bytes key) {
    const struct wanted wanted = {name, key};
    return table_find(&keys->table, hash_of(keys, name, key), is_wanted, &wanted);
}

static struct sentio_bytes keep(char *at, struct sentio_bytes text) {
    if (text.size)
        memcpy(at, text.data, text.size);
    return sentio_bytes(at, text.size);
}

struct publish_key *publish_keys_add(struct publish_keys *keys, struct sentio_bytes name,
                                     struct sentio_bytes key, const uint8_t digest[KEY_DIGEST]) {
    struct publish_key *entry = calloc(1, sizeof(*entry) + name.size + key.size);
    if (entry == NULL)
        return NULL;
    entry->hash = hash_of(keys, name, key);
    entry->name = keep(entry->text, name);
    entry->key = keep(entry->text + name.size, key);
    memcpy(entry->digest, digest, KEY_DIGEST);
    if (table_insert(&keys->table, entry->hash, entry) != 0) {
        free(entry);
        return NULL;
    }
    return entry;
}

int publish_key_wait(struct publish_key *key, const struct publisher *publisher) {
    struct key_waiter *waiter = calloc(1, sizeof(*waiter));
    if (waiter == NULL)
        return SENTIO_NO_MEMORY;
    waiter->publisher = *publisher;
    waiter->publisher.name = sentio_text("");
    waiter->publisher.key = sentio_text("");
    if (key->last)
        key->last->next = waiter;
    else
        key->first = waiter;
    key->last = waiter;
    return 0;
}

struct key_waiter *publish_key_take(struct publish_key *key) {
    struct key_waiter *waiter = key->first;
    if (waiter == NULL)
        return NULL;
    key->first = waiter->next;
    if (key->first == NULL)
        key->last = NULL;
    return waiter;
}

void publish_keys_keep(struct publish_keys *keys, struct publish_key *key, int64_t time) {
    assert(!key->kept);
    key->kept = true;
    key->time = time;
    if (keys->newest)
        keys->newest->newer = key;
    else
        keys->oldest = key;
    keys->newest = key;
    keys->count++;
}

void publish_keys_drop(struct publish_keys *keys, struct publish_key *key) {
    assert(!key->kept && key->first == NULL);
    table_remove(&keys->table, key->hash, key);
    free(key);
}

static void forget_oldest(struct publish_keys *keys) {
    struct publish_key *key = keys->oldest;
    keys->oldest = key->newer;
    if (keys->oldest == NULL)
        keys->newest = NULL;
    keys->count--;
    table_remove(&keys->table, key->hash, key);
    destroy(key);
}

void publish_keys_trim(struct publish_keys *keys, int64_t since, size_t limit) {
    while (keys->oldest != NULL && keys->oldest->time < since)
        forget_oldest(keys);
    for (; keys->count > limit; keys->squeezed++)
        forget_oldest(keys);
}

int publish_key_digest(struct sentio_bytes body, uint8_t digest[KEY_DIGEST]) {
    bool done = EVP_Digest(body.data, body.size, digest, NULL, EVP_sha256(), NULL) == 1;
    return done ? 0 : SENTIO_NO_MEMORY;
}
