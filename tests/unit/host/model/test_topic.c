/* SPDX-License-Identifier: MIT */
#include "model/topic.h"

#include <stdio.h>

#include "stream_fixture.h"

enum { SWEEP_AT = 1024 };

static int setup(void **state) {
    struct topic_table *topics = calloc(1, sizeof(*topics));
    *state = topics;
    if (topics == NULL)
        return -1;
    topic_table_init(topics, 2);
    return 0;
}

static int teardown(void **state) {
    topic_table_finish(*state);
    free(*state);
    return 0;
}

static struct topic *obtain_number(struct topic_table *topics, int number) {
    char name[16];
    snprintf(name, sizeof(name), "T%d", number);
    struct topic *topic = topic_obtain(topics, sentio_text(name));
    assert_non_null(topic);
    return topic;
}

static void a_name_is_one_topic(void **state) {
    struct topic_table *topics = *state;
    char name[] = "AAPL";
    struct topic *topic = topic_obtain(topics, sentio_text(name));
    assert_non_null(topic);
    memset(name, 'x', 4);
    assert_text(topic_name(topic), "AAPL");
    assert_ptr_equal(topic_obtain(topics, sentio_text("AAPL")), topic);
    assert_ptr_equal(topic_find(topics, sentio_text("AAPL")), topic);
    assert_int_equal(atomic_load(&topic->refs), 3);
    assert_false(topic->everyone);
    assert_int_equal(topic->io_count, 2);
    assert_int_equal(topic->filters[1].count, 0);
    topic_unref(topic);
    topic_unref(topic);
    topic_unref(NULL);
}

static void names_are_told_apart_by_case_and_length(void **state) {
    struct topic_table *topics = *state;
    struct topic *topic = topic_obtain(topics, sentio_text("AAPL"));
    assert_null(topic_find(topics, sentio_text("AAP")));
    assert_null(topic_find(topics, sentio_text("AAPLX")));
    assert_null(topic_find(topics, sentio_text("aapl")));
    assert_ptr_equal(topic_find(topics, sentio_bytes("AAPLX", 4)), topic);
    topic_unref(topic);
}

static void the_star_alone_is_everyone(void **state) {
    struct topic_table *topics = *state;
    struct topic *star = topic_obtain(topics, sentio_text("*"));
    struct topic *stars = topic_obtain(topics, sentio_text("**"));
    assert_true(star->everyone);
    assert_false(stars->everyone);
    topic_unref(star);
    topic_unref(stars);
}

static void a_topic_outlives_the_table_while_it_is_held(void **state) {
    (void)state;
    struct topic_table topics;
    topic_table_init(&topics, 1);
    struct topic *topic = topic_obtain(&topics, sentio_text("AAPL"));
    topic_table_finish(&topics);
    assert_text(topic_name(topic), "AAPL");
    topic_unref(topic);
}

static void what_nobody_holds_is_swept_and_what_is_held_stays(void **state) {
    struct topic_table *topics = *state;
    struct topic *held = obtain_number(topics, 0);
    struct item *item = fixture_plain_item(topics, "T1", "1", 1);
    for (int i = 2; i < SWEEP_AT; i++)
        topic_unref(obtain_number(topics, i));
    assert_int_equal(topics->table.count, SWEEP_AT);
    assert_non_null(topic_find(topics, sentio_text("T2")));
    topic_unref(obtain_number(topics, SWEEP_AT));
    assert_int_equal(topics->table.count, 3);
    assert_ptr_equal(topic_find(topics, sentio_text("T0")), held);
    assert_ptr_equal(topic_find(topics, sentio_text("T1")), item->topic);
    assert_null(topic_find(topics, sentio_text("T2")));
    item_unref(item);
    topic_unref(held);
}

static void looking_up_a_topic_that_is_there_sweeps_nothing(void **state) {
    struct topic_table *topics = *state;
    for (int i = 0; i < SWEEP_AT; i++)
        topic_unref(obtain_number(topics, i));
    topic_unref(obtain_number(topics, 5));
    assert_int_equal(topics->table.count, SWEEP_AT);
}

static void topics_in_use_are_looked_over_only_when_their_number_has_doubled(void **state) {
    struct topic_table *topics = *state;
    struct topic **held = calloc(SWEEP_AT * 2, sizeof(struct topic *));
    assert_non_null(held);
    for (int i = 0; i <= SWEEP_AT; i++)
        held[i] = obtain_number(topics, i);
    assert_int_equal(topics->sweep_at, SWEEP_AT * 2);
    topic_unref(held[0]);
    for (int i = SWEEP_AT + 1; i < SWEEP_AT * 2; i++)
        held[i] = obtain_number(topics, i);
    assert_int_equal(topics->table.count, SWEEP_AT * 2);
    topic_unref(obtain_number(topics, SWEEP_AT * 2));
    assert_int_equal(topics->table.count, SWEEP_AT * 2);
    assert_null(topic_find(topics, sentio_text("T0")));
    for (int i = 1; i < SWEEP_AT * 2; i++)
        topic_unref(held[i]);
    free(held);
}

static void what_swept_topics_have_dropped_is_remembered(void **state) {
    struct topic_table *topics = *state;
    struct topic *star = topic_obtain(topics, sentio_text("*"));
    struct topic *gone = obtain_number(topics, 1);
    star->trimmed = 9;
    gone->trimmed = 7;
    topic_unref(star);
    topic_unref(gone);
    assert_int_equal(topic_table_trimmed(topics), 7);
    assert_int_equal(topics->trimmed, 0);
    for (int i = 2; i <= SWEEP_AT; i++)
        topic_unref(obtain_number(topics, i));
    assert_null(topic_find(topics, sentio_text("T1")));
    assert_int_equal(topics->trimmed, 7);
    struct topic *again = obtain_number(topics, 1);
    assert_int_equal(again->trimmed, 7);
    /* "*" is for everybody, and is never let go. */
    assert_ptr_equal(topic_find(topics, sentio_text("*")), star);
    assert_int_equal(topic_table_everyone_trimmed(topics), 9);
    topic_unref(again);
}

static void the_star_begins_with_what_was_dropped_of_it_before(void **state) {
    struct topic_table *topics = *state;
    topics->trimmed = 5;
    topics->everyone_trimmed = 3;
    assert_int_equal(topic_table_everyone_trimmed(topics), 3);
    struct topic *star = topic_obtain(topics, sentio_text("*"));
    assert_int_equal(star->trimmed, 3);
    topic_unref(star);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_name_is_one_topic),
        TEST(names_are_told_apart_by_case_and_length),
        TEST(the_star_alone_is_everyone),
        TEST(a_topic_outlives_the_table_while_it_is_held),
        TEST(what_nobody_holds_is_swept_and_what_is_held_stays),
        TEST(looking_up_a_topic_that_is_there_sweeps_nothing),
        TEST(topics_in_use_are_looked_over_only_when_their_number_has_doubled),
        TEST(what_swept_topics_have_dropped_is_remembered),
        TEST(the_star_begins_with_what_was_dropped_of_it_before),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
