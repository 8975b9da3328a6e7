/* SPDX-License-Identifier: MIT */
#include "replay/replay.h"

#include "replay_fixture.h"

static char plugin_v2[] = RUN_PLUGIN("swap_v2");

static enum replay_status play(const struct replay_options *options, char **text) {
    size_t size = 0;
    FILE *out = open_memstream(text, &size);
    assert_non_null(out);
    enum replay_status status = replay(options, out);
    assert_int_equal(fclose(out), 0);
    return status;
}

static struct replay_options record(struct run *run, void **state) {
    run_begin(run, state, RUN_PLUGIN("swap_v1"));
    run_put(run, (struct tape_entry){.kind = TAPE_LINE, .texts = {sentio_text("{\"data\":1}")}});
    run_put(run, (struct tape_entry){.kind = TAPE_TICK});
    run_end(run);
    return run_options(run);
}

/* The run was made by hand, without what it had sent. */
static void what_comes_out_is_written_unless_only_differences_are_wanted(void **state) {
    struct run run;
    char *text = NULL;
    struct replay_options options = record(&run, state);
    assert_int_equal(play(&options, &text), REPLAY_DIFFERS);
    assert_non_null(strstr(text, " tick update 1 * {\"version\":1,"));
    free(text);
    options.channel = "other";
    assert_int_equal(play(&options, &text), REPLAY_DIFFERS);
    assert_string_equal(text, "");
    free(text);
    options.channel = NULL;
    options.diff = true;
    assert_int_equal(play(&options, &text), REPLAY_DIFFERS);
    assert_string_equal(text, "");
    free(text);
}

static void another_plugin_is_compared_entry_by_entry(void **state) {
    struct run run;
    char *text = NULL;
    struct replay_options options = record(&run, state);
    options.plugins[0].file = plugin_v2;
    options.plugin_count = 1;
    assert_int_equal(play(&options, &text), REPLAY_DIFFERS);
    assert_string_equal(text, "--- as recorded\n+++ as replaced\n@@ 2: source line tick @@\n"
                              "-2023-11-14T22:13:20.004Z tick update 1 * "
                              "{\"version\":1,\"count\":1,\"subscribers\":0,\"data\":1}\n"
                              "+2023-11-14T22:13:20.004Z tick update 1 * "
                              "{\"version\":2,\"count\":1,\"subscribers\":0,\"data\":1}\n");
    free(text);
}

static void a_plugin_that_replaces_none_is_wrong_usage(void **state) {
    struct run run;
    char *text = NULL;
    char nobody[] = "nobody";
    struct replay_options options = record(&run, state);
    options.plugins[0] = (struct replacement){.channel = nobody, .file = plugin_v2};
    options.plugin_count = 1;
    assert_int_equal(play(&options, &text), REPLAY_USAGE);
    free(text);
    options.plugins[0] = (struct replacement){.file = "/nowhere/at/all.so"};
    assert_int_equal(play(&options, &text), REPLAY_USAGE);
    free(text);
}

static void nothing_to_read_is_an_error_of_its_own(void **state) {
    const struct journal_folder *folder = *state;
    char *text = NULL;
    const struct replay_options options = {.dir = folder->path};
    assert_int_equal(play(&options, &text), REPLAY_UNREADABLE);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_RUN(what_comes_out_is_written_unless_only_differences_are_wanted),
        TEST_RUN(another_plugin_is_compared_entry_by_entry),
        TEST_RUN(a_plugin_that_replaces_none_is_wrong_usage),
        TEST_RUN(nothing_to_read_is_an_error_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
