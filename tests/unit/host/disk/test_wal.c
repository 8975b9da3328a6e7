/* SPDX-License-Identifier: MIT */
#include "wal_fixture.h"

#include <errno.h>

/* The transaction that a crash cuts short has so many frames at least. */
enum { LONG = 6 };

/* Commits, the last of them a long one. */
static void fill(struct wal_fixture *fixture, int pages, int commits) {
    fixture_open(fixture, pages);
    for (int i = 1; i < commits; i++)
        fixture_commit(fixture);
    fixture_execute(fixture->database, "BEGIN; INSERT INTO many VALUES (randomblob(3000))");
    fixture_commit(fixture);
    fixture_execute(fixture->database, "COMMIT");
    fixture_take(fixture);
}

static void assert_whole(struct wal_fixture *fixture) {
    struct wal_damage damage;
    assert_int_equal(fixture_check(fixture, &damage), 0);
}

static void assert_damaged(struct wal_fixture *fixture, size_t frame) {
    struct wal_damage damage;
    assert_int_equal(fixture_check(fixture, &damage), SENTIO_INVALID);
    assert_int_equal(damage.frame, frame);
    assert_true(damage.commits > 0);
}

static void log_that_is_not_there_has_no_damage(void **state) {
    struct wal_fixture *fixture = *state;
    struct wal_damage damage;
    assert_int_equal(wal_check(fixture->trial_log, WAL_PAGE, &damage), 0);
    assert_whole(fixture);
}

static void log_that_can_not_be_read_is_an_error(void **state) {
    const struct wal_fixture *fixture = *state;
    struct wal_damage damage;
    assert_int_equal(wal_check(fixture->folder, WAL_PAGE, &damage), SENTIO_FAILED);
    assert_int_equal(errno, EISDIR);
}

/* All that is said is true, and what is not said are the last two commits at most. */
static void flip_each_frame(struct wal_fixture *fixture) {
    static const size_t spots[] = {0, 7, 8, 15, 16, 23, 24, WAL_FRAME / 2, WAL_FRAME - 1};
    size_t told = 0;
    size_t silent = 0;
    assert_int_equal(fixture_found(fixture), fixture->commits);
    assert_whole(fixture);
    for (size_t i = 1; i <= fixture_frames(fixture); i++) {
        for (size_t j = 0; j < sizeof(spots) / sizeof(spots[0]); j++) {
            struct wal_damage damage;
            fixture_frame(fixture, i)[spots[j]] ^= 0x10;
            int error = fixture_check(fixture, &damage);
            int64_t lost = fixture->commits - fixture_found(fixture);
            fixture_frame(fixture, i)[spots[j]] ^= 0x10;
            assert_true(lost > 0);
            if (error == 0) {
                assert_in_range(lost, 1, 2);
                silent++;
                continue;
            }
            assert_int_equal(error, SENTIO_INVALID);
            assert_int_equal(damage.frame, i);
            assert_in_range(damage.commits, 1, lost);
            told++;
        }
    }
    assert_true(told > 10 * LONG);
    assert_true(silent > LONG);
}

static void damage_of_any_frame_is_found_if_two_commits_follow(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 12);
    flip_each_frame(fixture);
}

static void damage_is_found_in_a_log_that_was_begun_anew(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 100, 40);
    /* The frames of the run before are still there. */
    assert_true(fixture_frames(fixture) > 40);
    assert_true(WAL_HEAD + fixture_frames(fixture) * WAL_FRAME < fixture->size);
    flip_each_frame(fixture);
}

