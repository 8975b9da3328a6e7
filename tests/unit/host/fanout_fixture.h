/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_FANOUT_FIXTURE_H
#define SENTIO_TESTS_FANOUT_FIXTURE_H

/* A fan-out without sockets: what it queues is read from the outbox, message by message. */

#include <stdio.h>

#include "fanout/fanout.h"
#include "fanout/interval.h"
#include "frame/envelope.h"
#include "stream_fixture.h"

enum { FIXTURE_IO = 1, FIXTURE_ITEMS_MAX = 8, FIXTURE_TEXT_SIZE = 1024, FIXTURE_PACK_MIN = 112 };

struct fixture {
    uv_loop_t loop;
    struct topic_table topics;
    struct interest_table interests;
    struct stream *stream;
    struct outbox outbox;
    struct inflater inflater;
    struct fanout fanout;
    uint64_t offset; /* the channel's */
};

/* A connection and its one subscription. */
struct peer {
    struct connection connection;
    struct member member;
};

static inline int fixture_setup(void **state, enum sentio_shape shape) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL || uv_loop_init(&fixture->loop) != 0)
        return -1;
    topic_table_init(&fixture->topics, 2);
    interest_table_init(&fixture->interests);
    fixture->stream = fixture_stream(shape);
    if (outbox_init(&fixture->outbox, 4096) != 0)
        return -1;
    fixture->outbox.mark = SIZE_MAX; /* nothing is written in between */
    if (packer_init(&fixture->outbox.packer, 3, FIXTURE_PACK_MIN) != 0 ||
        inflater_init(&fixture->inflater) != 0)
        return -1;
    fanout_init(&fixture->fanout, FIXTURE_IO, &fixture->loop, &fixture->outbox);
    return 0;
}

static inline int fixture_setup_array(void **state) {
    return fixture_setup(state, SENTIO_ARRAY);
}

static inline int fixture_setup_object(void **state) {
    return fixture_setup(state, SENTIO_OBJECT);
}

/* Messages to members that updates came to. */
static inline uint64_t delivered(const struct fixture *fixture) {
    return tally_read(&fixture->stream->delivered[FIXTURE_IO].tally);
}

/* No peer may have a filter any more. */
static inline int fixture_teardown(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture->stream->every[FIXTURE_IO].count, 0);
    fanout_finish(&fixture->fanout);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    outbox_finish(&fixture->outbox);
    inflater_finish(&fixture->inflater);
    interest_table_finish(&fixture->interests);
    topic_table_finish(&fixture->topics);
    assert_int_equal(atomic_load(&fixture->stream->refs), 1);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

static inline void peer_init(struct peer *peer, struct fixture *fixture) {
    memset(peer, 0, sizeof(*peer));
    peer->connection.state = CONNECTION_OPEN;
    peer->connection.first_entry = NO_ENTRY;
    peer->connection.last_entry = NO_ENTRY;
    peer->connection.members = &peer->member;
    peer->member.connection = &peer->connection;
    peer->member.stream = fixture->stream;
}

/* Topics of one letter: "ABC"; "*" is all, "" nothing. `key` may be NULL: no filters, at once. */
static inline void peer_join(struct peer *peer, struct fixture *fixture, const char *topics,
                             const struct interest_key *key) {
    struct interest_key wanted = {.interval = 0};
    struct interest *interest = NULL;
    char letters[16][2];
    const char *names[16];
    uint32_t count = 0;
    if (key)
        wanted = *key;
    wanted.all = topics[0] == '*';
    for (; !wanted.all && topics[count] != '\0'; count++) {
        memcpy(letters[count], (const char[]){topics[count], '\0'}, 2);
        names[count] = letters[count];
    }
    if (topics[0] != '\0')
        interest = fixture_interest(&fixture->interests, &fixture->topics, fixture->stream, &wanted,
                                    names, count);
    assert_int_equal(fanout_join(&fixture->fanout, &peer->member, interest, fixture->offset), 0);
    interest_unref(interest);
}

static inline void peer_leave(struct peer *peer, struct fixture *fixture) {
    fanout_leave(&fixture->fanout, &peer->member);
}

