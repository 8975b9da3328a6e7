/* SPDX-License-Identifier: MIT */
#include "fanout/slow.h"

#include "slow_fixture.h"

enum { CHUNK_ITEMS = 256 }; /* slow.c: at most so many held items are one message */

static void conflation_keeps_the_newest_of_each_key_in_order(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "ABC");
    publish(fixture, "A B");
    turn(fixture);
    assert_reads(&reader, "update 0>2 [1,2]");
    reader_stop(&reader, MARK);
    publish(fixture, "A B");
    publish(fixture, "A D");
    turn(fixture);
    publish(fixture, "C A D");
    turn(fixture);
    assert_reads(&reader, "update 2>9 [4,7,8] conflated 2");
    assert_counted(fixture, 2, 0, 0);
    publish(fixture, "B");
    turn(fixture);
    assert_reads(&reader, "update 9>10 [10]");
    reader_finish(&reader);
}

static void items_that_are_not_replaced_are_not_counted(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "*");
    reader_stop(&reader, MARK);
    publish(fixture, "A:k B:k");
    publish(fixture, "A C");
    assert_reads(&reader, "update 0>4 [1,2,3,4]");
    assert_counted(fixture, 0, 0, 0);
    reader_finish(&reader);
}

static void below_the_mark_nothing_is_held(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    reader_stop(&reader, MARK - 300);
    for (int i = 0; i < 2; i++) {
        publish(fixture, "A A");
        turn(fixture);
        assert_null(reader.peer.member.held);
    }
    publish(fixture, "A");
    turn(fixture);
    publish(fixture, "A");
    publish(fixture, "A");
    assert_non_null(reader.peer.member.held);
    assert_reads(&reader, "update 0>2 [1,2]; update 2>4 [3,4]; update 4>5 [5]; "
                          "update 5>7 [7] conflated 1");
    reader_finish(&reader);
}

static void what_the_turn_has_queued_counts_towards_the_mark(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    reader_stop(&reader, MARK);
    reader_take(&reader, 1);
    assert_false(reader.peer.connection.congested);
    for (uint32_t i = 0; i < 40; i++)
        publish(fixture, "A");
    assert_non_null(reader.peer.member.held);
    assert_int_equal(reader.overflows, 0);
    reader_take(&reader, SEEN_MAX);
    turn(fixture);
    reader_take(&reader, SEEN_MAX);
    uint64_t position = 0;
    uint64_t first_prev;
    read_large(&reader, 1, &position, &first_prev);
    assert_int_equal(position, 40);
    reader_finish(&reader);
}

static void an_object_is_a_message_of_its_own_with_its_type(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "*");
    reader_stop(&reader, MARK);
    publish(fixture, "A/first B C");
    publish(fixture, "A/second");
    assert_reads(&reader, "update 0>2 2 conflated 1; update 2>3 3; second 3>4 4");
    publish(fixture, "A");
    turn(fixture);
    assert_reads(&reader, "update 4>5 5");
    reader_finish(&reader);
}

static void messages_name_their_channel_where_the_connection_has_several(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    const struct interest_key key = {.named = true};
    fixture->stream->slow = CONFIG_SLOW_CONFLATE;
    reader_init(&reader, fixture, 0);
    reader.peer.connection.named = true;
    peer_join(&reader.peer, fixture, "A", &key);
    reader_stop(&reader, MARK);
    publish(fixture, "A");
    assert_reads(&reader, "update@prices 0>1 [1]");
    reader_finish(&reader);
}

/* Holds one item of each of `count` keys, and one of the first key again. */
static void hold_keys(struct fixture *fixture, uint32_t count) {
    for (uint32_t i = 0; i <= count; i++) {
        char word[16];
        snprintf(word, sizeof(word), "A:%u", i % count);
        publish(fixture, word);
    }
}

static void much_goes_in_several_messages_that_follow_one_another(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    struct sentio_bytes message;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "A");
    fixture->outbox.limit = 1 << 20;
    fixture->outbox.mark = 1 << 19;
    reader_stop(&reader, 1 << 19);
    hold_keys(fixture, 600);
    reader_take(&reader, SEEN_MAX);
    static const uint32_t offsets[] = {1 + CHUNK_ITEMS, 1 + 2 * CHUNK_ITEMS, 601};
    for (uint32_t i = 0; i < 3; i++) {
        char text[READER_TEXT_SIZE];
        uint64_t prev;
        uint64_t offset;
        assert_true(reader_next(&reader, &message));
        describe_message(text, sizeof(text), message, &prev, &offset);
        assert_int_equal(prev, i ? offsets[i - 1] : 0);
        assert_int_equal(offset, offsets[i]);
        assert_int_equal(strstr(text, " conflated 1") != NULL, i == 0);
    }
    assert_false(reader_next(&reader, &message));
    assert_counted(fixture, 1, 0, 0);
    reader_finish(&reader);
}