static void sector_that_is_lost_is_found(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 40);
    size_t last =
        fixture_commit_before(fixture, fixture_commit_before(fixture, fixture_frames(fixture)));
    size_t end = WAL_HEAD + last * WAL_FRAME - 3 * 4096;
    for (size_t at = 0; at < end; at += 4096) {
        unsigned char before[4096];
        struct wal_damage damage;
        size_t first = at ? (at - WAL_HEAD) / WAL_FRAME + 1 : 0;
        memcpy(before, fixture->log + at, sizeof(before));
        memset(fixture->log + at, 0, sizeof(before));
        assert_int_equal(fixture_check(fixture, &damage), SENTIO_INVALID);
        /* The last bytes of the first one may have been 0 before. */
        assert_in_range(damage.frame, first, at ? first + 1 : 0);
        memcpy(fixture->log + at, before, sizeof(before));
    }
}

static void damage_of_the_header_is_found(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    for (size_t bit = 0; bit < 8 * (size_t)WAL_HEAD; bit++) {
        fixture->log[bit / 8] ^= (unsigned char)(1U << bit % 8);
        /* A version that SQLite does not know is its own to refuse, were the rest right. */
        assert_damaged(fixture, 0);
        fixture->log[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    assert_whole(fixture);
}

static void log_that_ends_anywhere_is_what_a_crash_leaves(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    fixture_lay(fixture);
    for (off_t size = (off_t)fixture->size; size >= 0; size -= 7) {
        struct wal_damage damage;
        assert_int_equal(truncate(fixture->trial_log, size), 0);
        assert_int_equal(wal_check(fixture->trial_log, WAL_PAGE, &damage), 0);
    }
}

/* Of the last transaction, each set of frames is missing, or is still what was there before. */
static void assert_torn_tails_are_whole(struct wal_fixture *fixture, const unsigned char *before) {
    size_t count = fixture_frames(fixture);
    size_t last = fixture_commit_before(fixture, count);
    size_t size = (count - last) * WAL_FRAME;
    unsigned char *tail = fixture_frame(fixture, last + 1);
    unsigned char *written = malloc(size);
    assert_non_null(written);
    memcpy(written, tail, size);
    assert_true(count - last >= LONG);
    for (size_t set = 0; set < (size_t)1 << LONG; set++) {
        for (size_t i = 0; i < LONG; i++) {
            /* The commit and those before it, as the disk may have written them first. */
            size_t at = (count - last - 1 - i) * WAL_FRAME;
            if ((set >> i & 1) == 0)
                memcpy(tail + at, written + at, WAL_FRAME);
            else if (before)
                memcpy(tail + at, before + (size_t)(tail + at - fixture->log), WAL_FRAME);
            else
                memset(tail + at, 0, WAL_FRAME);
        }
        assert_whole(fixture);
    }
    free(written);
}

static void last_transaction_may_be_there_in_any_part(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    assert_torn_tails_are_whole(fixture, NULL);
}

static void last_transaction_may_lie_over_an_older_run(void **state) {
    struct wal_fixture *fixture = *state;
    unsigned char *before = malloc(WAL_MAX);
    assert_non_null(before);
    fill(fixture, 100, 40);
    memcpy(before, fixture->log, WAL_MAX);
    fixture_execute(fixture->database, "BEGIN; INSERT INTO many VALUES (randomblob(3000))");
    fixture_commit(fixture);
    fixture_execute(fixture->database, "COMMIT");
    fixture_take(fixture);
    assert_torn_tails_are_whole(fixture, before);
    free(before);
}

/* A sector begins in the middle of the frame's head: half of that is of an older run. */
static void head_of_a_torn_frame_is_not_taken_for_a_commit(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    size_t count = fixture_frames(fixture);
    for (size_t i = fixture_commit_before(fixture, count) + 1; i < count; i++) {
        fixture_put(fixture_frame(fixture, i) + 4, 9);
        assert_whole(fixture);
        fixture_put(fixture_frame(fixture, i) + 4, 0);
    }
}

static void new_header_over_an_older_run_is_whole(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    fixture->log[12]++;
    fixture->log[17]++;
    fixture_seal(fixture, 0);
    assert_int_equal(fixture_found(fixture), 0);
    assert_whole(fixture);
}

/* Crashed in a transaction twice: beneath the second one is what is left of the first. */
static void rest_of_an_earlier_crash_is_not_taken_for_commits(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    size_t count = fixture_frames(fixture);
    size_t torn = fixture_commit_before(fixture, count) + 1;
    fixture_frame(fixture, torn)[24] ^= 1;
    sqlite3 *database = fixture_recover(fixture);
    fixture_execute(database, "INSERT INTO item (text) VALUES (zeroblob(1))");
    fixture->size = fixture_file(fixture->trial_log, fixture->log);
    sqlite3_close(database);
    size_t second = torn;
    while (!fixture_commits(fixture, second))
        second++;
    assert_true(second + 1 < count);
    assert_true(fixture_commits(fixture, count));
    assert_whole(fixture);
    assert_int_equal(fixture_found(fixture), fixture->commits);
    fixture_frame(fixture, torn)[24] ^= 1;
    assert_whole(fixture);
}

/* What did not fit into the cache was written before it was undone. */
static void rest_of_what_was_undone_is_not_taken_for_commits(void **state) {
    struct wal_fixture *fixture = *state;
    fixture_open(fixture, 0);
    fixture_execute(fixture->database, "PRAGMA cache_size = 5");
    for (int i = 0; i < 4; i++) {
        fixture_execute(fixture->database, "BEGIN; INSERT INTO many VALUES (randomblob(9000))");
        fixture_commit(fixture);
        fixture_commit(fixture);
        fixture_execute(fixture->database, "ROLLBACK");
        fixture_commit(fixture);
    }
    fixture_take(fixture);
    assert_true(fixture_commit_before(fixture, fixture_frames(fixture) + 1) <
                fixture_frames(fixture));
    assert_int_equal(fixture_found(fixture), 4);
    assert_whole(fixture);
}

/* SQLite does that where a write to a sector can harm the rest of it. */
static void commit_that_was_written_twice_is_one(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    size_t count = fixture_frames(fixture);
    for (size_t i = count + 1; i <= count + 3; i++)
        memcpy(fixture_frame(fixture, i), fixture_frame(fixture, count), WAL_FRAME);
    fixture->size += 3 * (size_t)WAL_FRAME;
    fixture_seal(fixture, count + 3);
    assert_int_equal(fixture_found(fixture), fixture->commits);
    fixture_frame(fixture, fixture_commit_before(fixture, count) + 1)[24] ^= 1;
    assert_whole(fixture);
}

static void log_of_a_machine_of_the_other_order_is_read(void **state) {
    struct wal_fixture *fixture = *state;
    fill(fixture, 0, 6);
    fixture->log[3] ^= 1;
    fixture_seal(fixture, fixture_frames(fixture));
    assert_int_equal(fixture_found(fixture), fixture->commits);
    assert_whole(fixture);
    fixture_frame(fixture, 3)[100] ^= 1;
    assert_damaged(fixture, 3);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_prepare, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(log_that_is_not_there_has_no_damage),
        TEST(log_that_can_not_be_read_is_an_error),
        TEST(damage_of_any_frame_is_found_if_two_commits_follow),
        TEST(damage_is_found_in_a_log_that_was_begun_anew),
        TEST(sector_that_is_lost_is_found),
        TEST(damage_of_the_header_is_found),
        TEST(log_that_ends_anywhere_is_what_a_crash_leaves),
        TEST(last_transaction_may_be_there_in_any_part),
        TEST(last_transaction_may_lie_over_an_older_run),
        TEST(head_of_a_torn_frame_is_not_taken_for_a_commit),
        TEST(new_header_over_an_older_run_is_whole),
        TEST(rest_of_an_earlier_crash_is_not_taken_for_commits),
        TEST(rest_of_what_was_undone_is_not_taken_for_commits),
        TEST(commit_that_was_written_twice_is_one),
        TEST(log_of_a_machine_of_the_other_order_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
