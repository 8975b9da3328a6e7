/* SPDX-License-Identifier: MIT */
#include "catchup_fixture.h"

/* What is read from the disk for a member that catches up. */

static void what_the_disk_has_comes_in_its_place(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish_many(past, "A", 4);
    past_tell(past, &reader, &(struct past_join){.topics = "A", .ok = OK, .more = true});
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, OK);
    past_tell(past, &reader,
              &(struct past_join){
                  .topics = "A", .replays = true, .until = 2, .more = true, .only_more = true});
    turn(past->fixture);
    assert_arrived(&reader, "update 0>1 1 replay; update 1>2 2 replay");
    past_tell(
        past, &reader,
        &(struct past_join){
            .topics = "A", .replays = true, .since = 2, .until = 4, .end = YES, .only_more = true});
    turn(past->fixture);
    assert_reads(&reader, "update 2>3 3 replay; update 3>4 4 replay; " YES "; update 4>5 5");
    past_publish(past, "A");
    turn(past->fixture);
    assert_arrived(&reader, "update 5>6 6");
    past_finish(past, &reader);
}

static void the_next_piece_is_asked_for_when_the_last_one_is_given(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    uint64_t position = 0;
    uint64_t first_prev = 1;
    past_publish_big(past, 1000, 60);
    reader_stop(&reader, 1);
    past_tell(past, &reader, &(struct past_join){.topics = "A", .more = true, .reading = 7});
    turn(past->fixture);
    assert_int_equal(reader.asked, 0); /* the first one comes by itself */
    past_tell(past, &reader,
              &(struct past_join){.topics = "A",
                                  .replays = true,
                                  .until = 60,
                                  .more = true,
                                  .only_more = true,
                                  .reading = 7});
    for (int i = 0; i < 1000 && reader.asked == 0; i++) {
        assert_true(position < 60);
        turn(past->fixture);
        reader_take(&reader, 700);
        read_large(&reader, 1000, &position, &first_prev);
    }
    assert_int_equal(reader.asked, 7);
    assert_true(position > 30); /* all but what the outbox has */
    reader.asked = 0;
    for (int i = 0; i < 1000 && position < 60; i++) {
        turn(past->fixture);
        reader_take(&reader, 700);
        read_large(&reader, 1000, &position, &first_prev);
    }
    assert_int_equal(reader.asked, 0);
    past_finish(past, &reader);
}

static void where_the_disk_has_nothing_what_is_live_goes_on_from_there(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "B B B");
    past_tell(past, &reader, &(struct past_join){.topics = "A", .more = true, .reading = 1});
    past_publish(past, "A");
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .only_more = true, .since = 2, .reading = 1});
    turn(past->fixture);
    assert_reads(&reader, "update 2>4 4");
    past_finish(past, &reader);
}

static void answers_behind_a_reading_without_items_are_given_at_once(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "B B B");
    past_tell(past, &reader, &(struct past_join){.topics = "A", .more = true, .reading = 1});
    past_tell(past, &reader, &(struct past_join){.topics = "A", .ok = OK});
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .only_more = true, .since = 2, .reading = 1});
    assert_null(reader.peer.member.catchup);
    turn(past->fixture);
    assert_reads(&reader, OK);
    past_finish(past, &reader);
}

static void each_reading_from_the_disk_has_its_place(void **state) {
    struct reader reader;
    struct past_items *past = past_begin(state, &reader, CONFIG_SLOW_DISCONNECT);
    past_publish(past, "A B");
    past_tell(past, &reader,
              &(struct past_join){.topics = "A", .ok = OK, .more = true, .reading = 1});
    past_publish(past, "A");
    past_tell(past, &reader,
              &(struct past_join){.topics = "AB", .ok = OK_2, .more = true, .reading = 2});
    struct past_join second = {
        .topics = "B", .replays = true, .until = 2, .end = YES, .only_more = true, .reading = 2};
    past_tell(past, &reader, &second);
    past_tell(past, &reader, &second); /* it has ended: this is for nobody */
    turn(past->fixture);
    assert_arrived(&reader, OK);
    past_tell(past, &reader,
              &(struct past_join){
                  .topics = "A", .replays = true, .until = 2, .only_more = true, .reading = 1});
    turn(past->fixture);
    assert_reads(&reader, "update 0>1 1 replay; update 1>3 3; " OK_2 "; update 0>2 2 replay; " YES);
    past_finish(past, &reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        OBJECT(what_the_disk_has_comes_in_its_place),
        ARRAY(the_next_piece_is_asked_for_when_the_last_one_is_given),
        OBJECT(where_the_disk_has_nothing_what_is_live_goes_on_from_there),
        OBJECT(answers_behind_a_reading_without_items_are_given_at_once),
        OBJECT(each_reading_from_the_disk_has_its_place),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
