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

static size_t read_file(const char *path, char *bytes, size_t size) {
    int fd = open(path, O_RDONLY);
    assert_true(fd != -1);
    ssize_t count = read(fd, bytes, size);
    close(fd);
    assert_in_range(count, 1, size - 1);
    return (size_t)count;
}

static void write_bytes(const char *path, const char *bytes, size_t size) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd != -1);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    close(fd);
}

/* After a crash: what is in the log is in no other place. */
static void damaged_log_is_found_at_the_start_and_left_alone(void **state) {
    enum { SIZE = 1 << 20 };
    struct disk_fixture *fixture = *state;
    char *database = malloc(SIZE);
    char *log = malloc(SIZE);
    char *left = malloc(SIZE);
    char path[96];
    assert_true(database && log && left);
    snprintf(path, sizeof(path), "%s-wal", fixture->path);
    fixture_open(fixture);
    for (int i = 0; i < 5; i++)
        fixture_add(fixture, "u");
    size_t database_size = read_file(fixture->path, database, SIZE);
    size_t size = read_file(path, log, SIZE);
    fixture_close(fixture);
    log[32 + 3 * (24 + 4096) + 100] ^= 1;
    write_bytes(fixture->path, database, database_size);
    write_bytes(path, log, size);
    fixture->next = 0;
    fixture_open(fixture);
    assert_refused(fixture, "sentio.db-wal: frame 4 is damaged", "backup");
    fixture_close(fixture);
    assert_int_equal(read_file(path, left, SIZE), size);
    assert_memory_equal(left, log, size);
    assert_int_equal(read_file(fixture->path, left, SIZE), database_size);
    assert_memory_equal(left, database, database_size);
    free(database);
    free(log);
    free(left);
}

static void newer_schema_names_both_versions(void **state) {
    struct disk_fixture *fixture = *state;
    sqlite3 *database;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    sqlite3_exec(database, "CREATE TABLE t (a); PRAGMA user_version = 7", NULL, NULL, NULL);
    sqlite3_close(database);
    fixture_open(fixture);
    assert_refused(fixture, "it is of version 7, and this sentiod knows none after 2", "newer");
}

/* With items, a user's place and a key. */
static const char version_1[] =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " epoch TEXT NOT NULL, offset INTEGER NOT NULL, time INTEGER NOT NULL,"
    " floor INTEGER NOT NULL);"
    "CREATE TABLE item (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL,"
    " offset INTEGER NOT NULL, time INTEGER NOT NULL, flags INTEGER NOT NULL, topic TEXT NOT NULL,"
    " key TEXT, type TEXT, attributes BLOB, json TEXT NOT NULL);"
    "CREATE UNIQUE INDEX item_offset ON item (channel, offset);"
    "CREATE INDEX item_topic ON item (channel, topic, offset);"
    "CREATE TABLE topic (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, name TEXT NOT NULL,"
    " trimmed INTEGER NOT NULL, time INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX topic_name ON topic (channel, name);"
    "CREATE TABLE cursor (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, user TEXT NOT NULL,"
    " consumer TEXT NOT NULL, offset INTEGER NOT NULL, everyone INTEGER NOT NULL,"
    " seen INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX cursor_user ON cursor (channel, user, consumer);"
    "CREATE INDEX cursor_everyone ON cursor (channel, everyone);"
    "CREATE TABLE request (channel INTEGER NOT NULL, publisher TEXT NOT NULL, key TEXT NOT NULL,"
    " hash BLOB NOT NULL, accepted INTEGER NOT NULL, offset INTEGER NOT NULL,"
    " time INTEGER NOT NULL, PRIMARY KEY (channel, publisher, key)) WITHOUT ROWID;"
    "CREATE INDEX request_time ON request (channel, time);"
    "PRAGMA user_version = 1;"
    "INSERT INTO channel VALUES (1, 'c', '00000000000000aa', 2, 1000, 0);"
    "INSERT INTO item VALUES (1, 1, 1, 1000, 0, 'u', NULL, NULL, NULL, '{}');"
    "INSERT INTO item VALUES (2, 1, 2, 1000, 0, 'u', NULL, NULL, NULL, '{}');"
    "INSERT INTO cursor VALUES (1, 1, 'u', '', 1, 0, 1000);"
    "INSERT INTO request VALUES (1, 'p', 'k', zeroblob(32), 1, 2, 1000);";

static void take_key(void *context, const struct disk_key *key) {
    assert_text(key->key, "k");
    ++*(int *)context;
}

static void schema_before_this_one_is_brought_up_to_date(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_consequence forward = {.target = sentio_text("d"), .body = sentio_text("{}")};
    const struct disk_extra extra = {.consequences = &forward};
    sqlite3 *database;
    int keys = 0;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, version_1, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    fixture->limits.ttl = 0;
    fixture->limits.history_age = 0;
    for (int start = 0; start < 2; start++) {
        fixture_open(fixture);
        assert_string_equal(disk_reason(fixture->channel), "");
        assert_string_equal(disk_epoch(fixture->channel), "00000000000000aa");
        const struct disk_asker asker = fixture_asker(fixture);
        struct update *update = fixture_numbered(fixture, "v", "{}");
        disk_append(fixture->channel, update, &extra, &asker);
        update_unref(update);
        disk_settle(fixture->disk);
        fixture_forget_answers(fixture);
        assert_true(forward.id == start + 1);
        assert_read(fixture, "u", &(struct disk_range){0}, "ok 1 2");
        assert_pending(fixture, "u", "", "ok 2");
        assert_int_equal(disk_load_keys(fixture->channel, 0, take_key, &keys), 0);
        fixture_close(fixture);
    }
    assert_int_equal(keys, 2);
    assert_int_equal(fixture->offset, 4);
}

static void upgrade_that_fails_changes_nothing(void **state) {
    struct disk_fixture *fixture = *state;
    sqlite3 *database;
    sqlite3_stmt *row;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    sqlite3_exec(database, version_1, NULL, NULL, NULL);
    /* Somebody else's. */
    sqlite3_exec(database, "CREATE TABLE consequence_observed (a)", NULL, NULL, NULL);
    sqlite3_close(database);
    fixture_open(fixture);
    assert_non_null(strstr(disk_reason(fixture->channel), "consequence_observed"));
    fixture_close(fixture);
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &row, NULL);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(row, 0), 1);
    sqlite3_finalize(row);
    assert_int_not_equal(sqlite3_exec(database, "SELECT * FROM consequence", NULL, NULL, NULL),
                         SQLITE_OK);
    sqlite3_close(database);
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
        TEST_CLOSED(damaged_log_is_found_at_the_start_and_left_alone),
        TEST_CLOSED(newer_schema_names_both_versions),
        TEST_CLOSED(schema_before_this_one_is_brought_up_to_date),
        TEST_CLOSED(upgrade_that_fails_changes_nothing),
        TEST_CLOSED(folder_that_is_missing_is_an_error),
        TEST_CLOSED(second_host_on_the_same_folder_is_refused),
        TEST_CLOSED(every_statement_fits_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
