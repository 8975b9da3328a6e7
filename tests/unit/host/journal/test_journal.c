/* SPDX-License-Identifier: MIT */
#include "journal/journal.h"

#include <dirent.h>

#include "journal_fixture.h"

#include "model/message.h"

static struct journal *create(const struct journal_folder *folder) {
    static const char text[] = "channels: ({ name = \"a\"; plugin = \"/bin/true\"; });\n";
    struct journal *journal = journal_create(folder->path, text);
    assert_non_null(journal);
    return journal;
}

static int is_run(const struct dirent *entry) {
    return entry->d_name[0] == '2';
}

/* The folder of the only run; the caller frees. */
static char *run_of(const struct journal_folder *folder) {
    struct dirent **entries = NULL;
    char *path = NULL;
    assert_int_equal(scandir(folder->path, &entries, is_run, alphasort), 1);
    assert_int_not_equal(asprintf(&path, "%s/%s", folder->path, entries[0]->d_name), -1);
    free(entries[0]);
    free(entries);
    return path;
}

static char *read_run(const struct journal_folder *folder, struct sentio_bytes *rest) {
    char *run = run_of(folder);
    char *path = NULL;
    size_t size = 0;
    unsigned version = 0;
    assert_int_not_equal(asprintf(&path, "%s/000001.journal", run), -1);
    char *data = journal_read(path, &size);
    *rest = sentio_bytes(data, size);
    assert_int_equal(journal_get_head(rest, &version), 0);
    free(path);
    free(run);
    return data;
}

static struct tape_entry next(struct sentio_bytes *rest) {
    struct tape_entry entry;
    assert_int_equal(journal_get(rest, &entry), 0);
    return entry;
}

static void a_run_begins_with_its_configuration_and_ends_with_an_end(void **state) {
    const struct journal_folder *folder = *state;
    struct sentio_bytes rest;
    journal_destroy(create(folder));
    char *data = read_run(folder, &rest);
    const struct tape_entry config = next(&rest);
    assert_int_equal(config.kind, TAPE_CONFIG);
    assert_true(config.time > 0);
    assert_non_null(memmem(config.texts[0].data, config.texts[0].size, "/bin/true", 9));
    assert_true(sentio_is(config.texts[1], SENTIO_VERSION));
    assert_int_equal(next(&rest).kind, TAPE_END);
    assert_int_equal(rest.size, 0);
    free(data);
}

static void send_text(struct tape *tape, const char *text) {
    struct message *message = text_message_create(NULL, false, sentio_text(text));
    assert_non_null(message);
    tape->sent(tape, message);
    message_destroy(message);
}

static void what_was_sent_stands_before_the_next_entry(void **state) {
    const struct journal_folder *folder = *state;
    struct sentio_bytes rest;
    const struct tape_entry first = journal_entry(1, "first");
    const struct tape_entry second = journal_entry(2, "second");
    struct journal *journal = create(folder);
    struct tape *tape = journal_tape(journal);
    assert_false(tape->playing);
    tape->note(tape, &first);
    send_text(tape, "one");
    send_text(tape, "two");
    tape->note(tape, &second);
    journal_destroy(journal);
    char *data = read_run(folder, &rest);
    assert_int_equal(next(&rest).kind, TAPE_CONFIG);
    struct tape_entry entry = next(&rest);
    assert_entry(&entry, 1, "first");
    entry = next(&rest);
    assert_int_equal(entry.kind, TAPE_SENT);
    assert_int_equal(entry.what, 2);
    assert_true(entry.number != 0);
    assert_true(entry.time == first.time);
    entry = next(&rest);
    assert_entry(&entry, 2, "second");
    assert_int_equal(next(&rest).kind, TAPE_END);
    free(data);
}

static void each_version_of_a_plugin_is_kept_once(void **state) {
    const struct journal_folder *folder = *state;
    char path[80];
    char *kept = NULL;
    size_t size = 0;
    struct journal *journal = create(folder);
    snprintf(path, sizeof(path), "%s/a.so", folder->path);
    journal_write(path, "one", 3);
    struct tape *tape = journal_tape(journal);
    tape->keep(tape, path, "abc");
    journal_write(path, "another", 7);
    tape->keep(tape, path, "abc");
    tape->keep(tape, path, "def");
    tape->keep(tape, "/nowhere/at/all", "ghi");
    journal_destroy(journal);
    char *run = run_of(folder);
    assert_int_not_equal(asprintf(&kept, "%s/plugins/abc.so", run), -1);
    char *data = journal_read(kept, &size);
    assert_int_equal(strncmp(data, "one", size), 0);
    free(data);
    free(kept);
    assert_int_not_equal(asprintf(&kept, "%s/plugins/def.so", run), -1);
    data = journal_read(kept, &size);
    assert_int_equal(strncmp(data, "another", size), 0);
    free(data);
    free(kept);
    free(run);
}

static void what_can_not_be_recorded_is_an_error(void **state) {
    const struct journal_folder *folder = *state;
    char path[80];
    snprintf(path, sizeof(path), "%s/file", folder->path);
    journal_write(path, "", 0);
    assert_null(journal_create(folder->path, NULL));
    assert_null(journal_create(path, ""));
    journal_destroy(NULL);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, journal_folder_setup, journal_folder_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_run_begins_with_its_configuration_and_ends_with_an_end),
        TEST(what_was_sent_stands_before_the_next_entry),
        TEST(each_version_of_a_plugin_is_kept_once),
        TEST(what_can_not_be_recorded_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
