/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ITEM_H
#define SENTIO_HOST_ITEM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

struct topic;
struct stream;

/*
 * One published item: immutable once it is ordered, counted, shared by pointer between the hub's
 * log and the io threads. All its texts lie in its own allocation.
 */
struct item {
    atomic_uint refs;
    uint32_t flags;      /* enum sentio_item_flags */
    struct topic *topic; /* counted; set by the hub before the item is shared */
    uint64_t offset;
    int64_t time;
    struct sentio_bytes topic_name;
    struct sentio_bytes key;
    struct sentio_bytes type;
    struct sentio_bytes json;
    size_t attribute_count;
    struct sentio_value attributes[];
};

/* Any thread. A copy of what a plugin emitted, with one reference; NULL: out of memory. */
struct item *item_create(const struct sentio_item *emitted);
struct item *item_ref(struct item *item);
void item_unref(struct item *item); /* NULL is allowed */

/* Puts "id":"<epoch>:<offset>" first into the object. Before the item is shared, once. */
void item_add_id(struct item *item, const char *epoch);

/* Bytes that it occupies, for limits. */
size_t item_size(const struct item *item);

/* The ABI's view of it; lives as long as the item. */
struct sentio_item item_view(const struct item *item);

/* What one publish put into order: items with consecutive offsets. */
struct update {
    atomic_uint refs;
    uint32_t count;
    struct stream *stream; /* counted */
    int64_t time;          /* of ordering, Unix ms */
    uint64_t last;         /* the last item's offset */
    struct item *items[];  /* counted */
};

/* With room for `count` items, none there yet; NULL: out of memory. */
struct update *update_create(struct stream *stream, uint32_t count);
struct update *update_ref(struct update *update);
void update_unref(struct update *update); /* NULL is allowed */
size_t update_size(const struct update *update);

#endif
