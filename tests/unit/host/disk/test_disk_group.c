/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

static uint64_t commits(struct disk_fixture *fixture) {
    struct disk_status status;
    disk_status(fixture->disk, &status);
    return status.commits;
}

static void append_many(struct disk_fixture *fixture, int count) {
    for (int i = 0; i < count; i++) {
        struct update *update = fixture_numbered(fixture, "u", "{}");
        disk_append(fixture->channel, update, NULL, NULL);
        update_unref(update);
    }
}

/* In the disk's thread, which finds all of them at once when it goes on. */
static void append_at_once(struct disk *disk, void *context) {
    (void)disk;
    for (int i = 0; i < 250; i++)
        fixture_append(context, "u");
}

/* On a slow disk a group ends by its time, with what there is of it. */
static void what_came_together_is_committed_in_groups(void **state) {
    struct disk_fixture *fixture = *state;
    uint64_t before = commits(fixture);
    disk_call(fixture->disk, append_at_once, fixture);
    disk_settle(fixture->disk);
    fixture_forget_answers(fixture);
    assert_in_range(commits(fixture) - before, 3, 25);
    assert_read(fixture, NULL, &(struct disk_range){.after = 248}, "ok 249 250");
}

static void what_nobody_waits_for_may_wait(void **state) {
    struct disk_fixture *fixture = *state;
    const struct disk_range range = {.until = 0};
    uint64_t before = commits(fixture);
    fixture_ack(fixture, "u", "", 0);
    struct disk_asker asker = fixture_asker(fixture);
    disk_read(fixture->channel, &range, &asker);
    disk_announce(fixture->disk);
    while (sentio_written(&fixture->answers).size == 0)
        disk_pump(fixture->disk);
    assert_int_equal(commits(fixture), before);
    assert_answers(fixture, "1 ok\n");
    disk_settle(fixture->disk);
    append_many(fixture, 1);
    fixture_reopen(fixture);
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 1");
}

static void answers_come_in_the_order_of_requests(void **state) {
    struct disk_fixture *fixture = *state;
    const struct disk_place place = {sentio_text("u"), sentio_text("")};
    const struct disk_range range = {.until = 0};
    fixture_append(fixture, "u");
    struct disk_asker asker = fixture_asker(fixture);
    disk_read(fixture->channel, &range, &asker);
    asker = fixture_asker(fixture);
    disk_ack(fixture->channel, &place, 1, &asker);
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 ok\n2 ok\n3 ok\n4 ok\n");
}

static void break_item_table(struct disk *disk, void *context) {
    (void)context;
    sqlite3_exec(disk->database,
                 "CREATE TEMP TRIGGER broken BEFORE INSERT ON item WHEN new.topic = 'bad'"
                 " BEGIN SELECT raise(ABORT, 'it is broken'); END",
                 NULL, NULL, NULL);
}

static void group_fails_as_a_whole(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_status status;
    disk_call(fixture->disk, break_item_table, NULL);
    fixture_append(fixture, "u");
    const struct disk_asker asker = fixture_asker(fixture);
    struct disk_place place = {sentio_text("u"), sentio_text("")};
    disk_ack(fixture->channel, &place, 1, &asker);
    fixture_append(fixture, "bad");
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 failed\n2 failed\n3 failed\n4 failed\n");
    disk_status(fixture->disk, &status);
    assert_non_null(strstr(status.reason, "it is broken"));
    assert_int_equal(status.failures, 1);
    fixture->offset = 0;
    assert_pending(fixture, "u", "", "ok");
    fixture_add(fixture, "u");
    disk_status(fixture->disk, &status);
    assert_string_equal(status.reason, "");
}

static void assert_failing(struct disk *disk, void *expected) {
    assert_int_equal(disk->failing, *(const bool *)expected);
}

static void commit_of_nothing_does_not_hide_a_failure(void **state) {
    struct disk_fixture *fixture = *state;
    bool expected = true;
    disk_call(fixture->disk, break_item_table, NULL);
    fixture_append(fixture, "bad");
    assert_answers(fixture, "1 failed\n");
    disk_forget_keys(fixture->channel, 0);
    disk_call(fixture->disk, assert_failing, &expected);
    assert_non_null(strstr(disk_reason(fixture->channel), "it is broken"));
    /* An acknowledgement is written, and the hub hears of it although nobody asked. */
    fixture_ack(fixture, "u", "", 0);
    expected = false;
    disk_call(fixture->disk, assert_failing, &expected);
    disk_pump(fixture->disk);
    assert_string_equal(disk_reason(fixture->channel), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_came_together_is_committed_in_groups), TEST(what_nobody_waits_for_may_wait),
        TEST(answers_come_in_the_order_of_requests),     TEST(group_fails_as_a_whole),
        TEST(commit_of_nothing_does_not_hide_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
