/* SPDX-License-Identifier: MIT */
#include "log_memory.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

void log_memory_init(struct log_memory *memory, struct topic_table *topics) {
    memset(memory, 0, sizeof(*memory));
    memory->topics = topics;
}

static void list_append(struct log_list *list, struct log_node *node) {
    node->older = list->newest;
    node->newer = NULL;
    if (list->newest)
        list->newest->newer = node;
    else
        list->oldest = node;
    list->newest = node;
}

static void list_remove(struct log_list *list, struct log_node *node) {
    if (node->older)
        node->older->newer = node->newer;
    else
        list->oldest = node->newer;
    if (node->newer)
        node->newer->older = node->older;
    else
        list->newest = node->older;
}

static size_t node_size(const struct log_node *node) {
    return sizeof(*node) + item_size(node->item);
}

static void release(struct log_memory *memory, struct log_node *node) {
    memory->bytes -= node_size(node);
    item_unref(node->item);
    free(node);
}

static void note_trimmed(struct log_memory *memory, struct topic *topic, uint64_t offset) {
    if (offset > topic->trimmed)
        topic->trimmed = offset;
    if (offset > memory->trimmed)
        memory->trimmed = offset;
}

static void forget_oldest(struct log_memory *memory, struct topic *topic) {
    struct log_node *node = topic->oldest;
    topic->oldest = node->topic_newer;
    if (topic->oldest == NULL)
        topic->newest = NULL;
    topic->history_count--;
    note_trimmed(memory, topic, node->item->offset);
    list_remove(&memory->history, node);
    release(memory, node);
}

static uint64_t key_hash(const struct log_memory *memory, struct sentio_bytes key) {
    return table_hash(&memory->topics->table, key);
}

static bool has_key(const void *value, const void *key) {
    const struct log_node *node = value;
    return sentio_equal(node->item->key, *(const struct sentio_bytes *)key);
}

static void forget_latest(struct log_memory *memory, struct log_node *node) {
    struct topic *topic = node->item->topic;
    table_remove(&topic->latest, key_hash(memory, node->item->key), node);
    if (topic->latest.count == 0)
        table_finish(&topic->latest);
    list_remove(&memory->latest, node);
    memory->latest_count--;
    release(memory, node);
}

static struct log_node *node_create(struct log_memory *memory, struct item *item) {
    struct log_node *node = calloc(1, sizeof(*node));
    if (node == NULL)
        return NULL;
    node->item = item_ref(item);
    memory->bytes += node_size(node);
    return node;
}

static void keep_latest(struct log_memory *memory, struct item *item) {
    struct topic *topic = item->topic;
    uint64_t hash = key_hash(memory, item->key);
    struct log_node *node = table_find(&topic->latest, hash, has_key, &item->key);
    if (node != NULL) {
        memory->bytes -= node_size(node);
        struct item *before = node->item;
        node->item = item_ref(item);
        item_unref(before);
        memory->bytes += node_size(node);
        list_remove(&memory->latest, node);
        list_append(&memory->latest, node);
        return;
    }
    node = node_create(memory, item);
    if (node == NULL)
        return;
    if (table_insert(&topic->latest, hash, node) != 0) {
        release(memory, node);
        return;
    }
    list_append(&memory->latest, node);
    memory->latest_count++;
}

static void keep_history(struct log_memory *memory, struct item *item) {
    struct topic *topic = item->topic;
    struct log_node *node = node_create(memory, item);
    if (node == NULL) {
        note_trimmed(memory, topic, item->offset);
        return;
    }
    list_append(&memory->history, node);
    if (topic->newest)
        topic->newest->topic_newer = node;
    else
        topic->oldest = node;
    topic->newest = node;
    topic->history_count++;
    if (topic->history_count > memory->limit_items)
        forget_oldest(memory, topic);
}

void log_memory_expire(struct log_memory *memory, int64_t now) {
    while (memory->history.oldest && memory->limit_age &&
           memory->history.oldest->item->time + memory->limit_age < now)
        forget_oldest(memory, memory->history.oldest->item->topic);
}

static void enforce_limits(struct log_memory *memory, int64_t now) {
    log_memory_expire(memory, now);
    while (memory->history.oldest && memory->bytes > memory->limit_bytes)
        forget_oldest(memory, memory->history.oldest->item->topic);
    while (memory->latest.oldest && memory->bytes > memory->limit_bytes)
        forget_latest(memory, memory->latest.oldest);
}

