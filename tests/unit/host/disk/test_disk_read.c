/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

/* 1 u, 2 v, 3 u, 4 *, 5 u. */
static void fill(struct disk_fixture *fixture) {
    fixture_append(fixture, "u");
    fixture_append(fixture, "v");
    fixture_append(fixture, "u");
    fixture_append(fixture, "*");
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 ok\n2 ok\n3 ok\n4 ok\n5 ok\n");
}

static void range_is_open_below_and_closed_above(void **state) {
    struct disk_fixture *fixture = *state;
    fill(fixture);
    assert_read(fixture, NULL, &(struct disk_range){.after = 1, .until = 4}, "ok 2 3 4");
    assert_read(fixture, "u", &(struct disk_range){.after = 1, .until = 4}, "ok 3");
    assert_read(fixture, "u", &(struct disk_range){.after = 5}, "ok");
    assert_read(fixture, "nobody", &(struct disk_range){0}, "ok");
}

static void topics_are_merged_by_offset(void **state) {
    struct disk_fixture *fixture = *state;
    const struct sentio_bytes topics[] = {sentio_text("*"), sentio_text("u")};
    const struct disk_range range = {.topics = topics, .topic_count = 2, .until = 5};
    const struct disk_range last = {.topics = topics, .topic_count = 2, .until = 4, .last = 2};
    fill(fixture);
    struct disk_asker asker = fixture_asker(fixture);
    disk_read(fixture->channel, &range, &asker);
    asker = fixture_asker(fixture);
    disk_read(fixture->channel, &last, &asker);
    assert_answers(fixture, "6 ok 1 3 4 5\n7 ok 3 4\n");
}

static void limits_end_an_answer_and_say_so(void **state) {
    struct disk_fixture *fixture = *state;
    fill(fixture);
    assert_read(fixture, NULL, &(struct disk_range){.max_items = 2}, "ok 1 2 more");
    assert_read(fixture, NULL, &(struct disk_range){.after = 2, .max_items = 3}, "ok 3 4 5");
    assert_read(fixture, "u", &(struct disk_range){.max_items = 2}, "ok 1 3 more");
    assert_read(fixture, NULL, &(struct disk_range){.max_bytes = 1}, "ok 1 more");
    assert_read(fixture, NULL, &(struct disk_range){.last = 3, .max_items = 2}, "ok 3 4 more");
}

static void last_items_are_given_oldest_first(void **state) {
    struct disk_fixture *fixture = *state;
    fill(fixture);
    assert_read(fixture, NULL, &(struct disk_range){.last = 2}, "ok 4 5");
    assert_read(fixture, "u", &(struct disk_range){.last = 2, .until = 4}, "ok 1 3");
    assert_read(fixture, "u", &(struct disk_range){.last = 10}, "ok 1 3 5");
}

static void answer_says_when_something_was_dropped(void **state) {
    struct disk_fixture *fixture = *state;
    fixture->limits.history = 1;
    fixture->limits.queue = 1;
    disk_limit(fixture->channel, &fixture->limits);
    fill(fixture);
    fixture_prune(fixture);
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 2 4 5 incomplete");
    assert_read(fixture, NULL, &(struct disk_range){.after = 3}, "ok 4 5");
    assert_read(fixture, "v", &(struct disk_range){0}, "ok 2");
    assert_read(fixture, "u", &(struct disk_range){.after = 2}, "ok 5 incomplete");
    fixture_reopen(fixture);
    assert_read(fixture, NULL, &(struct disk_range){.after = 2}, "ok 4 5 incomplete");
    assert_read(fixture, "u", &(struct disk_range){.after = 3}, "ok 5");
}

static void texts_come_back_as_they_were(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_asker asker = fixture_asker(fixture);
    struct update *update = fixture_numbered(fixture, "u", "{\"n\":1}");
    disk_append(fixture->channel, update, NULL, &asker);
    update_unref(update);
    assert_answers(fixture, "1 ok\n");
    fixture->with_texts = true;
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 1{\"n\":1}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(range_is_open_below_and_closed_above),   TEST(topics_are_merged_by_offset),
        TEST(limits_end_an_answer_and_say_so),        TEST(last_items_are_given_oldest_first),
        TEST(answer_says_when_something_was_dropped), TEST(texts_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
