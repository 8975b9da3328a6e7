/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_SLOW_FIXTURE_H
#define SENTIO_TESTS_SLOW_FIXTURE_H

/* Subscribers whose sockets take what a test lets them, behind a fan-out and its outbox. */

#include "fanout/catchup.h"
#include "fanout/slow.h"
#include "fanout_fixture.h"
#include "kernel_fixture.h"

enum { LIMIT = 4000, MARK = 2000, READER_TEXT_SIZE = 16384 };

/* One connection and its subscription; `other` is a second one on it. */
struct reader {
    struct peer peer;
    struct member other;
    struct fixture *fixture;
    struct lws *wsi;
    size_t read; /* bytes that have been looked at */
    int overflows;
    int losses;     /* the hub was asked to tell it afresh */
    uint64_t asked; /* the reading of which the next piece was asked for last */
};

static inline struct reader *reader_of(struct connection *connection) {
    return (struct reader *)(void *)connection;
}

static inline void reader_leave(struct reader *reader) {
    struct member *member = reader->peer.connection.members;
    for (; member; member = member->next) {
        catchup_forget(member);
        fanout_leave(&reader->fixture->fanout, member);
    }
}

static inline void reader_lost(struct member *member) {
    reader_of(member->connection)->losses++;
}

static inline void reader_more(struct member *member, uint64_t reading) {
    reader_of(member->connection)->asked = reading;
}

/* As client.c does it: nothing of what waits is sent, and the members go. */
static inline void reader_overflow(struct connection *connection) {
    struct reader *reader = reader_of(connection);
    reader->overflows++;
    slow_count_disconnect(connection);
    outbox_drop(&reader->fixture->outbox, connection);
    reader_leave(reader);
    connection->state = CONNECTION_CLOSING;
}

static inline void reader_relieved(struct connection *connection) {
    slow_relieve(&reader_of(connection)->fixture->outbox, connection);
}

static inline void reader_init(struct reader *reader, struct fixture *fixture, int number) {
    memset(reader, 0, sizeof(*reader));
    peer_init(&reader->peer, fixture);
    reader->fixture = fixture;
    reader->peer.connection.fd = FIRST_SOCKET + number;
    reader->wsi = kernel_open(FIRST_SOCKET + number);
    reader->peer.connection.wsi = reader->wsi;
    fixture->outbox.limit = LIMIT;
    fixture->outbox.mark = MARK;
    fixture->outbox.overflow = reader_overflow;
    fixture->outbox.relieved = reader_relieved;
    fixture->outbox.lost = reader_lost;
    fixture->outbox.more = reader_more;
}

static inline void reader_finish(struct reader *reader) {
    struct connection *connection = &reader->peer.connection;
    reader_leave(reader);
    outbox_forget(&reader->fixture->outbox, connection);
    free(reader->wsi);
}

/* The end of a turn. */
static inline void turn(struct fixture *fixture) {
    outbox_flush(&fixture->outbox);
}

/* Takes `room` bytes, in as many callbacks as the host asks for. */
static inline void reader_take(struct reader *reader, size_t room) {
    kernel_give_room(reader->wsi, room);
    while (reader->wsi->wakes > 0 && reader->wsi->buffered == 0) {
        reader->wsi->wakes = 0;
        outbox_drain(&reader->fixture->outbox, &reader->peer.connection);
        kernel_give_room(reader->wsi, reader->wsi->room);
    }
}

/* Stops reading, behind `size` bytes and a header that are no message of a channel. */
static inline void reader_stop(struct reader *reader, size_t size) {
    struct outbox *outbox = &reader->fixture->outbox;
    struct span span;
    char *payload;
    reader->wsi->room = 0;
    assert_int_equal(arena_frame(&outbox->arena, FRAME_PING, size, &span, &payload), 0);
    memset(payload, 'x', size);
    outbox_append(outbox, &reader->peer.connection, span);
    turn(reader->fixture);
}

/* The next message that has arrived as a whole; false: none has. */
static inline bool reader_next(struct reader *reader, struct sentio_bytes *message) {
    const uint8_t *frame = reader->wsi->seen + reader->read;
    size_t left = reader->wsi->size - reader->read;
    size_t length = frame_length(frame, left);
    if (length == 0 || length > left)
        return false;
    size_t header = frame[1] < 126 ? 2 : frame[1] == 126 ? 4 : 10;
    reader->read += length;
    if (frame[0] == 0x89)
        return reader_next(reader, message);
    assert_int_equal(frame[0], 0x81);
    *message = sentio_bytes((const char *)frame + header, length - header);
    return true;
}

/* What has arrived since it was last asked, messages separated by "; ". */
static inline void assert_arrived(struct reader *reader, const char *expected) {
    char text[READER_TEXT_SIZE] = "";
    size_t at = 0;
    struct sentio_bytes message;
    while (reader_next(reader, &message)) {
        uint64_t prev;
        uint64_t offset;
        at += (size_t)snprintf(text + at, sizeof(text) - at, at ? "; " : "");
        at += describe_message(text + at, sizeof(text) - at, message, &prev, &offset);
    }
    assert_string_equal(text, expected);
}

/* Everything that it is to get. */
static inline void assert_reads(struct reader *reader, const char *expected) {
    reader_take(reader, SEEN_MAX);
    assert_arrived(reader, expected);
    assert_false(reader->peer.connection.congested);
    assert_null(reader->peer.connection.backlog);
}

/* One reader of A, B and C, or of another set, on a channel of that policy. */
static inline void reader_begin(struct reader *reader, void **state, enum config_slow slow,
                                const char *topics) {
    struct fixture *fixture = *state;
    fixture->stream->slow = slow;
    reader_init(reader, fixture, 0);
    peer_join(&reader->peer, fixture, topics, NULL);
}

static inline void assert_counted(const struct fixture *fixture, unsigned conflated,
                                  unsigned dropped, unsigned disconnected) {
    assert_int_equal(atomic_load(&fixture->stream->slow_conflated), conflated);
    assert_int_equal(atomic_load(&fixture->stream->slow_dropped), dropped);
    assert_int_equal(atomic_load(&fixture->stream->slow_disconnected), disconnected);
}

/* Items of one topic with texts of that many bytes, each published by itself. */
static inline void publish_large(struct fixture *fixture, size_t size, uint32_t count) {
    char *json = malloc(size + 1);
    assert_non_null(json);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(json, size + 1, "\"%0*llu\"", (int)size - 2,
                 (unsigned long long)++fixture->offset);
        struct item *item = fixture_plain_item(&fixture->topics, "A", json, fixture->offset);
        struct update *update = fixture_update(fixture->stream, &item, 1);
        fanout_update(&fixture->fanout, update);
        update_unref(update);
    }
    free(json);
}

/* Checks that what arrives are items of `size` bytes, and returns the first one's offset. */
static inline uint64_t read_large(struct reader *reader, size_t size, uint64_t *position,
                                  uint64_t *first_prev) {
    struct sentio_bytes message;
    uint64_t first = 0;
    while (reader_next(reader, &message)) {
        char text[READER_TEXT_SIZE];
        uint64_t prev;
        uint64_t offset;
        describe_message(text, sizeof(text), message, &prev, &offset);
        if (first == 0)
            *first_prev = prev;
        else
            assert_int_equal(prev, *position);
        first = first ? first : offset;
        *position = offset;
        assert_true(message.size > size);
    }
    return first;
}

#endif
