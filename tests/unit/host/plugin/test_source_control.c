/* SPDX-License-Identifier: MIT */
#include "source_fixture.h"

#include <sys/prctl.h>
#include <sys/wait.h>

static void no_line_comes_while_paused_and_none_is_lost(void **state) {
    struct fixture *fixture = *state;
    fixture->pause_every = 777;
    fixture->stop_at = 20000;
    start_script(fixture, "exec seq 1 20000");
    while (!fixture->gone) {
        turn(fixture);
        if (fixture->paused && fixture->source) {
            pause_source(fixture, false);
        }
    }
    assert_false(fixture->late);
    assert_string_equal(fixture->last, "20000");
}

static void lines_of_an_ended_program_wait_for_the_end_of_a_pause(void **state) {
    struct fixture *fixture = *state;
    fixture->pause_every = 1;
    fixture->stop_at = 5;
    start_script(fixture, "printf '1\\n2\\n3\\n4\\n5'");
    wait_for_log(fixture, "ended with status 0");
    wait_for_lines(fixture, 1);
    assert_int_equal(fixture->count, 1);
    while (!fixture->gone) {
        if (fixture->paused && fixture->source) {
            pause_source(fixture, false);
        }
        turn(fixture);
    }
    assert_false(fixture->late);
    assert_string_equal(fixture->text, "1|2|3|4|5|");
    assert_false(logged(fixture, "started again"));
}

/* 'S': waits; 'Z' or '-': has ended. */
static char process_state(const char *pid) {
    char path[80];
    char text[512] = "";
    snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    FILE *in = fopen(path, "re");
    size_t size = in ? fread(text, 1, sizeof(text) - 1, in) : 0;
    if (in) {
        fclose(in);
    }
    const char *name_end = size > 0 ? strrchr(text, ')') : NULL;
    return name_end ? name_end[2] : '-';
}

static void paused_program_blocks(void **state) {
    struct fixture *fixture = *state;
    fixture->pause_every = 1;
    start_script(fixture, "echo $$; exec seq 1 1000000");
    wait_for_lines(fixture, 1);
    uv_timer_start(&fixture->tick, on_tick, 1, 1);
    char seen = process_state(fixture->last);
    for (; seen != 'S'; seen = process_state(fixture->last)) {
        if (seen == 'Z' || seen == '-') {
            fail_msg("the program has written everything and ended");
        }
        turn(fixture);
    }
    assert_int_equal(fixture->count, 1);
}

static void source_may_be_paused_from_the_start(void **state) {
    struct fixture *fixture = *state;
    fixture->handler.backoff_ms = 30000;
    start_script(fixture, "echo line; echo marker >&2");
    pause_source(fixture, true);
    wait_for_log(fixture, "marker");
    assert_int_equal(fixture->count, 0);
    pause_source(fixture, false);
    assert_int_equal(fixture->count, 0);
    wait_for_lines(fixture, 1);
    assert_false(fixture->late);
}

static void stop_ends_the_program_and_reports_no_more_lines(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "trap 'echo late; echo stopping >&2; exit 0' TERM\n"
                          "sh -c 'echo ready; exec sleep 1000' & wait");
    wait_for_lines(fixture, 1);
    stop(fixture);
    assert_false(fixture->gone);
    wait_until_gone(fixture);
    assert_string_equal(fixture->text, "ready|");
    assert_true(logged(fixture, "stopping"));
    assert_true(logged(fixture, "ended with status 0"));
    assert_false(logged(fixture, "started again"));
}

static void stop_ends_the_programs_children(void **state) {
    struct fixture *fixture = *state;
    int status = 0;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    start_script(fixture, "sh -c 'echo $$; exec sleep 1000' & wait");
    wait_for_lines(fixture, 1);
    pid_t child = (pid_t)strtol(fixture->last, NULL, 10);
    stop(fixture);
    wait_until_gone(fixture);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void children_that_outlive_the_program_are_ended_before_its_next_start(void **state) {
    struct fixture *fixture = *state;
    int status = 0;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    start_script(fixture, "sleep 1000 & echo $!");
    wait_for_lines(fixture, 1);
    pid_t child = (pid_t)strtol(fixture->last, NULL, 10);
    fixture->stop_at = 2;
    wait_until_gone(fixture);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    child = (pid_t)strtol(fixture->last, NULL, 10);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void program_that_ignores_sigterm_is_killed(void **state) {
    struct fixture *fixture = *state;
    start_script(fixture, "trap '' TERM; echo ready; exec sleep 1000");
    wait_for_lines(fixture, 1);
    stop(fixture);
    wait_until_gone(fixture);
    assert_true(logged(fixture, "was ended by signal 9"));
}

static void stop_while_paused_does_not_wait_for_a_reader(void **state) {
    struct fixture *fixture = *state;
    fixture->pause_every = 1;
    start_script(fixture, "trap 'exit 0' TERM; seq 1 1000000");
    wait_for_lines(fixture, 1);
    stop(fixture);
    wait_until_gone(fixture);
    assert_int_equal(fixture->count, 1);
    assert_true(logged(fixture, "ended with status 0"));
}

static void stop_while_waiting_to_start_again_starts_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture->handler.backoff_ms = 30000;
    start_script(fixture, "echo run");
    wait_for_log(fixture, "is started again in 30000 ms");
    stop(fixture);
    wait_until_gone(fixture);
    assert_string_equal(fixture->text, "run|");
}

static void stop_after_a_failed_start_is_clean(void **state) {
    struct fixture *fixture = *state;
    start(fixture, (const char *const[]){"/nonexistent/feed", NULL});
    stop(fixture);
    wait_until_gone(fixture);
    assert_true(logged(fixture, "can not be started"));
    assert_false(logged(fixture, "started again"));
}

static void source_may_be_stopped_from_its_own_line(void **state) {
    struct fixture *fixture = *state;
    fixture->stop_at = 2;
    start_script(fixture, "printf '1\\n2\\n3\\n4\\n'; exec sleep 1000");
    wait_until_gone(fixture);
    assert_string_equal(fixture->text, "1|2|");
    assert_false(fixture->late);
}

static void stopping_nothing_is_allowed(void **state) {
    (void)state;
    source_stop(NULL, NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(no_line_comes_while_paused_and_none_is_lost),
        TEST(lines_of_an_ended_program_wait_for_the_end_of_a_pause),
        TEST(paused_program_blocks),
        TEST(source_may_be_paused_from_the_start),
        TEST(stop_ends_the_program_and_reports_no_more_lines),
        TEST(stop_ends_the_programs_children),
        TEST(children_that_outlive_the_program_are_ended_before_its_next_start),
        TEST(program_that_ignores_sigterm_is_killed),
        TEST(stop_while_paused_does_not_wait_for_a_reader),
        TEST(stop_while_waiting_to_start_again_starts_nothing),
        TEST(stop_after_a_failed_start_is_clean),
        TEST(source_may_be_stopped_from_its_own_line),
        cmocka_unit_test(stopping_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
