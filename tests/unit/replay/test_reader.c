/* SPDX-License-Identifier: MIT */
#include "replay/reader.h"

#include "replay_fixture.h"

static void write_file(const struct journal_folder *folder, const char *name, uint64_t first,
                       uint64_t count, size_t cut) {
    struct wire_buffer buffer = {0};
    char path[128];
    journal_put_head(&buffer);
    for (uint64_t i = first; i < first + count; i++) {
        const struct tape_entry entry = journal_entry(i, "text");
        assert_int_equal(journal_put(&buffer, &entry), 0);
    }
    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    journal_write(path, buffer.data, buffer.end - cut);
    wire_finish(&buffer);
}

static void assert_reads(struct reader *reader, uint64_t first, uint64_t count) {
    const struct tape_entry *entry = NULL;
    for (uint64_t i = first; i < first + count; i++) {
        assert_int_equal(reader_peek(reader, &entry), 0);
        assert_entry(entry, i, "text");
        assert_int_equal(reader_peek(reader, &entry), 0);
        assert_entry(entry, i, "text");
        reader_pass(reader);
    }
}

static void all_files_are_read_one_after_the_other(void **state) {
    const struct journal_folder *folder = *state;
    struct reader reader;
    const struct tape_entry *entry = NULL;
    write_file(folder, "000001.journal", 0, 3, 0);
    write_file(folder, "000002.journal", 3, 0, 0);
    write_file(folder, "000003.journal", 3, 2, 0);
    assert_int_equal(reader_open(&reader, folder->path), 0);
    assert_reads(&reader, 0, 5);
    assert_int_equal(reader_peek(&reader, &entry), SENTIO_NOT_FOUND);
    assert_int_equal(reader.torn, 0);
    reader_close(&reader);
}

static void half_an_entry_may_stand_at_the_very_end(void **state) {
    const struct journal_folder *folder = *state;
    struct reader reader;
    const struct tape_entry *entry = NULL;
    write_file(folder, "000001.journal", 0, 2, 1);
    assert_int_equal(reader_open(&reader, folder->path), 0);
    assert_reads(&reader, 0, 1);
    assert_int_equal(reader_peek(&reader, &entry), SENTIO_NOT_FOUND);
    assert_true(reader.torn > 0);
    assert_int_equal(reader_peek(&reader, &entry), SENTIO_NOT_FOUND);
    reader_close(&reader);
}

static void half_an_entry_elsewhere_is_damage(void **state) {
    const struct journal_folder *folder = *state;
    struct reader reader;
    const struct tape_entry *entry = NULL;
    write_file(folder, "000001.journal", 0, 2, 1);
    write_file(folder, "000002.journal", 2, 1, 0);
    assert_int_equal(reader_open(&reader, folder->path), 0);
    assert_reads(&reader, 0, 1);
    assert_int_equal(reader_peek(&reader, &entry), SENTIO_FAILED);
    assert_non_null(strstr(reader.why, "000001.journal: it is damaged at byte "));
    reader_close(&reader);
}

static void the_newest_run_of_a_folder_is_taken(void **state) {
    const struct journal_folder *folder = *state;
    struct reader reader;
    char path[128];
    for (int i = 1; i <= 3; i++) {
        snprintf(path, sizeof(path), "%s/202%d", folder->path, i);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    write_file(folder, "2021/000001.journal", 1, 1, 0);
    write_file(folder, "2022/000001.journal", 2, 1, 0);
    assert_int_equal(reader_open(&reader, folder->path), 0);
    assert_reads(&reader, 2, 1);
    reader_close(&reader);
    snprintf(path, sizeof(path), "%s/2021", folder->path);
    assert_int_equal(reader_open(&reader, path), 0);
    assert_reads(&reader, 1, 1);
    reader_close(&reader);
}

static void what_is_no_journal_is_refused(void **state) {
    const struct journal_folder *folder = *state;
    struct reader reader;
    char path[128];
    assert_int_equal(reader_open(&reader, folder->path), SENTIO_FAILED);
    assert_non_null(strstr(reader.why, "there is no journal in it"));
    reader_close(&reader);
    snprintf(path, sizeof(path), "%s/000001.journal", folder->path);
    journal_write(path, "something else", 14);
    assert_int_equal(reader_open(&reader, folder->path), SENTIO_FAILED);
    assert_non_null(strstr(reader.why, "it is no journal"));
    reader_close(&reader);
    journal_write(path, "sentio journal\n\11", 16);
    assert_int_equal(reader_open(&reader, folder->path), SENTIO_FAILED);
    assert_non_null(strstr(reader.why, "its version is 9, and this sentio-replay reads 1 to 2"));
    reader_close(&reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_RUN(all_files_are_read_one_after_the_other),
        TEST_RUN(half_an_entry_may_stand_at_the_very_end),
        TEST_RUN(half_an_entry_elsewhere_is_damage),
        TEST_RUN(the_newest_run_of_a_folder_is_taken),
        TEST_RUN(what_is_no_journal_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
