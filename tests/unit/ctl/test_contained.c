/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "ctl/contained.h"

static struct contained_result run(void (*what)(void *, struct sentio_writer *), int64_t limit,
                                   const char *(*stuck)(void *)) {
    const struct contained_job job = {.run = what, .stuck = stuck, .limit = limit};
    struct contained_result result;
    contained_run(&job, &result);
    return result;
}

static void assert_end(struct contained_result *result, const char *end) {
    assert_string_equal(result->end, end);
    contained_finish(result);
}

static void answers(void *context, struct sentio_writer *answer) {
    (void)context;
    for (int i = 0; i < 100000; i++)
        sentio_write_text(answer, "0123456789");
}

static void says_nothing(void *context, struct sentio_writer *answer) {
    (void)context;
    (void)answer;
}

static void answer_of_any_size_comes_back(void **state) {
    (void)state;
    struct contained_result result = run(answers, 60000, NULL);
    assert_int_equal(result.answer.size, 1000000);
    assert_memory_equal(result.answer.data + 999990, "0123456789", 10);
    assert_end(&result, "");
    result = run(says_nothing, 60000, NULL);
    assert_int_equal(result.answer.size, 0);
    assert_end(&result, "");
}

static void crashes(void *context, struct sentio_writer *answer) {
    (void)context;
    sentio_write_text(answer, "never");
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void crash_is_named_by_its_signal(void **state) {
    (void)state;
    struct contained_result result = run(crashes, 60000, NULL);
    assert_end(&result, "died of signal 11 (Segmentation fault)");
}

static void leaves(void *context, struct sentio_writer *answer) {
    (void)context;
    (void)answer;
    _exit(7);
}

static void exit_is_no_good_end(void **state) {
    (void)state;
    struct contained_result result = run(leaves, 60000, NULL);
    assert_end(&result, "ended the process, with exit status 7");
}

static void hangs(void *context, struct sentio_writer *answer) {
    (void)context;
    (void)answer;
    for (;;)
        pause();
}

static void what_does_not_end_is_killed_at_its_limit(void **state) {
    (void)state;
    struct contained_result result = run(hangs, 1, NULL);
    assert_end(&result, "took too long");
}

static const char *is_stuck(void *context) {
    (void)context;
    return "stuck in publish()";
}

static void what_is_stuck_is_killed_with_the_reason(void **state) {
    (void)state;
    struct contained_result result = run(hangs, 600000, is_stuck);
    assert_end(&result, "stuck in publish()");
}

/* Its child keeps the pipe open, and does not end by itself. */
static void leaves_a_child(void *context, struct sentio_writer *answer) {
    (void)context;
    if (fork() == 0)
        hangs(NULL, NULL);
    sentio_write_text(answer, "done");
}

static void child_that_is_left_behind_is_not_waited_for(void **state) {
    (void)state;
    const struct contained_job job = {.run = leaves_a_child, .limit = 600000, .programs = true};
    struct contained_result result;
    contained_run(&job, &result);
    assert_true(sentio_is(sentio_written(&result.answer), "done"));
    assert_end(&result, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer_of_any_size_comes_back),
        cmocka_unit_test(crash_is_named_by_its_signal),
        cmocka_unit_test(exit_is_no_good_end),
        cmocka_unit_test(what_does_not_end_is_killed_at_its_limit),
        cmocka_unit_test(what_is_stuck_is_killed_with_the_reason),
        cmocka_unit_test(child_that_is_left_behind_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