static void what_is_still_held_is_merged_while_the_rest_goes_out(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "*");
    reader_stop(&reader, MARK);
    for (int i = 0; i < 2; i++) {
        publish_large(fixture, 1000, 1);
        publish(fixture, "B");
    }
    publish(fixture, "C:1 D");
    publish_large(fixture, 2100, 1);
    /* The backlog goes to the library; B, C and D are one message, A does not fit behind it. */
    reader_take(&reader, 100);
    assert_true(reader.peer.connection.congested);
    publish(fixture, "D");
    publish_large(fixture, 10, 1);
    assert_reads(&reader, "update 0>6 [4,5,6] conflated 3; "
                          "update 6>9 [8,\"00000009\"] conflated 1");
    assert_counted(fixture, 4, 0, 0);
    reader_finish(&reader);
}

static void items_that_fill_the_outbox_alone_go_one_after_the_other(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "*");
    reader_stop(&reader, MARK);
    publish(fixture, "B");
    publish_large(fixture, LIMIT - 200, 1);
    reader_take(&reader, SEEN_MAX);
    assert_int_equal(reader.overflows, 0);
    uint64_t position = 0;
    uint64_t first_prev;
    assert_int_equal(read_large(&reader, 1, &position, &first_prev), 1);
    assert_int_equal(position, 2);
    reader_finish(&reader);
}

static void an_item_over_the_limit_ends_the_connection(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "*");
    reader_stop(&reader, MARK);
    publish_large(fixture, LIMIT, 1);
    assert_int_equal(reader.overflows, 0);
    reader_take(&reader, SEEN_MAX);
    assert_int_equal(reader.overflows, 1);
    assert_counted(fixture, 0, 0, 1);
    reader_finish(&reader);
}

static void more_keys_than_the_limit_end_the_connection_when_it_reads_on(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "*");
    reader_stop(&reader, MARK);
    hold_keys(fixture, 20);
    assert_false(slow_lost(&reader.peer.member));
    hold_keys(fixture, 500);
    assert_true(slow_lost(&reader.peer.member));
    assert_true(outbox_waiting(&reader.peer.connection) < LIMIT);
    assert_int_equal(reader.overflows, 0);
    reader_take(&reader, SEEN_MAX);
    assert_int_equal(reader.overflows, 1);
    assert_arrived(&reader, "");
    assert_false(slow_lost(&reader.peer.member));
    assert_int_equal(atomic_load(&fixture->stream->slow_disconnected), 1);
    reader_finish(&reader);
}

static void a_member_that_has_lost_something_is_released_with_nothing(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "*");
    reader_stop(&reader, MARK);
    hold_keys(fixture, 500);
    slow_release(&fixture->outbox, &reader.peer.member);
    assert_null(reader.peer.member.held);
    assert_int_equal(reader.peer.connection.queued, 0);
    reader_finish(&reader);
}

static void dropping_lets_the_oldest_go_and_shows_the_gap(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    uint64_t position = 0;
    uint64_t first_prev;
    reader_begin(&reader, state, CONFIG_SLOW_DROP, "A");
    publish_large(fixture, 10, 1);
    turn(fixture);
    reader_take(&reader, SEEN_MAX);
    assert_int_equal(read_large(&reader, 10, &position, &first_prev), 1);
    assert_int_equal(first_prev, 0);
    reader_stop(&reader, MARK);
    publish_large(fixture, 100, 49);
    assert_int_equal(outbox_waiting(&reader.peer.connection), MARK + 4);
    reader_take(&reader, SEEN_MAX);
    uint64_t first = read_large(&reader, 100, &position, &first_prev);
    assert_true(first > 10 && first < 50);
    assert_int_equal(first_prev, first - 1);
    assert_int_equal(position, 50);
    assert_counted(fixture, 0, (unsigned)first - 2, 0);
    publish(fixture, "A");
    turn(fixture);
    assert_reads(&reader, "update 50>51 [51]");
    reader_finish(&reader);
}

static void without_a_gap_dropping_loses_nothing(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_DROP, "AB");
    reader_stop(&reader, MARK);
    publish(fixture, "A A B C");
    publish(fixture, "A");
    assert_reads(&reader, "update 0>3 [1,2,3]; update 3>5 [5]");
    assert_counted(fixture, 0, 0, 0);
    reader_finish(&reader);
}

