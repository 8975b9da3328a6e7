/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "ctl/trial.h"

static int make_trial(void **state) {
    *state = trial_create();
    return *state ? 0 : -1;
}

static int end_trial(void **state) {
    trial_destroy(*state);
    return 0;
}

static void what_a_process_was_at_outlives_it(void **state) {
    struct trial *trial = *state;
    pid_t child = fork();
    if (child == 0) {
        trial_input(trial, "{\"a\":1}", 7);
        trial_call(trial, "publish");
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_string_equal(trial->callback, "publish");
    assert_string_equal(trial->input, "{\"a\":1}");
    assert_int_equal(trial->calls, 1);
    assert_true(trial_elapsed(trial) > 0);
}

static void call_that_returned_is_counted_and_timed(void **state) {
    struct trial *trial = *state;
    for (int i = 0; i < 3; i++) {
        trial_call(trial, i ? "publish" : "open");
        trial_returned(trial);
    }
    assert_int_equal(trial_elapsed(trial), 0);
    assert_string_equal(trial->timings[0].name, "open");
    assert_string_equal(trial->timings[1].name, "publish");
    assert_int_equal(trial->timings[1].calls, 2);
    assert_true(trial->timings[1].total >= trial->timings[1].longest);
    assert_true(trial->timings[1].longest > 0);
}

static void new_check_forgets_all_but_the_times(void **state) {
    struct trial *trial = *state;
    trial_call(trial, "open");
    trial_returned(trial);
    trial->failure[0] = 'x';
    trial_begin(trial);
    assert_int_equal(trial->calls, 0);
    assert_string_equal(trial->failure, "");
    assert_int_equal(trial->timings[0].calls, 1);
}

static void long_input_is_cut_between_characters(void **state) {
    struct trial *trial = *state;
    char text[1000];
    for (size_t i = 0; i < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    trial_input(trial, text + 1, 1);
    assert_string_equal(trial->input, "\xa9");
    trial_input(trial, text, 2);
    assert_string_equal(trial->input, "\xc3\xa9");
    trial_input(trial, text, sizeof(text));
    char *end = strstr(trial->input, "... (1000 bytes)");
    assert_non_null(end);
    assert_int_equal((end - trial->input) % 2, 0);
}

static void second_record_is_compared_with_the_first(void **state) {
    struct trial *trial = *state;
    assert_true(trial_record(trial, 1));
    trial->record = TRIAL_KEEP;
    assert_true(trial_record(trial, 1));
    assert_true(trial_record(trial, 2));
    trial_begin(trial);
    trial->record = TRIAL_COMPARE;
    assert_true(trial_record(trial, 1));
    assert_false(trial_record(trial, 3));
}

static void records_end_without_harm(void **state) {
    struct trial *trial = *state;
    trial->record = TRIAL_KEEP;
    for (size_t i = 0; i < TRIAL_CALLS_MAX + 10; i++)
        assert_true(trial_record(trial, i));
    assert_int_equal(trial->recorded, TRIAL_CALLS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_process_was_at_outlives_it, make_trial, end_trial),
        cmocka_unit_test_setup_teardown(call_that_returned_is_counted_and_timed, make_trial,
                                        end_trial),
        cmocka_unit_test_setup_teardown(new_check_forgets_all_but_the_times, make_trial, end_trial),
        cmocka_unit_test_setup_teardown(long_input_is_cut_between_characters, make_trial,
                                        end_trial),
        cmocka_unit_test_setup_teardown(second_record_is_compared_with_the_first, make_trial,
                                        end_trial),
        cmocka_unit_test_setup_teardown(records_end_without_harm, make_trial, end_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