/* As the io thread does when it has sent an "ok". */
static inline void peer_is_told_the_offset(struct peer *peer, const struct fixture *fixture) {
    peer->member.position = fixture->offset;
    peer->member.seen = true;
}

/* An item from "A", "A:key", "A/type", "A=5" (its attribute) or these together in that order; its
 * text is its offset. */
static inline struct item *fixture_parse_item(struct fixture *fixture, const char *word,
                                              size_t size) {
    char text[64];
    char json[24];
    assert_true(size < sizeof(text));
    memcpy(text, word, size);
    text[size] = '\0';
    char *key = text + strcspn(text, ":/=");
    char *type = text + strcspn(text, "/=");
    char *number = text + strcspn(text, "=");
    struct sentio_value value = {.type = SENTIO_NONE};
    if (*number)
        value = (struct sentio_value){.type = SENTIO_NUMBER, .number = number[1] - '0'};
    snprintf(json, sizeof(json), "%llu", (unsigned long long)++fixture->offset);
    const struct sentio_item emitted = {
        .topic = sentio_bytes(text, (size_t)(key - text)),
        .key = *key == ':' ? sentio_bytes(key + 1, (size_t)(type - key) - 1) : sentio_text(""),
        .type =
            *type == '/' ? sentio_bytes(type + 1, (size_t)(number - type) - 1) : sentio_text(""),
        .json = sentio_text(json),
        .attributes = &value,
        .attribute_count = 1,
    };
    return fixture_item(&fixture->topics, &emitted, fixture->offset);
}

/* An update of items with spaces between. */
static inline struct update *fixture_parse_update(struct fixture *fixture, const char *words) {
    struct item *items[FIXTURE_ITEMS_MAX];
    uint32_t count = 0;
    while (*words != '\0') {
        size_t size = strcspn(words, " ");
        assert_true(count < FIXTURE_ITEMS_MAX);
        items[count++] = fixture_parse_item(fixture, words, size);
        words += size + (words[size] == ' ');
    }
    for (uint32_t i = 0; i < count; i++)
        items[i]->time = items[count - 1]->time;
    return fixture_update(fixture->stream, items, count);
}

static inline void publish(struct fixture *fixture, const char *words) {
    struct update *update = fixture_parse_update(fixture, words);
    fanout_update(&fixture->fanout, update);
    update_unref(update);
}

/* One message as "type prev>offset data", with "@channel", " snapshot", " replay" and " conflated
 * n" where it says so. What is none of the channel's, "ok" or "recovered", as it is. */
static inline size_t describe_message(char *text, size_t size, struct sentio_bytes message,
                                      uint64_t *prev, uint64_t *offset) {
    struct sentio_json json;
    struct sentio_field fields[] = {
        {.name = "type", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "channel", .types = SENTIO_JSON_STRING},
        {.name = "data", .types = SENTIO_JSON_ANY, .required = true},
        {.name = "timestamp", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "prev", .types = SENTIO_JSON_NUMBER, .required = true},
        {.name = "offset", .types = SENTIO_JSON_NUMBER, .required = true},
        {.name = "epoch", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "snapshot", .types = SENTIO_JSON_BOOL},
        {.name = "conflated", .types = SENTIO_JSON_NUMBER},
        {.name = "replay", .types = SENTIO_JSON_BOOL},
    };
    *prev = *offset = 0;
    if (message.size > 10 && (memcmp(message.data, "{\"type\":\"ok", 11) == 0 ||
                              memcmp(message.data, "{\"type\":\"re", 11) == 0))
        return (size_t)snprintf(text, size, "%.*s", (int)message.size, message.data);
    if (sentio_json_parse(message, &json, NULL) != 0 ||
        sentio_json_read(&json, fields, sizeof(fields) / sizeof(fields[0]), NULL) != 0) {
        print_error("not a message: %.*s\n", (int)message.size, message.data);
        fail();
    }
    struct sentio_bytes type = fields[0].value.text;
    struct sentio_bytes channel = fields[1].value.text;
    struct sentio_bytes data = fields[2].value.text;
    assert_text(fields[6].value.text, "\"" FIXTURE_EPOCH "\"");
    assert_int_equal(sentio_json_unsigned(&fields[4].value, prev), 0);
    assert_int_equal(sentio_json_unsigned(&fields[5].value, offset), 0);
    struct sentio_bytes conflated = fields[8].value.text;
    int written = snprintf(
        text, size, "%.*s%s%.*s %llu>%llu %.*s%s%s%s%.*s", (int)type.size - 2, type.data + 1,
        channel.size ? "@" : "", channel.size ? (int)channel.size - 2 : 0,
        channel.size ? channel.data + 1 : "", (unsigned long long)*prev,
        (unsigned long long)*offset, (int)data.size, data.data,
        sentio_json_true(&fields[7].value) ? " snapshot" : "",
        sentio_json_true(&fields[9].value) ? " replay" : "", conflated.size ? " conflated " : "",
        (int)conflated.size, conflated.size ? conflated.data : "");
    assert_in_range(written, 1, size - 1);
    return (size_t)written;
}

