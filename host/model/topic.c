/* SPDX-License-Identifier: MIT */
#include "topic.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

enum { SWEEP_MIN = 1024 };

void topic_table_init(struct topic_table *topics, size_t io_count) {
    table_init(&topics->table);
    topics->io_count = io_count;
    topics->sweep_at = SWEEP_MIN;
    topics->trimmed = 0;
    topics->everyone_trimmed = 0;
}

void topic_table_finish(struct topic_table *topics) {
    for (size_t i = 0; i < topics->table.capacity; i++)
        topic_unref(topics->table.slots[i].value);
    table_finish(&topics->table);
}

static bool has_name(const void *value, const void *key) {
    const struct topic *topic = value;
    const struct sentio_bytes *name = key;
    return topic->name_size == name->size && memcmp(topic->name, name->data, name->size) == 0;
}

struct topic *topic_find(const struct topic_table *topics, struct sentio_bytes name) {
    return table_find(&topics->table, table_hash(&topics->table, name), has_name, &name);
}

static struct topic *create(const struct topic_table *topics, struct sentio_bytes name,
                            uint64_t hash) {
    size_t head = sizeof(struct topic) + topics->io_count * sizeof(struct filter_list);
    struct topic *topic = calloc(1, head + name.size);
    if (topic == NULL)
        return NULL;
    atomic_init(&topic->refs, 1);
    topic->everyone = name.size == 1 && name.data[0] == '*';
    topic->name_size = (uint32_t)name.size;
    topic->hash = hash;
    topic->trimmed = topic->everyone ? topics->everyone_trimmed : topics->trimmed;
    topic->name = (char *)topic + head;
    topic->io_count = topics->io_count;
    memcpy(topic->name, name.data, name.size);
    return topic;
}

/* A topic that only the table refers to can not be referred to again but through the table, which
 * the hub alone uses: so it is safe to let it go. */
static void sweep(struct topic_table *topics) {
    struct topic **unused = malloc(topics->table.count * sizeof(struct topic *));
    size_t count = 0;
    if (unused == NULL)
        return;
    for (size_t i = 0; i < topics->table.capacity; i++) {
        struct topic *topic = topics->table.slots[i].value;
        if (topic && !topic->everyone &&
            atomic_load_explicit(&topic->refs, memory_order_acquire) == 1)
            unused[count++] = topic;
    }
    for (size_t i = 0; i < count; i++) {
        if (unused[i]->trimmed > topics->trimmed)
            topics->trimmed = unused[i]->trimmed;
        table_remove(&topics->table, unused[i]->hash, unused[i]);
        topic_unref(unused[i]);
    }
    free(unused);
    topics->sweep_at = topics->table.count * 2 < SWEEP_MIN ? SWEEP_MIN : topics->table.count * 2;
}

struct topic *topic_obtain(struct topic_table *topics, struct sentio_bytes name) {
    uint64_t hash = table_hash(&topics->table, name);
    struct topic *topic = table_find(&topics->table, hash, has_name, &name);
    if (topic != NULL)
        return topic_ref(topic);
    if (topics->table.count >= topics->sweep_at)
        sweep(topics);
    topic = create(topics, name, hash);
    if (topic == NULL)
        return NULL;
    if (table_insert(&topics->table, hash, topic) != 0) {
        topic_unref(topic);
        return NULL;
    }
    return topic_ref(topic);
}

uint64_t topic_table_trimmed(const struct topic_table *topics) {
    uint64_t trimmed = topics->trimmed;
    for (size_t i = 0; i < topics->table.capacity; i++) {
        const struct topic *topic = topics->table.slots[i].value;
        if (topic && !topic->everyone && !topic->oldest && topic->latest.count == 0 &&
            topic->trimmed > trimmed)
            trimmed = topic->trimmed;
    }
    return trimmed;
}

uint64_t topic_table_everyone_trimmed(const struct topic_table *topics) {
    const struct topic *everyone = topic_find(topics, sentio_text("*"));
    return everyone ? everyone->trimmed : topics->everyone_trimmed;
}

struct sentio_bytes topic_name(const struct topic *topic) {
    return (struct sentio_bytes){topic->name, topic->name_size};
}

struct topic *topic_ref(struct topic *topic) {
    atomic_fetch_add_explicit(&topic->refs, 1, memory_order_relaxed);
    return topic;
}

void topic_unref(struct topic *topic) {
    if (topic == NULL)
        return;
    if (atomic_fetch_sub_explicit(&topic->refs, 1, memory_order_acq_rel) != 1)
        return;
    assert(topic->latest.count == 0);
    table_finish(&topic->latest);
    for (size_t i = 0; i < topic->io_count; i++)
        free(topic->filters[i].items);
    free(topic);
}
