/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd != -1);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* Every request fails, and the reason has all of these. */
static void assert_refused(struct disk_fixture *fixture, const char *first, const char *second) {
    const char *reason = disk_reason(fixture->channel);
    if (strstr(reason, first) == NULL || strstr(reason, second) == NULL)
        print_error("%s\n", reason);
    assert_non_null(strstr(reason, fixture->path));
    assert_non_null(strstr(reason, first));
    assert_non_null(strstr(reason, second));
    assert_int_equal(disk_offset(fixture->channel), 0);
    assert_int_equal(strlen(disk_epoch(fixture->channel)), EPOCH_SIZE - 1);
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 failed\n");
    assert_read(fixture, NULL, &(struct disk_range){0}, "failed");
    assert_pending(fixture, "u", "", "failed");
}

static void file_that_is_no_database_is_left_alone(void **state) {
    struct disk_fixture *fixture = *state;
    char text[64] = "";
    write_file(fixture->path, "This is a text of more than sixteen bytes.");
    fixture_open(fixture);
    assert_refused(fixture, "file is not a database", "move it away");
    int fd = open(fixture->path, O_RDONLY);
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    close(fd);
    assert_string_equal(text, "This is a text of more than sixteen bytes.");
}

static void damaged_page_is_found_at_the_start(void **state) {
    struct disk_fixture *fixture = *state;
    char garbage[4096];
    memset(garbage, 0xa5, sizeof(garbage));
    fixture_open(fixture);
    for (int i = 0; i < 100; i++)
        fixture_append(fixture, "u");
    fixture_close(fixture);
    int fd = open(fixture->path, O_WRONLY);
    for (off_t page = 2; page < 8; page++)
        assert_int_equal(pwrite(fd, garbage, sizeof(garbage), page * 4096), sizeof(garbage));
    close(fd);
    fixture_forget_answers(fixture);
    fixture->next = 0;
    fixture_open(fixture);
    assert_refused(fixture, "damaged", "backup");
}

static void newer_schema_names_both_versions(void **state) {
    struct disk_fixture *fixture = *state;
    sqlite3 *database;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    sqlite3_exec(database, "CREATE TABLE t (a); PRAGMA user_version = 7", NULL, NULL, NULL);
    sqlite3_close(database);
    fixture_open(fixture);
    assert_refused(fixture, "it is of version 7, and this sentiod knows none after 1", "newer");
}

static void folder_that_is_missing_is_an_error(void **state) {
    struct disk_fixture *fixture = *state;
    rmdir(fixture->folder);
    fixture_open(fixture);
    assert_refused(fixture, "No such file or directory", "belong to the user");
}

static void second_host_on_the_same_folder_is_refused(void **state) {
    struct disk_fixture *fixture = *state;
    sqlite3 *database;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    /* Within one process locks do not stop anybody, so another one has it. */
    pid_t child = fork();
    if (child == 0) {
        sqlite3_exec(database, "PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE", NULL, NULL, NULL);
        raise(SIGSTOP);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    fixture_open(fixture);
    assert_refused(fixture, "database is locked", "a server.state_dir of its own");
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    sqlite3_close(database);
}

static void every_statement_fits_the_schema(void **state) {
    struct disk_fixture *fixture = *state;
    static const char *const texts[] = {
#define TEXT(name, text) text,
        DISK_STATEMENTS(TEXT)
#undef TEXT
    };
    fixture_open(fixture);
    fixture_close(fixture);
    sqlite3 *database;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    for (size_t i = 0; i < SQL_COUNT; i++) {
        sqlite3_stmt *statement = NULL;
        if (i == SQL_PROBE_END)
            continue;
        int code = sqlite3_prepare_v2(database, texts[i], -1, &statement, NULL);
        if (code != SQLITE_OK)
            print_error("%s: %s\n", texts[i], sqlite3_errmsg(database));
        sqlite3_finalize(statement);
        assert_int_equal(code, SQLITE_OK);
    }
    sqlite3_close(database);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_CLOSED(file_that_is_no_database_is_left_alone),
        TEST_CLOSED(damaged_page_is_found_at_the_start),
        TEST_CLOSED(newer_schema_names_both_versions),
        TEST_CLOSED(folder_that_is_missing_is_an_error),
        TEST_CLOSED(second_host_on_the_same_folder_is_refused),
        TEST_CLOSED(every_statement_fits_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
