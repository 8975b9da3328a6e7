/* SPDX-License-Identifier: MIT */
#include "pending.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "model/topic.h"

enum { CAPACITY_START = 8 };

struct place_key {
    const struct pending *pending;
    const struct item *item;
};

struct pending *pending_create(bool keyed) {
    struct pending *pending = calloc(1, sizeof(*pending));
    if (pending != NULL)
        pending->keyed = keyed;
    return pending;
}

void pending_destroy(struct pending *pending) {
    if (pending == NULL)
        return;
    for (uint32_t i = pending->start; i < pending->end; i++)
        item_unref(pending->items[i]);
    free(pending->items);
    table_finish(&pending->places);
    free(pending);
}

static bool same_key(const void *value, const void *wanted) {
    const struct place_key *key = wanted;
    const struct item *held = key->pending->items[(uintptr_t)value - 1];
    return held->topic == key->item->topic && sentio_equal(held->key, key->item->key);
}

static uint64_t key_hash(const struct pending *pending, const struct item *item) {
    if (item->key.data == item->topic_name.data)
        return item->topic->hash;
    return item->topic->hash ^ table_hash(&pending->places, item->key);
}

static void *place_of(uint32_t index) {
    return (void *)((uintptr_t)index + 1);
}

/* Moves the items to the array's beginning, without the gaps. */
int pending_pack(struct pending *pending) {
    uint32_t to = 0;
    if (pending->start == 0 && pending->end == pending->count)
        return 0;
    for (uint32_t i = pending->start; i < pending->end; i++)
        if (pending->items[i] != NULL)
            pending->items[to++] = pending->items[i];
    pending->start = 0;
    pending->end = to;
    if (!pending->keyed)
        return 0;
    table_clear(&pending->places);
    for (uint32_t i = 0; i < to; i++)
        if (table_insert(&pending->places, key_hash(pending, pending->items[i]), place_of(i)) != 0)
            return SENTIO_NO_MEMORY;
    return 0;
}

/* Room for one more: an array with a quarter in gaps is packed, else it grows. */
static int reserve(struct pending *pending) {
    if (pending->end < pending->capacity)
        return 0;
    if (pending->capacity > 0 && pending->count <= pending->capacity / 4 * 3)
        return pending_pack(pending);
    uint32_t capacity = pending->capacity ? pending->capacity * 2 : CAPACITY_START;
    struct item **items = realloc(pending->items, capacity * sizeof(*items));
    if (items == NULL)
        return SENTIO_NO_MEMORY;
    pending->items = items;
    pending->capacity = capacity;
    return 0;
}

static void remove_at(struct pending *pending, uint32_t index) {
    struct item *item = pending->items[index];
    if (pending->keyed)
        table_remove(&pending->places, key_hash(pending, item), place_of(index));
    pending->size -= item->json.size;
    pending->items[index] = NULL;
    pending->count--;
    item_unref(item);
}

static void replace_key(struct pending *pending, const struct item *item, uint64_t hash) {
    struct place_key key = {pending, item};
    void *place = table_find(&pending->places, hash, same_key, &key);
    if (place == NULL)
        return;
    remove_at(pending, (uint32_t)((uintptr_t)place - 1));
    pending->merged++;
}

int pending_hold(struct pending *pending, struct item *item, uint64_t last) {
    uint64_t hash = pending->keyed ? key_hash(pending, item) : 0;
    if (pending->keyed)
        replace_key(pending, item, hash);
    if (reserve(pending) != 0)
        return SENTIO_NO_MEMORY;
    if (pending->keyed && table_insert(&pending->places, hash, place_of(pending->end)) != 0)
        return SENTIO_NO_MEMORY;
    pending->items[pending->end++] = item_ref(item);
    pending->count++;
    pending->size += item->json.size;
    if (pending->first == 0)
        pending->first = item->offset;
    pending->last = last;
    return 0;
}

struct item *pending_oldest(struct pending *pending) {
    while (pending->start < pending->end && pending->items[pending->start] == NULL)
        pending->start++;
    return pending->start < pending->end ? pending->items[pending->start] : NULL;
}

void pending_pop(struct pending *pending) {
    if (pending_oldest(pending) == NULL)
        return;
    remove_at(pending, pending->start++);
}

size_t pending_size(const struct pending *pending) {
    size_t size = sizeof(*pending) + pending->capacity * sizeof(struct item *) +
                  pending->places.capacity * sizeof(struct table_slot);
    if (pending->keyed)
        return size;
    return size + pending->size + pending->count * sizeof(struct item);
}
