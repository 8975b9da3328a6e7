/* SPDX-License-Identifier: MIT */
#include "disk/disk.h"

#include "disk_fixture.h"

static void database_is_for_its_owner_alone(void **state) {
    struct disk_fixture *fixture = *state;
    struct stat status;
    fixture_add(fixture, "u");
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    char log[96];
    snprintf(log, sizeof(log), "%s-wal", fixture->path);
    assert_int_equal(stat(log, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void what_was_answered_is_there_after_a_restart(void **state) {
    struct disk_fixture *fixture = *state;
    char epoch[EPOCH_SIZE];
    memcpy(epoch, disk_epoch(fixture->channel), EPOCH_SIZE);
    fixture_add(fixture, "u");
    fixture_add(fixture, "v");
    fixture_reopen(fixture);
    assert_string_equal(disk_epoch(fixture->channel), epoch);
    assert_int_equal(disk_offset(fixture->channel), 2);
    assert_true(disk_time(fixture->channel) == fixture->time);
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 1 2");
}

static void answers_wait_while_they_are_held(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_status status = {0};
    fixture->held = true;
    fixture_append(fixture, "u");
    disk_announce(fixture->disk);
    while (status.commits < 2)
        disk_status(fixture->disk, &status);
    disk_pump(fixture->disk);
    assert_int_equal(sentio_written(&fixture->answers).size, 0);
    fixture->held = false;
    assert_answers(fixture, "1 ok\n");
}

struct filling {
    struct disk_fixture *fixture;
    bool full;
};

/* In the disk's thread, so that it takes nothing meanwhile. */
static void fill_queue(struct disk *disk, void *context) {
    struct filling *filling = context;
    struct disk_fixture *fixture = filling->fixture;
    struct update *update = fixture_numbered(fixture, "u", "{}");
    const struct disk_asker asker = fixture_asker(fixture);
    for (int i = 0; i < 100000 && !disk_full(disk); i++)
        disk_append(fixture->channel, update, NULL, &asker);
    filling->full = disk_full(disk);
    update_unref(update);
}

static void disk_is_full_when_its_queue_is(void **state) {
    struct disk_fixture *fixture = *state;
    struct filling filling = {.fixture = fixture};
    assert_false(disk_full(fixture->disk));
    disk_call(fixture->disk, fill_queue, &filling);
    assert_true(filling.full);
    disk_settle(fixture->disk);
    assert_false(disk_full(fixture->disk));
}

static void status_tells_path_size_and_counts(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_status status;
    fixture_add(fixture, "u");
    disk_status(fixture->disk, &status);
    assert_string_equal(status.path, fixture->path);
    assert_string_equal(status.reason, "");
    assert_true(status.bytes > 4096);
    assert_int_equal(status.items, 1);
    /* The channel's own row was the first. */
    assert_int_equal(status.commits, 2);
    assert_int_equal(status.failures, 0);
    assert_int_equal(status.dropped, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(database_is_for_its_owner_alone),   TEST(what_was_answered_is_there_after_a_restart),
        TEST(answers_wait_while_they_are_held),  TEST(disk_is_full_when_its_queue_is),
        TEST(status_tells_path_size_and_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
