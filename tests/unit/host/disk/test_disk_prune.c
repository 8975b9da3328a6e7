/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

static void limit(struct disk_fixture *fixture, int64_t history, int64_t queue) {
    fixture->limits.history = history;
    fixture->limits.queue = queue;
    disk_limit(fixture->channel, &fixture->limits);
}

static void fill(struct disk_fixture *fixture, const char *topic, int count) {
    for (int i = 0; i < count; i++)
        fixture_add(fixture, topic);
}

static uint64_t dropped(struct disk_fixture *fixture) {
    struct disk_status status;
    disk_status(fixture->disk, &status);
    return status.dropped;
}

static void items_stay_while_somebody_waits_for_them(void **state) {
    struct disk_fixture *fixture = *state;
    limit(fixture, 1, 3);
    fill(fixture, "u", 3);
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 1 2 3");
    fixture_ack(fixture, "u", "", 2);
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){.after = 2}, "ok 3");
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 3 incomplete");
    assert_int_equal(dropped(fixture), 0);
}

static void items_stay_while_history_wants_them(void **state) {
    struct disk_fixture *fixture = *state;
    limit(fixture, 2, 5);
    fill(fixture, "u", 4);
    fixture_ack(fixture, "u", "", 4);
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 3 4 incomplete");
    fixture->limits.history_age = 1000;
    limit(fixture, 2, 5);
    fixture->time += 1001;
    disk_prune_note(fixture->channel, sentio_text("u"));
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok incomplete");
}

static void full_queue_drops_its_oldest_and_counts_them(void **state) {
    struct disk_fixture *fixture = *state;
    limit(fixture, 0, 2);
    fill(fixture, "u", 5);
    fill(fixture, "v", 1);
    fixture_prune(fixture);
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 4 5 6 incomplete");
    assert_int_equal(dropped(fixture), 3);
    assert_pending(fixture, "u", "", "ok 4 5 incomplete");
    assert_pending(fixture, "v", "", "ok 6");
    fixture_ack(fixture, "u", "", 3);
    assert_pending(fixture, "u", "", "ok 4 5");
}

static void slowest_consumer_is_waited_for(void **state) {
    struct disk_fixture *fixture = *state;
    limit(fixture, 0, 10);
    fill(fixture, "u", 3);
    fixture_ack(fixture, "u", "", 1);
    fixture_ack(fixture, "u", "phone", 3);
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){.after = 1}, "ok 2 3");
    fixture_ack(fixture, "u", "", 3);
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){.after = 3}, "ok");
    assert_read(fixture, "u", &(struct disk_range){.after = 2}, "ok incomplete");
}

static void items_to_everyone_stay_for_all_who_are_known(void **state) {
    struct disk_fixture *fixture = *state;
    limit(fixture, 0, 10);
    assert_pending(fixture, "u", "", "ok");
    assert_pending(fixture, "v", "", "ok");
    fill(fixture, "*", 2);
    fixture_ack(fixture, "u", "", 2);
    fixture_prune(fixture);
    assert_pending(fixture, "v", "", "ok 1 2");
    fixture_ack(fixture, "v", "", 1);
    disk_prune_note(fixture->channel, sentio_text("*"));
    fixture_prune(fixture);
    assert_read(fixture, "*", &(struct disk_range){0}, "ok 2 incomplete");
    assert_int_equal(dropped(fixture), 0);
}

static void many_items_go_a_step_at_a_time(void **state) {
    struct disk_fixture *fixture = *state;
    limit(fixture, 1, 1);
    for (int i = 0; i < 600; i++) {
        struct update *update = fixture_numbered(fixture, "u", "{}");
        disk_append(fixture->channel, update, NULL, NULL);
        update_unref(update);
    }
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 600 incomplete");
    assert_int_equal(dropped(fixture), 599);
}

static void tick(struct disk *disk, void *context) {
    const struct disk_fixture *fixture = context;
    disk_prune_tick(disk, fixture->time);
}

static void walk_finds_what_grew_old_since_the_start(void **state) {
    struct disk_fixture *fixture = *state;
    fixture->limits.ttl = 1000;
    fixture->limits.history_age = 1000;
    fill(fixture, "u", 2);
    fill(fixture, "v", 1);
    fixture_reopen(fixture);
    fixture->time += 1001;
    fixture_prune(fixture);
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 1 2 3");
    disk_call(fixture->disk, tick, fixture);
    fixture_prune(fixture);
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok incomplete");
    assert_int_equal(disk_offset(fixture->channel), 3);
    fixture_reopen(fixture);
    assert_int_equal(disk_offset(fixture->channel), 3);
}

static void users_and_topics_of_long_ago_are_forgotten(void **state) {
    struct disk_fixture *fixture = *state;
    fixture->limits = (struct disk_limits){
        .history_age = 1000, .history_bytes = 1 << 20, .queue = 10, .ttl = 1000};
    limit(fixture, 0, 10);
    fill(fixture, "u", 1);
    fixture_ack(fixture, "u", "", 1);
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok incomplete");
    assert_read(fixture, "v", &(struct disk_range){0}, "ok");
    /* Cursors go by the disk's own clock, which is ahead of the items'. */
    fixture->time = INT64_MAX / 2;
    disk_call(fixture->disk, tick, fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok incomplete");
    assert_read(fixture, "v", &(struct disk_range){0}, "ok incomplete");
    fill(fixture, "*", 1);
    assert_pending(fixture, "u", "", "ok");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(items_stay_while_somebody_waits_for_them),
        TEST(items_stay_while_history_wants_them),
        TEST(full_queue_drops_its_oldest_and_counts_them),
        TEST(slowest_consumer_is_waited_for),
        TEST(items_to_everyone_stay_for_all_who_are_known),
        TEST(many_items_go_a_step_at_a_time),
        TEST(walk_finds_what_grew_old_since_the_start),
        TEST(users_and_topics_of_long_ago_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
