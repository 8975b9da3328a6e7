/* SPDX-License-Identifier: MIT */
#include "source_fixture.h"

static void lines_are_reported_but_empty_ones(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "printf 'one\\n\\ntwo\\n'; exec sleep 1000");
    wait_for_lines(fixture, 2);
    assert_string_equal(fixture->text, "one|two|");
}

static void line_that_takes_many_reads_is_put_together(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "printf '%0300000d\\nend\\n' 7; exec sleep 1000");
    wait_for_lines(fixture, 2);
    assert_int_equal(fixture->longest, 300000);
    assert_string_equal(fixture->last, "end");
}

static void long_line_of_the_second_run_is_put_together_too(void **state) {
    struct fixture *fixture = *state;
    fixture->stop_at = 4;
    start_script(fixture, "printf '%0300000d\\nend\\n' 7");
    wait_until_gone(fixture);
    assert_string_equal(fixture->last, "end");
}

static void too_long_line_is_dropped_and_logged(void **state) {
    struct fixture *fixture = *state;
    fixture->handler.line_max = 8;
    start_script(fixture, "printf '12345678\\n123456789\\nlast\\n'; exec sleep 1000");
    wait_for_lines(fixture, 2);
    assert_string_equal(fixture->text, "12345678|last|");
    assert_true(logged(fixture, "channel test"));
    assert_true(logged(fixture, "a line of over 8 bytes was dropped"));
}

static void last_line_needs_no_newline(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "printf 'one\\ntwo'");
    wait_for_lines(fixture, 4);
    assert_memory_equal(fixture->text, "one|two|one|two|", 16);
}

static void error_output_goes_to_the_log(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "echo broken >&2; printf 'in two ' >&2; echo parts >&2; exec sleep 1000");
    wait_for_log(fixture, "/bin/sh: in two parts");
    assert_true(logged(fixture, "/bin/sh: broken"));
    assert_int_equal(fixture->count, 0);
}

static void last_words_are_logged(void **state) {
    struct fixture *fixture = *state;
    fixture->handler.backoff_ms = 30000;
    start_script(fixture, "printf 'no such feed' >&2; exit 4");
    wait_for_log(fixture, "is started again");
    assert_true(logged(fixture, "/bin/sh: no such feed"));
    assert_true(logged(fixture, "ended with status 4"));
}

static void program_that_ends_is_started_again(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "echo run");
    wait_for_lines(fixture, 3);
    assert_memory_equal(fixture->text, "run|run|run|", 12);
}

static void program_ended_by_a_signal_is_started_again(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "echo run; kill -9 $$");
    wait_for_lines(fixture, 2);
    assert_true(logged(fixture, "was ended by signal 9"));
}

static void wait_doubles_with_every_end(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "exit 0");
    wait_for_log(fixture, "is started again in 8 ms");
    assert_true(logged(fixture, "is started again in 1 ms"));
    assert_true(logged(fixture, "is started again in 2 ms"));
    assert_true(logged(fixture, "is started again in 4 ms"));
}

static void wait_begins_at_half_a_second(void **state) {
    struct fixture *fixture = *state;
    fixture->handler.backoff_ms = 0;
    start_script(fixture, "exit 0");
    wait_for_log(fixture, "is started again in 500 ms");
    stop(fixture);
    wait_until_gone(fixture);
}

/* Writes an executable script, in place by one rename. */
static void write_script(const char *path, const char *text) {
    char draft[512];
    snprintf(draft, sizeof(draft), "%s.new", path);
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    assert_int_not_equal(fd, -1);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
    assert_int_equal(rename(draft, path), 0);
}

static void program_that_can_not_be_started_is_tried_again(void **state) {
    struct fixture *fixture = *state;
    char folder[] = "/tmp/sentio-test-source-XXXXXX";
    char path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/feed", folder);
    start(fixture, (const char *const[]){path, NULL});
    wait_for_log(fixture, "is started again in 2 ms");
    assert_true(logged(fixture, "can not be started: no such file or directory"));
    write_script(path, "#!/bin/sh\necho now\nexec sleep 1000\n");
    wait_for_lines(fixture, 1);
    assert_string_equal(fixture->text, "now|");
    unlink(path);
    rmdir(folder);
}

static void program_without_a_slash_is_found_beside_the_executable(void **state) {
    struct fixture *fixture = *state;
    char path[400];
    size_t size = sizeof(path);
    assert_int_equal(uv_exepath(path, &size), 0);
    char *name = strrchr(path, '/') + 1;
    snprintf(name, sizeof(path) - (size_t)(name - path), "sentio-test-feed-%d", (int)getpid());
    write_script(path, "#!/bin/sh\necho beside $1\nexec sleep 1000\n");
    start(fixture, (const char *const[]){name, "me", NULL});
    wait_for_lines(fixture, 1);
    unlink(path);
    assert_string_equal(fixture->text, "beside me|");
}

static void program_without_a_slash_is_found_in_path(void **state) {
    struct fixture *fixture = *state;
    start(fixture, (const char *const[]){"sh", "-c", "echo \"$0\"; exec sleep 1000", NULL});
    wait_for_lines(fixture, 1);
    assert_string_equal(fixture->text, "sh|");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(lines_are_reported_but_empty_ones),
        TEST(line_that_takes_many_reads_is_put_together),
        TEST(long_line_of_the_second_run_is_put_together_too),
        TEST(too_long_line_is_dropped_and_logged),
        TEST(last_line_needs_no_newline),
        TEST(error_output_goes_to_the_log),
        TEST(last_words_are_logged),
        TEST(program_that_ends_is_started_again),
        TEST(program_ended_by_a_signal_is_started_again),
        TEST(wait_doubles_with_every_end),
        TEST(wait_begins_at_half_a_second),
        TEST(program_that_can_not_be_started_is_tried_again),
        TEST(program_without_a_slash_is_found_beside_the_executable),
        TEST(program_without_a_slash_is_found_in_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
