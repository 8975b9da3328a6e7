/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TOPIC_H
#define SENTIO_HOST_TOPIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "base/table.h"
#include "stream.h"

struct log_node;

/*
 * What items are about and subscribers ask for: one object for each name on a channel, so that
 * fan-out finds the filters by a pointer that the item carries. The hub alone makes and finds them;
 * items and interests in any thread hold references; `filters[i]` is io thread i's own.
 */
struct topic {
    atomic_uint refs;
    bool everyone; /* the topic "*": its items reach every subscriber */
    uint32_t name_size;
    uint64_t hash;
    struct log_node *oldest; /* the hub's log: this topic's history, oldest first */
    struct log_node *newest;
    uint32_t history_count;
    uint64_t trimmed;    /* the largest offset that history has dropped */
    struct table latest; /* the hub's log: newest log_node for each key */
    char *name;          /* not terminated */
    size_t io_count;
    struct filter_list filters[];
};

/* The hub's table of a channel's topics. It keeps one reference to each. */
struct topic_table {
    struct table table;
    size_t io_count;
    size_t sweep_at;           /* table size at which unused topics are looked for */
    uint64_t trimmed;          /* the largest `trimmed` of those that were let go */
    uint64_t everyone_trimmed; /* what "*" begins with; it is never let go */
};

void topic_table_init(struct topic_table *topics, size_t io_count);
/* Drops the table's references; what is still held elsewhere lives on until it is let go. */
void topic_table_finish(struct topic_table *topics);

/* The topic of that name, without a new reference; NULL if there is none. */
struct topic *topic_find(const struct topic_table *topics, struct sentio_bytes name);
/* The topic of that name, made if need be, with a reference for the caller; NULL: out of memory. */
struct topic *topic_obtain(struct topic_table *topics, struct sentio_bytes name);

/* The largest offset that was dropped of topics of which no item is left, but for "*". */
uint64_t topic_table_trimmed(const struct topic_table *topics);
/* And of "*". */
uint64_t topic_table_everyone_trimmed(const struct topic_table *topics);

struct sentio_bytes topic_name(const struct topic *topic);
struct topic *topic_ref(struct topic *topic);
void topic_unref(struct topic *topic); /* any thread; NULL is allowed */

#endif
