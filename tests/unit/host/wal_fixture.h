/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_WAL_FIXTURE_H
#define SENTIO_TESTS_WAL_FIXTURE_H

/*
 * The log of a database as a crash leaves it: SQLite has written it, and it is in memory to be
 * damaged. Each commit adds one row. The database and the damaged log are laid down as `trial`,
 * for the code under test and for SQLite's own recovery.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <endian.h>
#include <sqlite3.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "disk/wal.h"
#include "folder.h"

enum { WAL_HEAD = 32, WAL_PAGE = 512, WAL_FRAME = 24 + WAL_PAGE, WAL_MAX = 1 << 20 };

struct wal_fixture {
    char folder[64];
    char live[80];
    char trial[80];
    char trial_log[88];
    sqlite3 *database; /* live */
    unsigned char base[WAL_MAX];
    size_t base_size;
    unsigned char log[WAL_MAX];
    size_t size;
    int64_t commits; /* in the log */
};

static inline void fixture_execute(sqlite3 *database, const char *text) {
    char *why = NULL;
    int code = sqlite3_exec(database, text, NULL, NULL, &why);
    if (code != SQLITE_OK)
        print_error("%s: %s\n", text, why);
    sqlite3_free(why);
    assert_int_equal(code, SQLITE_OK);
}

static inline size_t fixture_file(const char *path, unsigned char *bytes) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, WAL_MAX, file);
    fclose(file);
    assert_true(size < WAL_MAX);
    return size;
}

static inline void fixture_write(const char *path, const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline int fixture_prepare(void **state) {
    struct wal_fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sentio-wal-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->live, sizeof(fixture->live), "%s/live", fixture->folder);
    snprintf(fixture->trial, sizeof(fixture->trial), "%s/trial", fixture->folder);
    snprintf(fixture->trial_log, sizeof(fixture->trial_log), "%s-wal", fixture->trial);
    return 0;
}

static inline int fixture_teardown(void **state) {
    struct wal_fixture *fixture = *state;
    sqlite3_close(fixture->database);
    folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

/* `pages`: of the log, after which SQLite begins it anew; 0: never. */
static inline void fixture_open(struct wal_fixture *fixture, int pages) {
    assert_int_equal(sqlite3_open(fixture->live, &fixture->database), SQLITE_OK);
    fixture_execute(fixture->database, "PRAGMA page_size = 512; PRAGMA locking_mode = EXCLUSIVE;"
                                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                       "CREATE TABLE item (id INTEGER PRIMARY KEY, text BLOB);"
                                       "CREATE TABLE many (text BLOB);"
                                       "CREATE INDEX item_text ON item (text);"
                                       "PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_wal_autocheckpoint(fixture->database, pages);
}

/* Several frames. */
static inline void fixture_commit(struct wal_fixture *fixture) {
    fixture_execute(fixture->database, "INSERT INTO item (text) VALUES (randomblob(700))");
}

static inline int64_t fixture_count(sqlite3 *database) {
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_prepare_v2(database, "SELECT count(*) FROM item", -1, &row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return count;
}

/* What a crash would leave behind now. */
static inline void fixture_take(struct wal_fixture *fixture) {
    char path[88];
    snprintf(path, sizeof(path), "%s-wal", fixture->live);
    fixture->base_size = fixture_file(fixture->live, fixture->base);
    fixture->size = fixture_file(path, fixture->log);
    fixture->commits = fixture_count(fixture->database);
}

static inline void fixture_lay(struct wal_fixture *fixture) {
    fixture_write(fixture->trial, fixture->base, fixture->base_size);
    fixture_write(fixture->trial_log, fixture->log, fixture->size);
}

static inline int fixture_check(struct wal_fixture *fixture, struct wal_damage *damage) {
    fixture_lay(fixture);
    return wal_check(fixture->trial_log, WAL_PAGE, damage);
}

/* Opens the trial like the host, so that what is committed now follows what was recovered. */
static inline sqlite3 *fixture_recover(struct wal_fixture *fixture) {
    sqlite3 *database;
    fixture_lay(fixture);
    assert_int_equal(sqlite3_open(fixture->trial, &database), SQLITE_OK);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    fixture_execute(database, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL");
    sqlite3_wal_autocheckpoint(database, 0);
    return database;
}

/* The commits that SQLite finds. */
static inline int64_t fixture_found(struct wal_fixture *fixture) {
    sqlite3 *database = fixture_recover(fixture);
    int64_t count = fixture_count(database);
    sqlite3_close(database);
    return count;
}

/* From 1 on. */
static inline unsigned char *fixture_frame(struct wal_fixture *fixture, size_t number) {
    return fixture->log + WAL_HEAD + (number - 1) * WAL_FRAME;
}

static inline uint32_t fixture_number(const unsigned char *at) {
    uint32_t number;
    memcpy(&number, at, sizeof(number));
    return be32toh(number);
}

static inline void fixture_put(unsigned char *at, uint32_t number) {
    number = htobe32(number);
    memcpy(at, &number, sizeof(number));
}

/* Frames of the run of the log that its header is for. */
static inline size_t fixture_frames(struct wal_fixture *fixture) {
    size_t count = 0;
    while (WAL_HEAD + (count + 1) * WAL_FRAME <= fixture->size &&
           memcmp(fixture_frame(fixture, count + 1) + 8, fixture->log + 16, 8) == 0)
        count++;
    return count;
}

static inline bool fixture_commits(struct wal_fixture *fixture, size_t number) {
    return fixture_number(fixture_frame(fixture, number) + 4) != 0;
}

/* The last commit before frame `number`; 0: there is none. */
static inline size_t fixture_commit_before(struct wal_fixture *fixture, size_t number) {
    size_t last = number - 1;
    while (last > 0 && !fixture_commits(fixture, last))
        last--;
    return last;
}

static inline void fixture_sum(uint32_t sum[2], const unsigned char *data, size_t size, bool big) {
    for (size_t i = 0; i < size; i += 8) {
        uint32_t words[2] = {fixture_number(data + i), fixture_number(data + i + 4)};
        sum[0] += (big ? words[0] : __builtin_bswap32(words[0])) + sum[1];
        sum[1] += (big ? words[1] : __builtin_bswap32(words[1])) + sum[0];
    }
}

/* Gives the header and the first `count` frames the salts of the header, and right checksums. */
static inline void fixture_seal(struct wal_fixture *fixture, size_t count) {
    const bool big = fixture->log[3] & 1;
    uint32_t sum[2] = {0, 0};
    fixture_sum(sum, fixture->log, 24, big);
    fixture_put(fixture->log + 24, sum[0]);
    fixture_put(fixture->log + 28, sum[1]);
    for (size_t i = 1; i <= count; i++) {
        unsigned char *frame = fixture_frame(fixture, i);
        memcpy(frame + 8, fixture->log + 16, 8);
        fixture_sum(sum, frame, 8, big);
        fixture_sum(sum, frame + 24, WAL_PAGE, big);
        fixture_put(frame + 16, sum[0]);
        fixture_put(frame + 20, sum[1]);
    }
}

#endif