void log_memory_limit(struct log_memory *memory, const struct config_channel *config, int64_t now) {
    struct log_node *node = memory->history.oldest;
    memory->limit_items = (uint32_t)config->history;
    memory->limit_age = config->history_age;
    memory->limit_bytes = (size_t)config->history_bytes;
    while (node != NULL) {
        struct log_node *newer = node->newer;
        /* Of its topic it is the oldest, or that one has been kept. */
        if (node->item->topic->history_count > memory->limit_items)
            forget_oldest(memory, node->item->topic);
        node = newer;
    }
    enforce_limits(memory, now);
}

void log_memory_append(struct log_memory *memory, const struct update *update) {
    for (uint32_t i = 0; i < update->count; i++) {
        struct item *item = update->items[i];
        keep_latest(memory, item);
        if (memory->limit_items > 0)
            keep_history(memory, item);
        else
            note_trimmed(memory, item->topic, item->offset);
    }
    enforce_limits(memory, update->time);
}

void log_memory_restore(struct log_memory *memory, struct item *item, bool latest, bool history) {
    if (item->topic->trimmed > memory->trimmed)
        memory->trimmed = item->topic->trimmed;
    if (latest)
        keep_latest(memory, item);
    if (history && memory->limit_items > 0)
        keep_history(memory, item);
    else if (history)
        note_trimmed(memory, item->topic, item->offset);
}

void log_memory_finish(struct log_memory *memory) {
    while (memory->history.oldest)
        forget_oldest(memory, memory->history.oldest->item->topic);
    while (memory->latest.oldest)
        forget_latest(memory, memory->latest.oldest);
}

static int add(struct log_items *items, struct item *item) {
    if (items->count == items->capacity) {
        size_t capacity = items->capacity ? items->capacity * 2 : 16;
        struct item **grown = realloc(items->items, capacity * sizeof(*grown));
        if (grown == NULL)
            return SENTIO_NO_MEMORY;
        items->items = grown;
        items->capacity = capacity;
    }
    items->items[items->count++] = item_ref(item);
    return 0;
}

int log_memory_latest(const struct log_memory *memory, const struct topic *topic,
                      struct log_items *items) {
    int error = 0;
    if (topic == NULL) {
        for (struct log_node *node = memory->latest.oldest; node && !error; node = node->newer)
            error = add(items, node->item);
        return error;
    }
    for (size_t i = 0; i < topic->latest.capacity && !error; i++) {
        const struct log_node *node = topic->latest.slots[i].value;
        if (node != NULL)
            error = add(items, node->item);
    }
    return error;
}

static int compare_offsets(const void *a, const void *b) {
    const struct item *x = *(struct item *const *)a;
    const struct item *y = *(struct item *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void log_items_sort(struct log_items *items) {
    if (items->count > 1)
        qsort(items->items, items->count, sizeof(*items->items), compare_offsets);
}

void log_items_keep_last(struct log_items *items, size_t count) {
    if (items->count <= count)
        return;
    size_t surplus = items->count - count;
    for (size_t i = 0; i < surplus; i++)
        item_unref(items->items[i]);
    memmove(items->items, items->items + surplus, count * sizeof(*items->items));
    items->count = count;
}

int log_memory_history(const struct log_memory *memory, struct topic *const *topics,
                       size_t topic_count, size_t count, int64_t now, struct log_items *items) {
    int64_t since = memory->limit_age ? now - memory->limit_age : INT64_MIN;
    int error = 0;
    for (size_t i = 0; i < topic_count && !error; i++)
        for (struct log_node *node = topics[i]->oldest; node && !error; node = node->topic_newer)
            if (node->item->time >= since)
                error = add(items, node->item);
    for (struct log_node *node = memory->history.oldest; topic_count == 0 && node && !error;
         node = node->newer)
        if (node->item->time >= since)
            error = add(items, node->item);
    log_items_sort(items);
    log_items_keep_last(items, count);
    return error;
}

int log_memory_since(const struct log_memory *memory, struct topic *const *topics,
                     size_t topic_count, uint64_t since, struct log_items *items) {
    int error = 0;
    for (size_t i = 0; topics && i < topic_count && !error; i++)
        for (struct log_node *node = topics[i]->oldest; node && !error; node = node->topic_newer)
            if (node->item->offset > since)
                error = add(items, node->item);
    for (struct log_node *node = topics ? NULL : memory->history.newest;
         node && node->item->offset > since && !error; node = node->older)
        error = add(items, node->item);
    return error;
}

int log_items_add(struct log_items *items, struct item *const *added, size_t count) {
    int error = 0;
    for (size_t i = 0; i < count && !error; i++)
        error = add(items, added[i]);
    return error;
}

void log_items_finish(struct log_items *items) {
    for (size_t i = 0; i < items->count; i++)
        item_unref(items->items[i]);
    free(items->items);
    memset(items, 0, sizeof(*items));
}
