/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/program.h"

/* One run of a child process on a loop of its own. */

struct run {
    uv_loop_t loop;
    struct program program;
    char lines[256]; /* each ended by '|' */
    size_t size;
    int count;
    int stop_at; /* lines; 0: never */
    bool over;
};

static void on_line(void *context, struct sentio_bytes line) {
    struct run *run = context;
    assert_true(run->size + line.size + 1 < sizeof(run->lines));
    memcpy(run->lines + run->size, line.data, line.size);
    run->size += line.size;
    run->lines[run->size++] = '|';
    run->count++;
    if (run->count == run->stop_at)
        program_stop(&run->program);
}

static void on_over(void *context) {
    struct run *run = context;
    run->over = true;
}

static int set_up(void **state) {
    struct run *run = calloc(1, sizeof(*run));
    assert_non_null(run);
    assert_int_equal(uv_loop_init(&run->loop), 0);
    *state = run;
    return 0;
}

static int tear_down(void **state) {
    struct run *run = *state;
    program_finish(&run->program);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    int error = uv_loop_close(&run->loop);
    free(run);
    return error;
}

static void start(struct run *run, char *const *command) {
    const struct program_handler handler = {on_line, run, on_over, run};
    assert_int_equal(program_init(&run->program, &run->loop, "test", command, 16, &handler), 0);
    program_start(&run->program);
}

static void wait_until_over(struct run *run) {
    while (!run->over)
        uv_run(&run->loop, UV_RUN_ONCE);
}

static void lines_come_in_order_and_then_it_is_over(void **state) {
    struct run *run = *state;
    static char shell[] = "/bin/sh", flag[] = "-c",
                script[] = "echo one; echo; echo two; printf three";
    char *const command[] = {shell, flag, script, NULL};
    start(run, command);
    wait_until_over(run);
    assert_string_equal(run->lines, "one|two|three|");
    assert_false(run->program.running);
}

static void a_line_over_the_limit_is_dropped_whole(void **state) {
    struct run *run = *state;
    static char shell[] = "/bin/sh", flag[] = "-c";
    static char script[] = "echo short; echo 12345678901234567; echo 1234567890123456; echo last";
    char *const command[] = {shell, flag, script, NULL};
    start(run, command);
    wait_until_over(run);
    assert_string_equal(run->lines, "short|1234567890123456|last|");
}

static void what_can_not_be_started_is_over(void **state) {
    struct run *run = *state;
    static char nothing[] = "/nonexistent/program";
    char *const command[] = {nothing, NULL};
    start(run, command);
    wait_until_over(run);
    assert_int_equal(run->count, 0);
}

static void a_program_can_be_started_again_when_it_is_over(void **state) {
    struct run *run = *state;
    static char shell[] = "/bin/sh", flag[] = "-c", script[] = "echo again";
    char *const command[] = {shell, flag, script, NULL};
    start(run, command);
    wait_until_over(run);
    run->over = false;
    program_start(&run->program);
    wait_until_over(run);
    assert_string_equal(run->lines, "again|again|");
}

static void a_stop_ends_the_whole_group_and_no_line_follows(void **state) {
    struct run *run = *state;
    static char shell[] = "/bin/sh", flag[] = "-c";
    static char script[] = "(while :; do echo child; done) & while :; do echo parent; done";
    char *const command[] = {shell, flag, script, NULL};
    run->stop_at = 3;
    start(run, command);
    wait_until_over(run);
    assert_int_equal(run->count, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(lines_come_in_order_and_then_it_is_over),
        TEST(a_line_over_the_limit_is_dropped_whole),
        TEST(what_can_not_be_started_is_over),
        TEST(a_program_can_be_started_again_when_it_is_over),
        TEST(a_stop_ends_the_whole_group_and_no_line_follows),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
