/* SPDX-License-Identifier: MIT */
#include "fanout_fixture.h"

/*
 * Connections that overflow when an update fills the batch: the outbox is flushed, and the
 * connections' members, and with them filters and clocks, go.
 */

enum { LIMIT = 64 };

/* The io thread closes the connection, and its member leaves. */
struct leaving {
    struct peer peer;
    struct fixture *fixture;
    bool overflowed;
};

static void leave(struct connection *connection) {
    struct leaving *leaving = (struct leaving *)(void *)connection;
    leaving->overflowed = true;
    connection->state = CONNECTION_CLOSING;
    free(connection->backlog);
    connection->backlog = NULL;
    peer_clear(&leaving->peer);
    peer_leave(&leaving->peer, leaving->fixture);
}

/* With a backlog that has no room for another byte. */
static void init(struct leaving *leaving, struct fixture *fixture) {
    peer_init(&leaving->peer, fixture);
    leaving->fixture = fixture;
    leaving->overflowed = false;
    leaving->peer.connection.backlog = calloc(1, sizeof(struct backlog) + LIMIT);
    assert_non_null(leaving->peer.connection.backlog);
    leaving->peer.connection.backlog->end = LIMIT;
    leaving->peer.connection.backlog->capacity = LIMIT;
    fixture->outbox.limit = LIMIT;
    fixture->outbox.overflow = leave;
}

static void finish(struct leaving *leaving, struct fixture *fixture) {
    peer_leave(&leaving->peer, fixture);
    free(leaving->peer.connection.backlog);
}

/* An update for A and B, after which both overflow: each was the last of its filter. */
static void a_filter_that_is_still_to_be_served_may_lose_its_last_member(void **state) {
    struct fixture *fixture = *state;
    struct leaving first;
    struct leaving second;
    init(&first, fixture);
    init(&second, fixture);
    peer_join(&first.peer, fixture, "A", NULL);
    peer_join(&second.peer, fixture, "B", NULL);
    publish(fixture, "B");
    fixture->outbox.max_batch = 1;
    fixture->outbox.max_entries = 1;
    publish(fixture, "A B");
    assert_true(first.overflowed);
    assert_true(second.overflowed);
    assert_int_equal(fixture->stream->every[FIXTURE_IO].count, 0);
    finish(&first, fixture);
    finish(&second, fixture);
}

static void a_filter_that_was_just_served_may_lose_its_last_member(void **state) {
    struct fixture *fixture = *state;
    struct leaving first;
    init(&first, fixture);
    peer_join(&first.peer, fixture, "A", NULL);
    fixture->outbox.max_batch = 1;
    fixture->outbox.max_entries = 1;
    publish(fixture, "A A");
    assert_true(first.overflowed);
    assert_int_equal(fixture->stream->every[FIXTURE_IO].count, 0);
    finish(&first, fixture);
}

static void the_clocks_strike_goes_on_when_members_leave(void **state) {
    struct fixture *fixture = *state;
    struct leaving leaving[3];
    const struct interest_key each = {.interval = 1};
    static const char *const topics[] = {"A", "B", "C"};
    for (int i = 0; i < 3; i++) {
        init(&leaving[i], fixture);
        peer_join(&leaving[i].peer, fixture, topics[i], &each);
    }
    publish(fixture, "A B C");
    fixture->outbox.max_batch = 1;
    fixture->outbox.max_entries = 1;
    while (fixture->fanout.clocks != NULL)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    for (int i = 0; i < 3; i++) {
        assert_true(leaving[i].overflowed);
        finish(&leaving[i], fixture);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
        TEST(a_filter_that_is_still_to_be_served_may_lose_its_last_member),
        TEST(a_filter_that_was_just_served_may_lose_its_last_member),
        TEST(the_clocks_strike_goes_on_when_members_leave),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
