/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void table_init(struct table *table) {
    memset(table, 0, sizeof(*table));
    if (getrandom(table->key, sizeof(table->key), 0) != (ssize_t)sizeof(table->key))
        abort();
}

static uint64_t rotate(uint64_t x, int bits) {
    return (x << bits) | (x >> (64 - bits));
}

static void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32) + v[3];
    v[2] += v[1];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static uint64_t load(const char *data, size_t size) {
    uint64_t word = 0;
    memcpy(&word, data, size);
    return word;
}

uint64_t table_hash(const struct table *table, struct sentio_bytes bytes) {
    uint64_t v[4] = {table->key[0] ^ 0x736f6d6570736575u, table->key[1] ^ 0x646f72616e646f6du,
                     table->key[0] ^ 0x6c7967656e657261u, table->key[1] ^ 0x7465646279746573u};
    size_t whole = bytes.size & ~(size_t)7;
    for (size_t at = 0; at < whole; at += 8) {
        uint64_t word = load(bytes.data + at, 8);
        v[3] ^= word;
        sip_round(v);
        sip_round(v);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)bytes.size << 56;
    if (bytes.size > whole)
        last |= load(bytes.data + whole, bytes.size - whole);
    v[3] ^= last;
    sip_round(v);
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t table_hash_number(uint64_t number) {
    number ^= number >> 33;
    number *= 0xff51afd7ed558ccdu;
    number ^= number >> 33;
    number *= 0xc4ceb9fe1a85ec53u;
    return number ^ (number >> 33);
}

void table_finish(struct table *table) {
    free(table->slots);
    memset(table, 0, sizeof(*table));
}

void table_clear(struct table *table) {
    for (size_t i = 0; i < table->capacity; i++)
        table->slots[i].value = NULL;
    table->count = 0;
}

void *table_find(const struct table *table, uint64_t hash, table_equal *equal, const void *key) {
    if (table->count == 0)
        return NULL;
    size_t mask = table->capacity - 1;
    for (size_t at = hash & mask; table->slots[at].value != NULL; at = (at + 1) & mask)
        if (table->slots[at].hash == hash && equal(table->slots[at].value, key))
            return table->slots[at].value;
    return NULL;
}

static void put(struct table_slot *slots, size_t capacity, struct table_slot slot) {
    size_t mask = capacity - 1;
    size_t at = slot.hash & mask;
    while (slots[at].value != NULL)
        at = (at + 1) & mask;
    slots[at] = slot;
}

static int resize(struct table *table, size_t capacity) {
    struct table_slot *slots = calloc(capacity, sizeof(*slots));
    if (slots == NULL)
        return SENTIO_NO_MEMORY;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->slots[i].value != NULL)
            put(slots, capacity, table->slots[i]);
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return 0;
}

int table_insert(struct table *table, uint64_t hash, void *value) {
    if ((table->count + 1) * 4 > table->capacity * 3) {
        int error = resize(table, table->capacity ? table->capacity * 2 : 4);
        if (error)
            return error;
    }
    put(table->slots, table->capacity, (struct table_slot){value, hash});
    table->count++;
    return 0;
}

/* Backward-shift deletion: what probed past the hole moves up, so there are no tombstones. */
static void close_gap(struct table *table, size_t hole) {
    size_t mask = table->capacity - 1;
    for (size_t at = (hole + 1) & mask; table->slots[at].value != NULL; at = (at + 1) & mask) {
        size_t home = table->slots[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        table->slots[hole] = table->slots[at];
        hole = at;
    }
    table->slots[hole].value = NULL;
}

void table_remove(struct table *table, uint64_t hash, const void *value) {
    if (table->count == 0)
        return;
    size_t mask = table->capacity - 1;
    size_t at = hash & mask;
    while (table->slots[at].value != NULL && table->slots[at].value != value)
        at = (at + 1) & mask;
    if (table->slots[at].value == NULL)
        return;
    close_gap(table, at);
    table->count--;
    if (table->capacity > 64 && table->count * 8 < table->capacity)
        resize(table, table->capacity / 2);
}
