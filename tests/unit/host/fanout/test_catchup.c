/* SPDX-License-Identifier: MIT */
#include "catchup_fixture.h"

static void what_fits_goes_out_at_once_in_order(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A B");
    past_publish(past, "B");
    past_publish(past, "A A");
    past_publish(past, "B");
    past_tell(
        past, &reader,
        &(struct past_join){.topics = "A", .ok = OK, .replays = true, .since = 0, .end = YES});
    assert_null(reader.peer.member.catchup);
    assert_false(reader.peer.connection.congested);
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader,
                   OK "; update 0>1 [1] replay; update 1>6 [4,5] replay; " YES "; update 6>7 [7]");
    past_finish(past, &reader);
}

static void objects_are_replayed_one_by_one_with_their_own_offsets(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A A/other");
    past_publish(past, "B");
    past_tell(past, &reader, &(struct past_join){.topics = "A", .replays = true, .end = YES});
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, "update 0>1 1 replay; other 1>2 2 replay; " YES "; update 3>4 4");
    past_finish(past, &reader);
}

static void history_alone_leaves_no_gap_behind_it(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A");
    past_publish(past, "B");
    past_publish(past, "B");
    past_tell(past, &reader, &(struct past_join){.topics = "A", .ok = OK, .replays = true});
    past_publish(past, "A");
    turn(past->fixture);
    /* `prev` is at most the last offset that the client had. */
    assert_arrived(&reader, OK "; update 0>1 1 replay; update 1>4 4");
    past_finish(past, &reader);
}

static void a_snapshot_follows_the_history(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish_many(past, "A B", 2);
    past_tell(past, &reader,
              &(struct past_join){.topics = "*", .replays = true, .since = 2, .snapshot = "AB"});
    turn(past->fixture);
    assert_arrived(&reader, "update 2>4 [3,4] replay; quotes 4>4 [3,4] snapshot");
    past_finish(past, &reader);
}

static void what_can_not_be_recovered_is_a_snapshot_and_no(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish_many(past, "A", 2);
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .ok = OK, .snapshot = "A", .end = NO});
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, OK "; quotes 2>2 [2] snapshot; " NO "; update 2>3 [3]");
    past_finish(past, &reader);
}

static void a_position_behind_since_is_no_gap(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    peer_join(&reader.peer, past->fixture, "B", NULL);
    past_publish(past, "B");
    past_publish_many(past, "A", 3);
    past_tell(past, &reader,
              &(struct past_join){.topics = "AB", .replays = true, .since = 3, .end = YES});
    turn(past->fixture);
    assert_arrived(&reader, "update 0>1 [1]; update 1>4 [4] replay; " YES);
    past_finish(past, &reader);
}

static void more_than_the_outbox_holds_is_given_as_the_reader_takes_it(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    uint64_t position = 0;
    uint64_t first_prev = 1;
    past_publish_big(past, 1000, 60);
    reader_stop(&reader, 1);
    past_tell(past, &reader, &(struct past_join){.topics = "A", .replays = true});
    assert_true(reader.peer.connection.congested);
    for (int i = 0; i < 1000 && position < 60; i++) {
        turn(past->fixture);
        assert_true(outbox_waiting(&reader.peer.connection) <= LIMIT);
        reader_take(&reader, 700);
        read_large(&reader, 1000, &position, &first_prev);
    }
    assert_int_equal(first_prev, 59);
    assert_int_equal(position, 60);
    turn(past->fixture);
    reader_take(&reader, SEEN_MAX);
    assert_null(reader.peer.member.catchup);
    assert_false(reader.peer.connection.congested);
    past_finish(past, &reader);
}

static void what_is_live_waits_behind_and_then_flows(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish_many(past, "A", 3);
    reader_stop(&reader, MARK);
    past_tell(
        past, &reader,
        &(struct past_join){.topics = "A", .ok = OK, .replays = true, .since = 1, .end = YES});
    past_publish(past, "A B");
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, "");
    reader_take(&reader, SEEN_MAX);
    turn(past->fixture);
    assert_reads(&reader, OK "; update 1>2 [2] replay; update 2>3 [3] replay; " YES
                             "; update 3>4 [4]; update 4>6 [6]");
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, "update 6>7 [7]");
    past_finish(past, &reader);
}