static void where_there_is_no_room_at_all_everything_is_dropped(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_DROP, "A");
    reader_stop(&reader, LIMIT - 10);
    publish(fixture, "A A");
    publish(fixture, "A");
    assert_reads(&reader, "");
    assert_counted(fixture, 0, 3, 0);
    publish(fixture, "A");
    turn(fixture);
    assert_reads(&reader, "update 3>4 [4]");
    reader_finish(&reader);
}

static void with_disconnect_nothing_is_held(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_DISCONNECT, "A");
    reader_stop(&reader, MARK);
    while (reader.overflows == 0) {
        assert_true(fixture->offset < 100);
        publish(fixture, "A");
        assert_null(reader.peer.member.held);
        turn(fixture);
        assert_true(outbox_waiting(&reader.peer.connection) <= LIMIT);
    }
    assert_counted(fixture, 0, 0, 1);
    reader_take(&reader, SEEN_MAX);
    assert_arrived(&reader, "");
    reader_finish(&reader);
}

static void what_is_held_goes_out_first_when_the_channel_holds_no_more(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_CONFLATE, "AB");
    reader_stop(&reader, MARK);
    publish(fixture, "A");
    turn(fixture);
    assert_non_null(reader.peer.member.held);
    atomic_store(&fixture->stream->slow, CONFIG_SLOW_DISCONNECT);
    publish(fixture, "B");
    publish(fixture, "A");
    turn(fixture);
    assert_reads(&reader, "update 0>3 [2,3] conflated 1");
    publish(fixture, "B");
    turn(fixture);
    assert_null(reader.peer.member.held);
    assert_reads(&reader, "update 3>4 [4]");
    reader_finish(&reader);
}

static void a_reader_that_keeps_up_notices_nothing(void **state) {
    struct fixture *fixture = *state;
    struct reader slow;
    struct reader quick;
    reader_begin(&slow, state, CONFIG_SLOW_CONFLATE, "AB");
    reader_init(&quick, fixture, 1);
    peer_join(&quick.peer, fixture, "AB", NULL);
    reader_stop(&slow, MARK);
    publish(fixture, "A");
    publish(fixture, "A B");
    turn(fixture);
    publish(fixture, "A");
    turn(fixture);
    assert_reads(&quick, "update 0>1 [1]; update 1>3 [2,3]; update 3>4 [4]");
    assert_reads(&slow, "update 0>4 [3,4] conflated 2");
    reader_finish(&slow);
    reader_finish(&quick);
}

static void what_is_held_is_bounded_by_the_limit(void **state) {
    struct fixture *fixture = *state;
    struct reader reader;
    reader_begin(&reader, state, CONFIG_SLOW_DROP, "A");
    reader_stop(&reader, MARK);
    for (uint32_t i = 0; i < 300; i++) {
        publish_large(fixture, 10 + i, 1);
        turn(fixture);
    }
    reader_take(&reader, SEEN_MAX);
    /* The filler and its header; each message has about 120 bytes around its item. */
    assert_true(reader.wsi->size < MARK + 4 + 2 * LIMIT);
    assert_int_equal(reader.overflows, 0);
    reader_finish(&reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        TEST(conflation_keeps_the_newest_of_each_key_in_order),
        TEST(items_that_are_not_replaced_are_not_counted),
        TEST(below_the_mark_nothing_is_held),
        TEST(what_the_turn_has_queued_counts_towards_the_mark),
        OBJECT(an_object_is_a_message_of_its_own_with_its_type),
        TEST(messages_name_their_channel_where_the_connection_has_several),
        TEST(much_goes_in_several_messages_that_follow_one_another),
        TEST(what_is_still_held_is_merged_while_the_rest_goes_out),
        TEST(items_that_fill_the_outbox_alone_go_one_after_the_other),
        TEST(an_item_over_the_limit_ends_the_connection),
        TEST(more_keys_than_the_limit_end_the_connection_when_it_reads_on),
        TEST(a_member_that_has_lost_something_is_released_with_nothing),
        TEST(dropping_lets_the_oldest_go_and_shows_the_gap),
        TEST(without_a_gap_dropping_loses_nothing),
        TEST(where_there_is_no_room_at_all_everything_is_dropped),
        TEST(with_disconnect_nothing_is_held),
        TEST(what_is_held_goes_out_first_when_the_channel_holds_no_more),
        TEST(a_reader_that_keeps_up_notices_nothing),
        TEST(what_is_held_is_bounded_by_the_limit),
#undef TEST
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
