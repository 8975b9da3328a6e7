/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_CATCHUP_FIXTURE_H
#define SENTIO_TESTS_CATCHUP_FIXTURE_H

/* Readers who are told of the past: the hub's part, with a history of all that was published. */

#include "slow_fixture.h"

enum { PAST_MAX = 16384, PAST_PARTS = 4096 };

struct past_items {
    struct fixture *fixture;
    struct item *items[PAST_MAX]; /* by offset, counted */
};

/* Publishes, and remembers it. */
static inline void past_publish(struct past_items *past, const char *words) {
    struct update *update = fixture_parse_update(past->fixture, words);
    assert_true(past->fixture->offset < PAST_MAX);
    for (uint32_t i = 0; i < update->count; i++)
        past->items[update->items[i]->offset] = item_ref(update->items[i]);
    fanout_update(&past->fixture->fanout, update);
    update_unref(update);
}

static inline void past_finish_items(struct past_items *past) {
    for (size_t i = 0; i < PAST_MAX; i++)
        item_unref(past->items[i]);
    free(past);
}

/* What the hub says to a subscriber of these topics. */
struct past_join {
    const char *topics;
    const struct interest_key *key; /* NULL: no filters, at once */
    const char *ok;                 /* NULL: none */
    const char *end;
    bool replays;
    uint64_t since;
    uint64_t until;       /* of the replay; 0: the channel's offset */
    const char *snapshot; /* letters of the topics that it has; NULL: none */
    bool more;
    bool afresh;
    bool only_more; /* REPLAY instead of JOINED */
    uint64_t reading;
};

static inline bool names(const char *topics, const struct item *item) {
    return topics[0] == '*' || strchr(topics, item->topic_name.data[0]) != NULL;
}

static inline size_t past_find(const struct past_items *past, const char *topics, uint64_t since,
                               uint64_t until, struct item **found) {
    size_t count = 0;
    for (uint64_t offset = since + 1; offset <= until; offset++)
        if (past->items[offset] && names(topics, past->items[offset])) {
            assert_true(count < PAST_PARTS);
            found[count++] = past->items[offset];
        }
    return count;
}

static inline size_t past_latest(const struct past_items *past, const char *topics,
                                 struct item **found) {
    size_t count = 0;
    uint32_t seen = 0;
    for (uint64_t offset = past->fixture->offset; offset > 0; offset--) {
        struct item *item = past->items[offset];
        if (!item || !names(topics, item) || (seen & 1u << (item->topic_name.data[0] - 'A')))
            continue;
        seen |= 1u << (item->topic_name.data[0] - 'A');
        memmove(found + 1, found, count * sizeof(struct item *));
        found[0] = item;
        count++;
    }
    return count;
}

/* As the hub says it and client.c takes it. */
static inline void past_tell(const struct past_items *past, struct reader *reader,
                             const struct past_join *join) {
    struct item **items = calloc(2 * PAST_PARTS, sizeof(struct item *));
    uint64_t until = join->until ? join->until : past->fixture->offset;
    struct member *member = &reader->peer.member;
    assert_non_null(items);
    struct joined_parts parts = {
        .text = sentio_text(join->ok),
        .end = sentio_text(join->end),
        .snapshot = items + PAST_PARTS,
        .replay = items,
    };
    if (join->replays)
        parts.replay_count = past_find(past, join->topics, join->since, until, items);
    if (join->snapshot)
        parts.snapshot_count = past_latest(past, join->snapshot, items + PAST_PARTS);
    struct joined_message *message =
        join->only_more ? replay_message_create(&parts) : joined_message_create(&parts);
    assert_non_null(message);
    message->member = member;
    message->offset = until;
    message->time = FIXTURE_TIME;
    message->since = join->since;
    message->more = join->more;
    message->afresh = join->afresh;
    message->reading = join->reading;
    if (!join->only_more)
        peer_join(&reader->peer, past->fixture, join->topics, join->key);
    if (join->only_more)
        catchup_replay(&past->fixture->outbox, member, message);
    else
        catchup_join(&past->fixture->outbox, member, message);
    message_destroy(&message->head);
    free(items);
}

#define OK "{\"type\":\"ok\"}"
#define OK_2 "{\"type\":\"ok\",\"id\":2}"
#define YES "{\"type\":\"recovered\",\"recovered\":true}"
#define NO "{\"type\":\"recovered\",\"recovered\":false}"

static inline struct past_items *past_begin(void **state, struct reader *reader,
                                            enum config_slow slow) {
    struct past_items *past = calloc(1, sizeof(*past));
    assert_non_null(past);
    past->fixture = *state;
    past->fixture->stream->slow = slow;
    reader_init(reader, past->fixture, 0);
    return past;
}

static inline void past_finish(struct past_items *past, struct reader *reader) {
    reader_finish(reader);
    past_finish_items(past);
}

static inline void past_publish_many(struct past_items *past, const char *words, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        past_publish(past, words);
}

/* Large items of one topic, of that many bytes each. */
static inline void past_publish_big(struct past_items *past, uint32_t size, uint32_t count) {
    struct fixture *fixture = past->fixture;
    char *json = malloc(size + 1);
    assert_non_null(json);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(json, size + 1, "\"%0*llu\"", (int)size - 2,
                 (unsigned long long)++fixture->offset);
        struct item *item = fixture_plain_item(&fixture->topics, "A", json, fixture->offset);
        past->items[fixture->offset] = item_ref(item);
        struct update *update = fixture_update(fixture->stream, &item, 1);
        fanout_update(&fixture->fanout, update);
        update_unref(update);
    }
    free(json);
}

#endif
