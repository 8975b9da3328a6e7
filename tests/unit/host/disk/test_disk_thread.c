/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

#include <stdatomic.h>
#include <sys/syscall.h>

static atomic_bool no_room;

/* In place of the C library's, which SQLite writes with. */
__attribute__((visibility("default"))) ssize_t pwrite64(int fd, const void *data, size_t size,
                                                        off64_t at) {
    if (!no_room)
        return syscall(SYS_pwrite64, fd, data, size, at);
    errno = ENOSPC;
    return -1;
}

static void let_time_go_on(struct disk *disk, void *context) {
    (void)context;
    disk->tick.timer_cb(&disk->tick);
}

static void database_that_had_no_room_is_made_when_there_is(void **state) {
    struct disk_fixture *fixture = *state;
    no_room = true;
    fixture_open(fixture);
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 failed\n");
    disk_call(fixture->disk, let_time_go_on, NULL);
    assert_non_null(strstr(disk_reason(fixture->channel), "make room on the disk"));
    no_room = false;
    disk_call(fixture->disk, let_time_go_on, NULL);
    fixture->offset = 0;
    fixture_append(fixture, "u");
    fixture_append(fixture, "u");
    assert_answers(fixture, "2 ok\n3 ok\n");
    assert_string_equal(disk_reason(fixture->channel), "");
    fixture_reopen(fixture);
    assert_int_equal(disk_offset(fixture->channel), 2);
}

static void write_to_database(struct disk_fixture *fixture, const char *text) {
    sqlite3 *database;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void database_that_somebody_else_has_made_meanwhile_is_left_alone(void **state) {
    struct disk_fixture *fixture = *state;
    no_room = true;
    fixture_open(fixture);
    no_room = false;
    write_to_database(fixture, "CREATE TABLE t (a); PRAGMA user_version = 1");
    for (int i = 0; i < 3; i++)
        disk_call(fixture->disk, let_time_go_on, NULL);
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 failed\n");
    assert_non_null(strstr(disk_reason(fixture->channel), "restart sentiod"));
}

static void look(struct disk *disk, void *context) {
    const struct disk_fixture *fixture = context;
    assert_false(disk->group.open);
    assert_int_equal(fixture->channel->committed, 2);
}

static void call_finds_what_was_asked_before_it_done(void **state) {
    struct disk_fixture *fixture = *state;
    fixture_append(fixture, "u");
    fixture_append(fixture, "u");
    disk_call(fixture->disk, look, fixture);
    assert_answers(fixture, "1 ok\n2 ok\n");
}

static void what_waits_at_the_end_is_committed(void **state) {
    struct disk_fixture *fixture = *state;
    fixture_add(fixture, "u");
    fixture_ack(fixture, "u", "", 1);
    fixture_reopen(fixture);
    assert_pending(fixture, "u", "", "ok");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(call_finds_what_was_asked_before_it_done),
        TEST(what_waits_at_the_end_is_committed),
        TEST_CLOSED(database_that_had_no_room_is_made_when_there_is),
        TEST_CLOSED(database_that_somebody_else_has_made_meanwhile_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
