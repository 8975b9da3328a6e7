/* SPDX-License-Identifier: MIT */
#include "fanout/interval.h"

#include "fanout_fixture.h"

enum { PEERS = 4 };

static const struct interest_key each = {.interval = 1};

static void init_peers(struct peer *peers, struct fixture *fixture) {
    for (int i = 0; i < PEERS; i++)
        peer_init(&peers[i], fixture);
}

static void leave_all(struct peer *peers, struct fixture *fixture) {
    for (int i = 0; i < PEERS; i++)
        peer_leave(&peers[i], fixture);
}

static void nothing_is_sent_before_the_clock_strikes(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    const struct interest_key hour = {.interval = 3600000};
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &hour);
    publish(fixture, "A");
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_int_equal(fixture->outbox.count, 0);
    assert_non_null(peers[0].member.filter->pending);
    leave_all(peers, fixture);
}

static void the_newest_of_each_key_goes_out_in_the_order_of_offsets(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "AB", &each);
    publish(fixture, "A A:x B");
    publish(fixture, "A:x");
    publish(fixture, "A C");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "update 0>6 [3,4,5]");
    publish(fixture, "B");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "update 6>7 [7]");
    leave_all(peers, fixture);
}

static void a_quiet_interval_sends_nothing(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    peer_join(&peers[1], fixture, "B", &each);
    for (int i = 0; i < 3; i++) {
        publish(fixture, "A");
        wait_for_the_clock(&peers[0], fixture);
    }
    assert_told(&peers[0], fixture, "update 0>1 [1]; update 1>2 [2]; update 2>3 [3]");
    assert_told(&peers[1], fixture, "");
    leave_all(peers, fixture);
}

static void one_key_on_two_topics_is_two_things(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "AB", &each);
    publish(fixture, "A:k B:k");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "update 0>2 [1,2]");
    leave_all(peers, fixture);
}

static void a_key_that_is_the_topics_name_is_the_topic(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    publish(fixture, "A");
    publish(fixture, "A:A");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "update 0>2 [2]");
    leave_all(peers, fixture);
}

static void many_keys_are_all_held(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    char words[16];
    char expected[FIXTURE_TEXT_SIZE] = "update 0>200 [";
    size_t at = strlen(expected);
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    for (int i = 1; i <= 200; i++) {
        snprintf(words, sizeof(words), "A:k%d", i % 100);
        publish(fixture, words);
        if (i > 100)
            at += (size_t)snprintf(expected + at, sizeof(expected) - at, "%d%s", i,
                                   i < 200 ? "," : "]");
    }
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, expected);
    leave_all(peers, fixture);
}

static void items_for_everyone_and_filters_are_as_without_an_interval(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    const struct predicates predicates = {.count = 1,
                                          .list = {{.kind = SENTIO_AT_LEAST, .number = 5}}};
    const struct interest_key key = {.interval = 1, .named = true, .predicates = &predicates};
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &key);
    publish(fixture, "A=7 *=6 B=9");
    publish(fixture, "A=4");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "update@prices 0>3 [1,2]");
    leave_all(peers, fixture);
}

static void members_of_one_filter_share_the_frame(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    peer_join(&peers[1], fixture, "A", &each);
    publish(fixture, "A");
    wait_for_the_clock(&peers[0], fixture);
    assert_int_equal(fixture->outbox.count, 2);
    assert_int_equal(fixture->outbox.entries[0].span.start, fixture->outbox.entries[1].span.start);
    assert_int_equal(fixture->outbox.arena.size, fixture->outbox.entries[0].span.end);
    assert_told(&peers[0], fixture, "update 0>1 [1]");
    assert_told(&peers[1], fixture, "update 0>1 [1]");
    assert_int_equal(delivered(fixture), 2);
    leave_all(peers, fixture);
}

static void filters_of_one_interval_share_a_clock_that_ends_with_the_last(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    const struct interest_key other = {.interval = 2};
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    peer_join(&peers[1], fixture, "B", &each);
    peer_join(&peers[2], fixture, "B", &other);
    peer_join(&peers[3], fixture, "B", NULL);
    assert_ptr_equal(peers[0].member.filter->clock, peers[1].member.filter->clock);
    assert_ptr_not_equal(peers[0].member.filter->clock, peers[2].member.filter->clock);
    assert_null(peers[3].member.filter->clock);
    publish(fixture, "B");
    assert_told(&peers[3], fixture, "update 0>1 [1]");
    wait_for_the_clock(&peers[2], fixture);
    assert_told(&peers[2], fixture, "update 0>1 [1]");
    wait_for_the_clock(&peers[1], fixture);
    assert_told(&peers[1], fixture, "update 0>1 [1]");
    leave_all(peers, fixture);
    assert_null(fixture->fanout.clocks);
}

static void who_joins_in_mid_interval_does_not_get_what_its_snapshot_had(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "ABC", &each);
    publish(fixture, "A B");
    peer_join(&peers[1], fixture, "ABC", &each);
    publish(fixture, "A C");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "update 0>4 [2,3,4]");
    assert_told(&peers[1], fixture, "update 0>4 [3,4]");
    leave_all(peers, fixture);
}

static void who_joins_when_all_is_held_already_gets_nothing_of_it(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    publish(fixture, "A");
    peer_join(&peers[1], fixture, "A", &each);
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "update 0>1 [1]");
    assert_told(&peers[1], fixture, "");
    publish(fixture, "A");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[1], fixture, "update 1>2 [2]");
    leave_all(peers, fixture);
}

