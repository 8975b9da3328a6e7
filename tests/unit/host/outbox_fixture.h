/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_OUTBOX_FIXTURE_H
#define SENTIO_TESTS_OUTBOX_FIXTURE_H

/* An outbox with one connection, whose socket takes as much as a test lets it. */

#include "fanout/outbox.h"
#include "kernel_fixture.h"

struct fixture {
    struct outbox outbox;
    struct connection connection;
    struct lws *wsi;
    int overflows;
    int broken;
    int reliefs;
    uint8_t expected[SEEN_MAX];
    size_t expected_size;
    size_t shown; /* bytes of those */
};

static inline struct fixture *fixture_of(struct connection *connection) {
    return (struct fixture *)((char *)connection - offsetof(struct fixture, connection));
}

static inline void on_overflow(struct connection *connection) {
    fixture_of(connection)->overflows++;
    connection->state = CONNECTION_CLOSING;
}

static inline void on_broken(struct connection *connection) {
    fixture_of(connection)->broken++;
    connection->state = CONNECTION_CLOSING;
}

static inline void on_relieved(struct connection *connection) {
    fixture_of(connection)->reliefs++;
    connection->congested = false;
}

static inline int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    fixture->wsi = kernel_open(FIRST_SOCKET);
    assert_int_equal(outbox_init(&fixture->outbox, 4096), 0);
    fixture->outbox.overflow = on_overflow;
    fixture->outbox.broken = on_broken;
    fixture->outbox.relieved = on_relieved;
    fixture->connection = (struct connection){.wsi = fixture->wsi,
                                              .fd = FIRST_SOCKET,
                                              .state = CONNECTION_OPEN,
                                              .first_entry = NO_ENTRY,
                                              .last_entry = NO_ENTRY};
    *state = fixture;
    return 0;
}

static inline int teardown(void **state) {
    struct fixture *fixture = *state;
    outbox_forget(&fixture->outbox, &fixture->connection);
    outbox_finish(&fixture->outbox);
    free(fixture->wsi);
    free(fixture);
    return 0;
}

/* A frame of `size` bytes of payload that are all `letter`, which the peer is to get. */
static inline struct span make(struct fixture *fixture, size_t size, char letter) {
    struct span span;
    char *payload;
    assert_int_equal(arena_frame(&fixture->outbox.arena, FRAME_TEXT, size, &span, &payload), 0);
    memset(payload, letter, size);
    return span;
}

static inline void expect(struct fixture *fixture, struct span span) {
    memcpy(fixture->expected + fixture->expected_size, fixture->outbox.arena.data + span.start,
           span.end - span.start);
    fixture->expected_size += span.end - span.start;
}

static inline void append(struct fixture *fixture, size_t size, char letter) {
    struct span span = make(fixture, size, letter);
    expect(fixture, span);
    outbox_append(&fixture->outbox, &fixture->connection, span);
}

/* As the library calls back: when it was asked to, its own bytes are sent, and there is room. */
static inline void wake(struct fixture *fixture, size_t room) {
    kernel_give_room(fixture->wsi, room);
    if (fixture->wsi->buffered || fixture->wsi->wakes == 0)
        return;
    fixture->wsi->wakes = 0;
    outbox_drain(&fixture->outbox, &fixture->connection);
}

static inline void assert_all_arrived(const struct fixture *fixture) {
    assert_int_equal(fixture->wsi->size, fixture->expected_size);
    assert_memory_equal(fixture->wsi->seen, fixture->expected, fixture->expected_size);
}

#endif