static void a_second_subscribe_waits_for_its_turn(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A");
    past_publish(past, "B");
    reader_stop(&reader, MARK);
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .ok = OK, .replays = true, .end = YES});
    past_publish(past, "A");
    past_tell(past, &reader, &(struct past_join){.topics = "AB", .ok = OK_2, .snapshot = "B"});
    past_publish(past, "B");
    reader_take(&reader, SEEN_MAX);
    turn(past->fixture);
    assert_reads(&reader, OK "; update 0>2 [1] replay; " YES "; update 2>3 [3]; " OK_2
                             "; quotes 3>3 [2] snapshot; update 3>4 [4]");
    past_finish(past, &reader);
}

static void too_much_that_is_live_drops_the_rest_and_begins_afresh(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A");
    past_tell(past, &reader, &(struct past_join){.topics = "A", .ok = OK, .more = true});
    turn(past->fixture);
    assert_arrived(&reader, OK);
    past_publish_many(past, "A", 100);
    assert_int_equal(reader.losses, 1);
    /* What it asks meanwhile is answered, and what the disk has is too late. */
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .ok = OK_2, .replays = true, .end = YES});
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .replays = true, .end = YES, .only_more = true});
    turn(past->fixture);
    assert_arrived(&reader, OK_2);
    past_publish(past, "A");
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .snapshot = "A", .end = NO, .afresh = true});
    past_publish(past, "A");
    turn(past->fixture);
    assert_reads(&reader, "quotes 101>102 [102] snapshot; " NO "; update 102>103 [103]");
    assert_int_equal(reader.overflows, 0);
    assert_int_equal(reader.losses, 1);
    past_finish(past, &reader);
}

static void answers_are_given_though_the_rest_is_dropped(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A");
    reader_stop(&reader, MARK);
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .ok = OK, .replays = true, .end = YES});
    past_publish_many(past, "A", 100);
    assert_int_equal(reader.losses, 1);
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .snapshot = "A", .end = NO, .afresh = true});
    reader_take(&reader, SEEN_MAX);
    turn(past->fixture);
    assert_reads(&reader, OK "; quotes 1>101 [101] snapshot; " NO);
    past_finish(past, &reader);
}

static void who_wants_nothing_any_more_gets_only_answers(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A");
    reader_stop(&reader, MARK);
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .ok = OK, .replays = true, .end = YES});
    past_publish(past, "A");
    peer_join(&reader.peer, past->fixture, "", NULL);
    catchup_cut(&past->fixture->outbox, &reader.peer.member);
    assert_null(reader.peer.member.catchup);
    past_publish(past, "A");
    turn(past->fixture);
    assert_reads(&reader, OK);
    /* It was told that the channel stands at 1. */
    peer_join(&reader.peer, past->fixture, "A", NULL);
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, "update 1>4 [4]");
    past_finish(past, &reader);
}

static void a_connection_that_ends_forgets_everything(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A");
    reader_stop(&reader, MARK);
    past_tell(past, &reader,
              &(struct past_join){
                  .topics = "A", .ok = OK, .replays = true, .snapshot = "A", .more = true});
    past_publish(past, "A");
    reader_leave(&reader);
    assert_null(reader.peer.member.catchup);
    for (uint64_t offset = 1; offset <= 2; offset++)
        assert_int_equal(atomic_load(&past->items[offset]->refs), 1 + (offset == 2));
    past_finish(past, &reader);
}

/* Behind the replay, `slow` decides: live items wait, more than one piece takes. */
static struct past_items *left_behind(void **state, struct reader *reader, enum config_slow slow) {
    struct past_items *past = past_begin(state, reader, slow);
    reader_stop(reader, 1);
    past->fixture->outbox.mark = 400;
    past_publish_big(past, 600, 1);
    past_tell(past, reader, &(struct past_join){.topics = "AB", .replays = true, .end = YES});
    past_publish_big(past, 600, 3);
    past_publish(past, "B");
    for (int i = 0; i < 50 && reader->peer.member.catchup; i++) {
        turn(past->fixture);
        reader_take(reader, 200);
    }
    assert_null(reader->peer.member.catchup);
    assert_non_null(reader->peer.member.held);
    past->fixture->outbox.mark = MARK;
    return past;
}

static void then_a_conflating_channel_conflates(void **state) {
    struct reader reader;
    struct past_items *past = left_behind(state, &reader, CONFIG_SLOW_CONFLATE);
    past_publish_many(past, "A B", 100);
    assert_int_equal(reader.overflows, 0);
    assert_true(atomic_load(&past->fixture->stream->slow_conflated) > 150);
    turn(past->fixture);
    reader_take(&reader, SEEN_MAX);
    turn(past->fixture);
    assert_null(reader.peer.member.held);
    past_finish(past, &reader);
}

