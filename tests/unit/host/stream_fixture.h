/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_STREAM_FIXTURE_H
#define SENTIO_TESTS_STREAM_FIXTURE_H

/* Streams, items and updates made by hand, for tests of what works on them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/sdk.h>

#include "model/interest.h"
#include "model/item.h"
#include "model/stream.h"
#include "model/topic.h"

#define FIXTURE_EPOCH "00000000000000ab"
#define FIXTURE_TIME 1728124200000 /* 2024-10-05T10:30:00Z */

/* A stream named `prices` with two io threads; its type is `update`, of a snapshot `quotes`. */
static inline struct stream *fixture_stream(enum sentio_shape shape) {
    char name[] = "prices";
    const struct config_channel config = {.name = name};
    const struct sentio_plugin plugin = {
        .type = "update", .snapshot_type = "quotes", .shape = shape, .flags = SENTIO_STATES};
    struct stream *stream = stream_create(3, &config, &plugin, FIXTURE_EPOCH, 2);
    assert_non_null(stream);
    return stream;
}

/* An item whose key is its topic, as the hub has it after ordering. */
static inline struct item *fixture_item(struct topic_table *topics,
                                        const struct sentio_item *emitted, uint64_t offset) {
    struct item *item = item_create(emitted);
    assert_non_null(item);
    item->topic = topic_obtain(topics, item->topic_name);
    assert_non_null(item->topic);
    item->offset = offset;
    item->time = FIXTURE_TIME + (int64_t)offset;
    return item;
}

static inline struct item *fixture_plain_item(struct topic_table *topics, const char *topic,
                                              const char *json, uint64_t offset) {
    const struct sentio_item emitted = {.topic = sentio_text(topic), .json = sentio_text(json)};
    return fixture_item(topics, &emitted, offset);
}

/* Takes the items over; `last` is the last one's offset. */
static inline struct update *fixture_update(struct stream *stream, struct item *const *items,
                                            uint32_t count) {
    struct update *update = update_create(stream, count);
    assert_non_null(update);
    for (uint32_t i = 0; i < count; i++)
        update->items[update->count++] = items[i];
    update->last = items[count - 1]->offset;
    update->time = items[count - 1]->time;
    return update;
}

/* The interest in `count` topics with a reference for the caller; topics are named, not sorted. */
static inline struct interest *fixture_interest(struct interest_table *interests,
                                                struct topic_table *topics, struct stream *stream,
                                                const struct interest_key *wanted,
                                                const char *const *names, uint32_t count) {
    static const struct predicates nothing = {.count = 0};
    struct topic *list[16];
    assert_true(count <= 16);
    for (uint32_t i = 0; i < count; i++) {
        struct topic *topic = topic_obtain(topics, sentio_text(names[i]));
        uint32_t at = i;
        for (; at > 0 && list[at - 1] > topic; at--)
            list[at] = list[at - 1];
        list[at] = topic;
    }
    struct interest_key key = *wanted;
    key.stream = stream;
    key.predicates = wanted->predicates ? wanted->predicates : &nothing;
    key.topics = list;
    key.topic_count = count;
    struct interest *interest = interest_obtain(interests, &key);
    assert_non_null(interest);
    for (uint32_t i = 0; i < count; i++)
        topic_unref(list[i]);
    return interest;
}

/* A number from 0 to limit - 1; xorshift64, so that a failure can be repeated. */
static inline uint32_t fixture_random(uint64_t *state, uint32_t limit) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)((*state >> 16) % limit);
}

static inline void assert_text(struct sentio_bytes text, const char *expected) {
    if (sentio_is(text, expected))
        return;
    print_error("\"%.*s\" is not \"%s\"\n", (int)text.size, text.data ? text.data : "", expected);
    fail();
}

#endif
