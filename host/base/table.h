/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TABLE_H
#define SENTIO_HOST_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

/*
 * A hash table of pointers that belong to somebody else: open addressing, linear probing, at most
 * three quarters full. Not bound to a thread; one thread at a time.
 */
struct table_slot {
    void *value; /* NULL: free */
    uint64_t hash;
};

struct table {
    uint64_t key[2]; /* of the hash; zero unless table_init drew one */
    struct table_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

typedef bool table_equal(const void *value, const void *key);

/* Draws a random key, for a table whose keys come from outside: nobody can choose collisions then.
 * A zeroed table is good for keys that nobody chooses. */
void table_init(struct table *table);

/* SipHash-2-4 with the table's key. */
uint64_t table_hash(const struct table *table, struct sentio_bytes bytes);
uint64_t table_hash_number(uint64_t number);

void table_finish(struct table *table);
/* Takes everything out, and keeps the room. */
void table_clear(struct table *table);
void *table_find(const struct table *table, uint64_t hash, table_equal *equal, const void *key);
/* The value must not be in the table yet. SENTIO_NO_MEMORY. */
int table_insert(struct table *table, uint64_t hash, void *value);
/* Takes out this very pointer; nothing happens if it is not there. */
void table_remove(struct table *table, uint64_t hash, const void *value);

#endif