struct frames {
    const struct fixture *fixture;
    struct inflater *inflater;
    uint32_t entry;
    size_t at;   /* within the entry's span */
    bool packed; /* the message was compressed */
};

/* The next text message that is queued, valid until the next call; false when there is none. */
static inline bool next_message(struct frames *frames, struct sentio_bytes *message) {
    const struct outbox *outbox = &frames->fixture->outbox;
    if (frames->entry == NO_ENTRY)
        return false;
    struct span span = outbox->entries[frames->entry].span;
    const uint8_t *frame = span_data(span) + frames->at;
    size_t left = span.end - span.start - frames->at;
    size_t length = frame_length(frame, left);
    assert_true(length > 2 && length <= left);
    *message = frame_payload(frame, length);
    frames->packed = frame[0] == 0xc1;
    if (frames->packed)
        assert_int_equal(inflater_message(frames->inflater, *message, 1 << 20, message), 0);
    else
        assert_int_equal(frame[0], 0x81);
    frames->at += length;
    if (length == left)
        frames->entry = outbox->entries[frames->entry].next;
    if (length == left)
        frames->at = 0;
    return true;
}

/* Drafts as frames, as the outbox would write them. */
static inline void make_drafts(const struct peer *peer, struct fixture *fixture) {
    struct outbox *outbox = &fixture->outbox;
    uint32_t next = NO_ENTRY;
    for (uint32_t i = peer->connection.first_entry; i != NO_ENTRY; i = next) {
        struct outbox_entry *entry = &outbox->entries[i];
        struct draft draft = entry->draft;
        next = entry->next;
        if (entry->wrapping == NULL)
            continue;
        assert_int_equal(wrapping_frame(entry->wrapping, &outbox->arena, draft.prev, draft.items,
                                        entry->count, &entry->span),
                         0);
        entry->span = outbox_pack(outbox, &peer->connection, entry->span);
        entry->wrapping = NULL;
    }
}

static inline struct frames frames_of(const struct peer *peer, struct fixture *fixture) {
    make_drafts(peer, fixture);
    return (struct frames){
        .fixture = fixture, .inflater = &fixture->inflater, .entry = peer->connection.first_entry};
}

/* Forgets what is queued for the peer. */
static inline void peer_clear(struct peer *peer) {
    peer->connection.first_entry = NO_ENTRY;
    peer->connection.last_entry = NO_ENTRY;
    peer->connection.drafted = false;
}

/* What the peer was sent since it was last asked, messages separated by "; ". */
static inline void assert_told(struct peer *peer, struct fixture *fixture, const char *expected) {
    char text[FIXTURE_TEXT_SIZE] = "";
    size_t at = 0;
    struct sentio_bytes message;
    struct frames frames = frames_of(peer, fixture);
    while (next_message(&frames, &message)) {
        uint64_t prev;
        uint64_t offset;
        at += (size_t)snprintf(text + at, sizeof(text) - at, at ? "; " : "");
        at += describe_message(text + at, sizeof(text) - at, message, &prev, &offset);
    }
    peer_clear(peer);
    assert_string_equal(text, expected);
}

/* Lets the loop run until nothing is held back for the peer's filter. */
static inline void wait_for_the_clock(struct peer *peer, struct fixture *fixture) {
    while (peer->member.filter->pending)
        uv_run(&fixture->loop, UV_RUN_ONCE);
}

#endif