static void then_a_dropping_channel_drops(void **state) {
    struct reader reader;
    struct past_items *past = left_behind(state, &reader, CONFIG_SLOW_DROP);
    past_publish_many(past, "A B", 100);
    assert_true(atomic_load(&past->fixture->stream->slow_dropped) > 50);
    turn(past->fixture);
    reader_take(&reader, SEEN_MAX);
    assert_int_equal(reader.overflows, 0);
    past_finish(past, &reader);
}

static void then_a_disconnecting_channel_disconnects(void **state) {
    struct reader reader;
    struct past_items *past = left_behind(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish_many(past, "A B", 100);
    assert_counted(past->fixture, 0, 0, 0);
    reader_take(&reader, SEEN_MAX);
    turn(past->fixture);
    reader_take(&reader, SEEN_MAX);
    assert_int_equal(reader.overflows, 1);
    past_finish(past, &reader);
}

static void an_interval_applies_after_the_replay(void **state) {
    const struct interest_key key = {.interval = 100};
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_CONFLATE);
    past_publish_many(past, "A", 3);
    past_tell(
        past, &reader,
        &(struct past_join){.topics = "A", .key = &key, .replays = true, .since = 1, .end = YES});
    past_publish_many(past, "A", 3);
    turn(past->fixture);
    assert_arrived(&reader, "update 1>2 [2] replay; update 2>3 [3] replay; " YES);
    wait_for_the_clock(&reader.peer, past->fixture);
    turn(past->fixture);
    assert_arrived(&reader, "update 3>6 [6]");
    past_finish(past, &reader);
}

static void who_compresses_gets_the_replay_compressed(void **state) {
    struct fixture *fixture = *state;
    struct peer peer;
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    memset(&peer, 0, sizeof(peer));
    reader.peer.connection.form = FORM_PACKED;
    past_publish_big(past, 600, 2);
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .replays = true, .ok = OK, .end = YES});
    struct frames frames = frames_of(&reader.peer, fixture);
    struct sentio_bytes message;
    bool packed[4];
    for (size_t i = 0; i < 4; i++) {
        assert_true(next_message(&frames, &message));
        packed[i] = frames.packed;
    }
    assert_true(packed[1] && packed[2]);
    assert_false(packed[0] || packed[3]);
    assert_false(next_message(&frames, &message));
    past_finish(past, &reader);
}

static void of_two_subscriptions_only_one_catches_up(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    struct member *other = &reader.other;
    struct interest_key key = {.all = true};
    other->connection = &reader.peer.connection;
    other->stream = past->fixture->stream;
    reader.peer.member.next = other;
    struct interest *interest = fixture_interest(&past->fixture->interests, &past->fixture->topics,
                                                 past->fixture->stream, &key, NULL, 0);
    assert_int_equal(fanout_join(&past->fixture->fanout, other, interest, 0), 0);
    interest_unref(interest);
    past_tell(past, &reader, &(struct past_join){.topics = "A", .ok = OK, .more = true});
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, OK "; update 0>1 [1]");
    past_tell(past, &reader, &(struct past_join){.topics = "A", .end = YES, .only_more = true});
    turn(past->fixture);
    assert_reads(&reader, YES "; update 1>1 [1]");
    past_finish(past, &reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        ARRAY(what_fits_goes_out_at_once_in_order),
        OBJECT(objects_are_replayed_one_by_one_with_their_own_offsets),
        OBJECT(history_alone_leaves_no_gap_behind_it),
        ARRAY(a_snapshot_follows_the_history),
        ARRAY(what_can_not_be_recovered_is_a_snapshot_and_no),
        ARRAY(a_position_behind_since_is_no_gap),
        ARRAY(more_than_the_outbox_holds_is_given_as_the_reader_takes_it),
        ARRAY(what_is_live_waits_behind_and_then_flows),
        ARRAY(a_second_subscribe_waits_for_its_turn),
        ARRAY(too_much_that_is_live_drops_the_rest_and_begins_afresh),
        ARRAY(answers_are_given_though_the_rest_is_dropped),
        ARRAY(who_wants_nothing_any_more_gets_only_answers),
        ARRAY(a_connection_that_ends_forgets_everything),
        ARRAY(then_a_conflating_channel_conflates),
        ARRAY(then_a_dropping_channel_drops),
        ARRAY(then_a_disconnecting_channel_disconnects),
        ARRAY(an_interval_applies_after_the_replay),
        ARRAY(who_compresses_gets_the_replay_compressed),
        ARRAY(of_two_subscriptions_only_one_catches_up),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
