/* SPDX-License-Identifier: MIT */
#include "item.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "stream.h"
#include "topic.h"

/* What item_add_id writes in front: {"id":"<16>:<20>", */
enum { ID_ROOM = 64 };

static struct sentio_bytes append(char **at, struct sentio_bytes bytes) {
    struct sentio_bytes copy = {*at, bytes.size};
    if (bytes.size)
        memcpy(*at, bytes.data, bytes.size);
    *at += bytes.size;
    return copy;
}

static size_t text_size(const struct sentio_item *emitted) {
    size_t size = emitted->topic.size + emitted->key.size + emitted->type.size + emitted->json.size;
    for (size_t i = 0; i < emitted->attribute_count; i++)
        size += emitted->attributes[i].text.size;
    return size + ((emitted->flags & SENTIO_ADD_ID) ? ID_ROOM : 0);
}

struct item *item_create(const struct sentio_item *emitted) {
    size_t head = sizeof(struct item) + emitted->attribute_count * sizeof(struct sentio_value);
    struct item *item = malloc(head + text_size(emitted));
    if (item == NULL)
        return NULL;
    char *at = (char *)item + head;
    atomic_init(&item->refs, 1);
    item->flags = emitted->flags;
    item->topic = NULL;
    item->offset = 0;
    item->time = 0;
    item->topic_name = append(&at, emitted->topic);
    item->key = item->topic_name;
    if (emitted->key.size && !sentio_equal(emitted->key, emitted->topic))
        item->key = append(&at, emitted->key);
    item->type = append(&at, emitted->type);
    item->attribute_count = emitted->attribute_count;
    for (size_t i = 0; i < emitted->attribute_count; i++) {
        item->attributes[i] = emitted->attributes[i];
        item->attributes[i].text = append(&at, emitted->attributes[i].text);
    }
    if (item->flags & SENTIO_ADD_ID)
        at += ID_ROOM;
    item->json = append(&at, emitted->json);
    return item;
}

struct item *item_ref(struct item *item) {
    atomic_fetch_add_explicit(&item->refs, 1, memory_order_relaxed);
    return item;
}

void item_unref(struct item *item) {
    if (item == NULL)
        return;
    if (atomic_fetch_sub_explicit(&item->refs, 1, memory_order_acq_rel) != 1)
        return;
    topic_unref(item->topic);
    free(item);
}

static int is_empty_object(struct sentio_bytes json) {
    size_t at = 1;
    while (at < json.size && strchr(" \t\r\n", json.data[at]) != NULL)
        at++;
    return at < json.size && json.data[at] == '}';
}

void item_add_id(struct item *item, const char *epoch) {
    char id[ID_ROOM];
    int size = snprintf(id, sizeof(id), "{\"id\":\"%s:%llu\"%s", epoch,
                        (unsigned long long)item->offset, is_empty_object(item->json) ? "" : ",");
    assert(size > 0 && size < ID_ROOM && item->json.data[0] == '{');
    /* The room in front of the text was reserved by item_create; the item is not shared yet. */
    char *start = (char *)(uintptr_t)item->json.data + 1 - size;
    memcpy(start, id, (size_t)size);
    item->json = (struct sentio_bytes){start, item->json.size - 1 + (size_t)size};
}

size_t item_size(const struct item *item) {
    return sizeof(*item) + item->attribute_count * sizeof(struct sentio_value) +
           item->topic_name.size + item->json.size;
}

struct sentio_item item_view(const struct item *item) {
    return (struct sentio_item){
        .topic = item->topic_name,
        .key = item->key,
        .type = item->type,
        .json = item->json,
        .attributes = item->attributes,
        .attribute_count = item->attribute_count,
        .flags = item->flags,
        .offset = item->offset,
        .time = item->time,
    };
}

struct update *update_create(struct stream *stream, uint32_t count) {
    struct update *update = malloc(sizeof(*update) + count * sizeof(struct item *));
    if (update == NULL)
        return NULL;
    atomic_init(&update->refs, 1);
    update->count = 0;
    update->stream = stream_ref(stream);
    update->time = 0;
    update->last = 0;
    return update;
}

struct update *update_ref(struct update *update) {
    atomic_fetch_add_explicit(&update->refs, 1, memory_order_relaxed);
    return update;
}

void update_unref(struct update *update) {
    if (update == NULL)
        return;
    if (atomic_fetch_sub_explicit(&update->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < update->count; i++)
        item_unref(update->items[i]);
    stream_unref(update->stream);
    free(update);
}

size_t update_size(const struct update *update) {
    size_t size = sizeof(*update) + update->count * sizeof(struct item *);
    for (uint32_t i = 0; i < update->count; i++)
        size += item_size(update->items[i]);
    return size;
}
