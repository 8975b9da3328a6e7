/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
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

enum { SPAN = 20000000 /* ns */ };

static void call_that_waits_is_timed_by_the_clock(void **state) {
    struct trial *trial = *state;
    const struct timespec span = {.tv_nsec = SPAN};
    trial_call(trial, "publish");
    assert_int_equal(nanosleep(&span, NULL), 0);
    trial_returned(trial);
    assert_true(trial->timings[0].longest >= SPAN);
}

static int64_t time_of(clockid_t clock) {
    struct timespec now;
    assert_int_equal(clock_gettime(clock, &now), 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t time_away(void) {
    return time_of(CLOCK_MONOTONIC) - time_of(CLOCK_THREAD_CPUTIME_ID);
}

/* Both on one processor from now on. */
static pid_t begin_rival(void) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    pid_t rival = fork();
    while (rival == 0)
        sched_yield();
    return rival;
}

static long waits(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_THREAD, &usage), 0);
    return usage.ru_nvcsw;
}

/* How long a call took in which another had the processor for SPAN. */
static int64_t call_beside_a_rival(struct trial *trial) {
    int64_t begin = time_of(CLOCK_MONOTONIC);
    int64_t away = time_away();
    trial_call(trial, "publish");
    while (time_away() - away < SPAN)
        sched_yield();
    trial_returned(trial);
    return time_of(CLOCK_MONOTONIC) - begin;
}

static void time_in_which_another_had_the_processor_is_not_the_calls(void **state) {
    struct trial *trial = *state;
    cpu_set_t all;
    long before;
    int64_t taken;
    assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
    pid_t rival = begin_rival();
    assert_true(rival > 0);
    do { /* a call that waits, for a page of memory, say, is another matter */
        before = waits();
        trial->timings[0].longest = 0;
        taken = call_beside_a_rival(trial);
    } while (waits() != before);
    kill(rival, SIGKILL);
    assert_int_equal(waitpid(rival, NULL, 0), rival);
    assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
    assert_true(trial->timings[0].longest <= (uint64_t)(taken - SPAN));
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
        cmocka_unit_test_setup_teardown(call_that_waits_is_timed_by_the_clock, make_trial,
                                        end_trial),
        cmocka_unit_test_setup_teardown(time_in_which_another_had_the_processor_is_not_the_calls,
                                        make_trial, end_trial),
        cmocka_unit_test_setup_teardown(new_check_forgets_all_but_the_times, make_trial, end_trial),
        cmocka_unit_test_setup_teardown(long_input_is_cut_between_characters, make_trial,
                                        end_trial),
        cmocka_unit_test_setup_teardown(second_record_is_compared_with_the_first, make_trial,
                                        end_trial),
        cmocka_unit_test_setup_teardown(records_end_without_harm, make_trial, end_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
