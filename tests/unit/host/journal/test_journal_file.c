/* SPDX-License-Identifier: MIT */
#include "journal/journal_file.h"

#include <signal.h>
#include <sys/resource.h>

#include "journal_fixture.h"

static char *path_of(const struct journal_folder *folder, unsigned number) {
    char *path = NULL;
    assert_int_not_equal(asprintf(&path, "%s/%06u.journal", folder->path, number), -1);
    return path;
}

static size_t size_of(const struct journal_folder *folder, unsigned number) {
    size_t size = 0;
    char *path = path_of(folder, number);
    free(journal_read(path, &size));
    free(path);
    return size;
}

static bool is_there(const struct journal_folder *folder, unsigned number) {
    char *path = path_of(folder, number);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

static void add(struct journal_file *file, uint64_t number, const char *text) {
    const struct tape_entry entry = journal_entry(number, text);
    journal_file_add(file, &entry);
}

static void assert_entries(const struct journal_folder *folder, unsigned number, uint64_t first,
                           uint64_t count) {
    size_t size = 0;
    unsigned version = 0;
    struct tape_entry entry;
    char *path = path_of(folder, number);
    char *data = journal_read(path, &size);
    struct sentio_bytes rest = sentio_bytes(data, size);
    assert_int_equal(journal_get_head(&rest, &version), 0);
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(journal_get(&rest, &entry), 0);
        assert_entry(&entry, first + i, "text");
    }
    assert_int_equal(journal_get(&rest, &entry), SENTIO_NOT_FOUND);
    free(data);
    free(path);
}

static void what_was_added_is_written_when_it_is_closed(void **state) {
    const struct journal_folder *folder = *state;
    struct journal_file file;
    assert_int_equal(journal_file_open(&file, folder->path), 0);
    for (uint64_t i = 0; i < 10000; i++)
        add(&file, i, "text");
    journal_file_close(&file);
    assert_entries(folder, 1, 0, 10000);
    assert_false(is_there(folder, 2));
}

static void what_was_added_is_written_soon_without_that(void **state) {
    const struct journal_folder *folder = *state;
    struct journal_file file;
    assert_int_equal(journal_file_open(&file, folder->path), 0);
    add(&file, 0, "text");
    while (size_of(folder, 1) == JOURNAL_HEAD_SIZE)
        sched_yield();
    assert_entries(folder, 1, 0, 1);
    journal_file_close(&file);
}

static void another_file_is_begun_when_one_is_full(void **state) {
    const struct journal_folder *folder = *state;
    struct journal_file file;
    assert_int_equal(journal_file_open(&file, folder->path), 0);
    file.file_max = 100;
    for (unsigned i = 1; i <= 3; i++) {
        add(&file, i, "text");
        while (!is_there(folder, i) || size_of(folder, i) <= JOURNAL_HEAD_SIZE)
            sched_yield();
    }
    journal_file_close(&file);
    for (unsigned i = 1; i <= 3; i++)
        assert_entries(folder, i, i, 1);
    assert_false(is_there(folder, 4));
}

static void a_folder_that_is_not_there_is_an_error(void **state) {
    struct journal_file file;
    (void)state;
    assert_int_equal(journal_file_open(&file, "/nowhere/at/all"), SENTIO_FAILED);
}

static void a_journal_is_not_written_over(void **state) {
    const struct journal_folder *folder = *state;
    struct journal_file file;
    char *path = path_of(folder, 1);
    journal_write(path, "kept", 4);
    assert_int_equal(journal_file_open(&file, folder->path), SENTIO_FAILED);
    assert_int_equal(size_of(folder, 1), 4);
    free(path);
}

/* A file may grow to half of what is written. */
static void nothing_more_is_written_once_the_disk_is_full(void **state) {
    const struct journal_folder *folder = *state;
    struct journal_file file;
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(journal_file_open(&file, folder->path), 0);
    const struct rlimit small = {.rlim_cur = 500, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (uint64_t i = 0; i < 20; i++)
        add(&file, i, "text");
    while (!atomic_load(&file.over))
        sched_yield();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    add(&file, 20, "text");
    journal_file_close(&file);
    assert_true(size_of(folder, 1) <= 500);
}

static void it_ends_when_too_much_waits(void **state) {
    const struct journal_folder *folder = *state;
    struct journal_file file;
    assert_int_equal(journal_file_open(&file, folder->path), 0);
    file.waiting_max = 1;
    while (!atomic_load(&file.over))
        add(&file, 1, "text");
    journal_file_close(&file);
    assert_false(is_there(folder, 2));
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, journal_folder_setup, journal_folder_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_was_added_is_written_when_it_is_closed),
        TEST(what_was_added_is_written_soon_without_that),
        TEST(another_file_is_begun_when_one_is_full),
        TEST(a_folder_that_is_not_there_is_an_error),
        TEST(a_journal_is_not_written_over),
        TEST(nothing_more_is_written_once_the_disk_is_full),
        TEST(it_ends_when_too_much_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