/* The newcomer was told 1 last. What is held when it joins is not for it, so that the strike must
 * not cover it up to there. */
static void a_strike_that_has_nothing_for_a_newcomer_leaves_it_no_gap(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    peer_join(&peers[1], fixture, "B", NULL);
    publish(fixture, "B");
    publish(fixture, "A");
    assert_told(&peers[1], fixture, "update 0>1 [1]");
    peer_join(&peers[1], fixture, "A", &each);
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[1], fixture, "");
    publish(fixture, "A");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[1], fixture, "update 1>3 [3]");
    assert_int_equal(delivered(fixture), 4);
    leave_all(peers, fixture);
}

static void who_moves_on_gets_at_once_what_was_held_for_it(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "AB", &each);
    peer_join(&peers[1], fixture, "AB", &each);
    publish(fixture, "A B A");
    peer_join(&peers[0], fixture, "ABC", &each);
    assert_told(&peers[0], fixture, "update 0>3 [2,3]");
    assert_told(&peers[1], fixture, "");
    publish(fixture, "A");
    wait_for_the_clock(&peers[0], fixture);
    wait_for_the_clock(&peers[1], fixture);
    assert_told(&peers[0], fixture, "update 3>4 [4]");
    assert_told(&peers[1], fixture, "update 0>4 [2,4]");
    leave_all(peers, fixture);
}

static void the_last_one_that_moves_on_takes_what_was_held_along(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    publish(fixture, "A");
    peer_join(&peers[0], fixture, "A", NULL);
    assert_told(&peers[0], fixture, "update 0>1 [1]");
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "update 1>2 [2]");
    assert_null(fixture->fanout.clocks);
    leave_all(peers, fixture);
}

static void who_moves_away_and_back_gets_nothing_twice(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    peer_join(&peers[1], fixture, "A", &each);
    publish(fixture, "A");
    peer_join(&peers[0], fixture, "B", &each);
    peer_join(&peers[0], fixture, "A", &each);
    wait_for_the_clock(&peers[1], fixture);
    assert_told(&peers[0], fixture, "update 0>1 [1]");
    publish(fixture, "A");
    wait_for_the_clock(&peers[1], fixture);
    assert_told(&peers[0], fixture, "update 1>2 [2]");
    leave_all(peers, fixture);
}

/* The answer's offset covers what is held: were it to come behind, its offset would be an old one.
 */
static void who_asks_again_gets_what_is_held_before_the_answer(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    peer_join(&peers[1], fixture, "A", &each);
    publish(fixture, "A");
    publish(fixture, "B");
    peer_join(&peers[0], fixture, "A", &each);
    assert_told(&peers[0], fixture, "update 0>1 [1]");
    peer_is_told_the_offset(&peers[0], fixture);
    wait_for_the_clock(&peers[1], fixture);
    assert_told(&peers[0], fixture, "");
    assert_told(&peers[1], fixture, "update 0>1 [1]");
    publish(fixture, "A");
    wait_for_the_clock(&peers[1], fixture);
    assert_told(&peers[0], fixture, "update 1>3 [3]");
    leave_all(peers, fixture);
}

static void who_unsubscribes_is_not_sent_what_was_held(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &each);
    peer_join(&peers[1], fixture, "B", &each);
    publish(fixture, "A B");
    peer_join(&peers[0], fixture, "", NULL);
    wait_for_the_clock(&peers[1], fixture);
    assert_told(&peers[0], fixture, "");
    assert_told(&peers[1], fixture, "update 0>2 [2]");
    leave_all(peers, fixture);
}

static void objects_are_a_message_each_of_their_own_type(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "AB", &each);
    publish(fixture, "A/admin_users B/admin_revenue");
    publish(fixture, "A/admin_users");
    wait_for_the_clock(&peers[0], fixture);
    assert_told(&peers[0], fixture, "admin_revenue 0>2 2; admin_users 2>3 3");
    publish(fixture, "B A");
    peer_join(&peers[0], fixture, "B", &each);
    assert_told(&peers[0], fixture, "update 3>4 4; update 4>5 5");
    assert_int_equal(delivered(fixture), 4);
    leave_all(peers, fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        ARRAY(nothing_is_sent_before_the_clock_strikes),
        ARRAY(the_newest_of_each_key_goes_out_in_the_order_of_offsets),
        ARRAY(a_quiet_interval_sends_nothing),
        ARRAY(one_key_on_two_topics_is_two_things),
        ARRAY(a_key_that_is_the_topics_name_is_the_topic),
        ARRAY(many_keys_are_all_held),
        ARRAY(items_for_everyone_and_filters_are_as_without_an_interval),
        ARRAY(members_of_one_filter_share_the_frame),
        ARRAY(filters_of_one_interval_share_a_clock_that_ends_with_the_last),
        ARRAY(who_joins_in_mid_interval_does_not_get_what_its_snapshot_had),
        ARRAY(who_joins_when_all_is_held_already_gets_nothing_of_it),
        ARRAY(a_strike_that_has_nothing_for_a_newcomer_leaves_it_no_gap),
        ARRAY(who_moves_on_gets_at_once_what_was_held_for_it),
        ARRAY(the_last_one_that_moves_on_takes_what_was_held_along),
        ARRAY(who_moves_away_and_back_gets_nothing_twice),
        ARRAY(who_asks_again_gets_what_is_held_before_the_answer),
        ARRAY(who_unsubscribes_is_not_sent_what_was_held),
        OBJECT(objects_are_a_message_each_of_their_own_type),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
