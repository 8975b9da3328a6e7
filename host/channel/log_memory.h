/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_LOG_MEMORY_H
#define SENTIO_HOST_LOG_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/item.h"
#include "model/topic.h"

/*
 * A channel's memory: the newest item of each key, and the last items of each topic, within limits
 * of number, age and bytes. The hub's own.
 */

/* An item's place in the log. In one of the two lists, which run from the oldest to the newest. */
struct log_node {
    struct item *item; /* counted */
    struct log_node *older;
    struct log_node *newer;
    struct log_node *topic_newer; /* history: the topic's next */
};

struct log_list {
    struct log_node *oldest;
    struct log_node *newest;
};

struct log_memory {
    struct topic_table *topics;
    struct log_list history;
    struct log_list latest;
    size_t bytes; /* of both */
    size_t latest_count;
    uint64_t trimmed;     /* the largest offset that any topic's history has dropped */
    size_t limit_bytes;   /* history goes first, then the keys that were longest without an item */
    uint32_t limit_items; /* of history, a topic; 0: no history */
    int64_t limit_age;    /* of history, ms; 0: none */
};

void log_memory_init(struct log_memory *memory, struct topic_table *topics);
void log_memory_finish(struct log_memory *memory);

/* The limits are others from now on: what is beyond them is forgotten. */
void log_memory_limit(struct log_memory *memory, const struct config_channel *config, int64_t now);

/* Takes note of an ordered update's items. Without memory an item is not kept; that alone is lost.
 */
void log_memory_append(struct log_memory *memory, const struct update *update);

/* What is older than the limit of age by now is forgotten. */
void log_memory_expire(struct log_memory *memory, int64_t now);

/* An item of an earlier run, in the order of offsets, to either or both of the lists. Its topic
 * knows what it had dropped by then. The limits do not act before the next append. */
void log_memory_restore(struct log_memory *memory, struct item *item, bool latest, bool history);

/* Items as counted pointers; `items` is the caller's to free with log_items_finish. */
struct log_items {
    struct item **items;
    size_t count;
    size_t capacity;
};

/* Adds the newest item of each key of the topic; NULL: of all topics, in the order of offsets. */
int log_memory_latest(const struct log_memory *memory, const struct topic *topic,
                      struct log_items *items);
/* The last `count` items of the topics (of all, when `topic_count` is 0), oldest first. */
int log_memory_history(const struct log_memory *memory, struct topic *const *topics,
                       size_t topic_count, size_t count, int64_t now, struct log_items *items);
/* Adds what history has of the topics (NULL: of all) after that offset, in no order. What was
 * dropped before tell the topics' `trimmed`, and the log's. */
int log_memory_since(const struct log_memory *memory, struct topic *const *topics,
                     size_t topic_count, uint64_t since, struct log_items *items);
/* Adds references of its own. SENTIO_NO_MEMORY. */
int log_items_add(struct log_items *items, struct item *const *added, size_t count);
void log_items_sort(struct log_items *items);                    /* by offset */
void log_items_keep_last(struct log_items *items, size_t count); /* of sorted ones */
void log_items_finish(struct log_items *items);

#endif
