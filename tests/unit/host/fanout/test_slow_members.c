/* SPDX-License-Identifier: MIT */
#include "slow_fixture.h"

/* Members that hold items back while they subscribe, leave, and share a connection. */

static void an_interval_goes_on_merging_what_is_held(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    const struct interest_key each = {.interval = 1};
    fixture->stream->slow = CONFIG_SLOW_CONFLATE;
    reader_init(&reader, fixture, 0);
    peer_join(&reader.peer, fixture, "AB", &each);
    reader_stop(&reader, MARK);
    for (int i = 0; i < 3; i++) {
        publish(fixture, i == 1 ? "A B" : "A A");
        wait_for_the_clock(&reader.peer, fixture);
    }
    assert_reads(&reader, "update 0>6 [4,6] conflated 2");
    assert_counted(fixture, 2, 0, 0);
    reader_finish(&reader);
}

static void subscribing_the_same_again_releases_what_is_held(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "AB");
    reader_stop(&reader, MARK);
    publish(fixture, "A B");
    publish(fixture, "A");
    peer_join(&reader.peer, fixture, "AB", NULL);
    assert_null(reader.peer.member.held);
    assert_true(reader.peer.member.seen);
    assert_int_equal(reader.peer.member.position, 3);
    publish(fixture, "A");
    turn(fixture);
    assert_reads(&reader, "update 0>3 [2,3] conflated 1; update 3>4 [4]");
    reader_finish(&reader);
}

static void another_interest_first_releases_what_is_held(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    reader_stop(&reader, MARK);
    publish(fixture, "A B");
    publish(fixture, "A");
    peer_join(&reader.peer, fixture, "AB", NULL);
    publish(fixture, "A B");
    publish(fixture, "B");
    turn(fixture);
    assert_reads(&reader, "update 0>3 [3] conflated 1; update 3>6 [4,6] conflated 1");
    reader_finish(&reader);
}

static void an_interval_that_ends_while_held_back_loses_nothing(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    const struct interest_key each = {.interval = 60000};
    fixture->stream->slow = CONFIG_SLOW_CONFLATE;
    reader_init(&reader, fixture, 0);
    peer_join(&reader.peer, fixture, "A", NULL);
    reader_stop(&reader, MARK);
    publish(fixture, "A");
    peer_join(&reader.peer, fixture, "A", &each);
    publish(fixture, "A");
    peer_join(&reader.peer, fixture, "A", NULL);
    publish(fixture, "A");
    reader_take(&reader, SEEN_MAX);
    assert_arrived(&reader, "");
    turn(fixture);
    assert_reads(&reader, "update 0>1 [1]; update 1>2 [2]; update 2>3 [3]");
    reader_finish(&reader);
}

static void leaving_forgets_what_is_held_and_the_position_is_what_was_sent(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    publish(fixture, "A");
    turn(fixture);
    assert_reads(&reader, "update 0>1 [1]");
    reader_stop(&reader, MARK);
    publish(fixture, "A");
    peer_join(&reader.peer, fixture, "", NULL);
    assert_null(reader.peer.member.held);
    assert_int_equal(reader.peer.member.position, 1);
    publish(fixture, "A");
    peer_join(&reader.peer, fixture, "A", NULL);
    publish(fixture, "A");
    assert_reads(&reader, "update 1>4 [4]");
    reader_finish(&reader);
}

static void a_connection_that_ends_while_held_back_leaves_nothing(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    reader_stop(&reader, MARK);
    publish(fixture, "A A");
    assert_non_null(reader.peer.member.held);
    reader_finish(&reader);
    assert_null(reader.peer.member.held);
}

/* A second channel whose messages go the same way. */
static struct fixture *open_second(struct fixture *first, enum config_slow slow) {
    void *state;
    assert_int_equal(fixture_setup_array(&state), 0);
    struct fixture *second = state;
    second->fanout.outbox = &first->outbox;
    second->stream->slow = slow;
    return second;
}

static void join_second(struct reader *reader, struct fixture *second, const char *topic) {
    const struct interest_key wanted = {.interval = 0};
    struct interest *interest =
        fixture_interest(&second->interests, &second->topics, second->stream, &wanted, &topic, 1);
    reader->other.connection = &reader->peer.connection;
    reader->other.stream = second->stream;
    reader->peer.member.next = &reader->other;
    assert_int_equal(fanout_join(&second->fanout, &reader->other, interest, second->offset), 0);
    interest_unref(interest);
}

static void each_channel_of_a_connection_has_its_own_policy(void **state) {
    struct fixture *fixture = *state;
    struct fixture *second = open_second(fixture, CONFIG_SLOW_DROP);
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    join_second(&reader, second, "A");
    reader_stop(&reader, MARK);
    for (int i = 0; i < 3; i++) {
        publish(fixture, "A");
        publish(second, "A");
        turn(fixture);
    }
    assert_reads(&reader, "update 0>3 [3] conflated 2; "
                          "update 0>1 [1]; update 1>2 [2]; update 2>3 [3]");
    reader_finish(&reader);
    fixture_teardown(&(void *){second});
}

static void members_share_the_room_and_none_takes_the_others(void **state) {
    struct fixture *fixture = *state;
    struct fixture *second = open_second(fixture, CONFIG_SLOW_CONFLATE);
    struct reader reader;
    struct sentio_bytes message;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    join_second(&reader, second, "A");
    reader_stop(&reader, MARK);
    publish_large(fixture, 3000, 1);
    publish_large(second, 3000, 1);
    reader_take(&reader, 10);
    assert_int_equal(reader.overflows, 0);
    assert_true(outbox_waiting(&reader.peer.connection) < LIMIT);
    reader_take(&reader, 3 * 3000);
    for (int i = 0; i < 2; i++)
        assert_true(reader_next(&reader, &message) && message.size > 3000);
    assert_false(reader_next(&reader, &message));
    assert_false(reader.peer.connection.congested);
    reader_finish(&reader);
    fixture_teardown(&(void *){second});
}

static void an_overflow_counts_for_every_channel_of_the_connection(void **state) {
    struct fixture *fixture = *state;
    struct fixture *second = open_second(fixture, CONFIG_SLOW_CONFLATE);
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_DISCONNECT, "A");
    join_second(&reader, second, "A");
    reader_stop(&reader, MARK);
    publish(second, "A");
    while (reader.overflows == 0) {
        publish(fixture, "A A A A");
        turn(fixture);
    }
    assert_counted(fixture, 0, 0, 1);
    assert_counted(second, 0, 0, 1);
    assert_null(reader.other.held);
    reader_finish(&reader);
    fixture_teardown(&(void *){second});
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
        TEST(an_interval_goes_on_merging_what_is_held),
        TEST(subscribing_the_same_again_releases_what_is_held),
        TEST(another_interest_first_releases_what_is_held),
        TEST(an_interval_that_ends_while_held_back_loses_nothing),
        TEST(leaving_forgets_what_is_held_and_the_position_is_what_was_sent),
        TEST(a_connection_that_ends_while_held_back_leaves_nothing),
        TEST(each_channel_of_a_connection_has_its_own_policy),
        TEST(members_share_the_room_and_none_takes_the_others),
        TEST(an_overflow_counts_for_every_channel_of_the_connection),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
