/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed/clock.h"
#include "feed/pace.h"
#include "feed/result.h"

#define SECOND INT64_C(1000000000)

/* A clock that wakes up `late` after each deadline. */
struct fake {
    int64_t time;
    int64_t late;
    int64_t deadline;
    int result;
};

static int64_t fake_now(void *context) {
    const struct fake *fake = context;
    return fake->time;
}

static int fake_sleep(void *context, int64_t deadline) {
    struct fake *fake = context;
    fake->deadline = deadline;
    fake->time = (deadline > fake->time ? deadline : fake->time) + fake->late;
    return fake->result;
}

static struct pace pace_of(struct fake *fake, double speed) {
    struct pace pace;
    pace_init(&pace, (struct clock){fake_now, fake_sleep, fake}, speed);
    return pace;
}

static void lateness_never_adds_up(void **state) {
    (void)state;
    struct fake fake = {.time = 7, .late = SECOND / 10};
    struct pace pace = pace_of(&fake, 1);
    for (int i = 0; i <= 1000; i++) {
        pace_step(&pace, SECOND, INT64_MAX);
        assert_int_equal(pace_wait(&pace), 0);
    }
    assert_int_equal(fake.deadline, 7 + 1000 * SECOND);
}

static void a_stall_is_caught_up_with(void **state) {
    (void)state;
    struct fake fake = {0};
    struct pace pace = pace_of(&fake, 1);
    pace_step(&pace, SECOND, INT64_MAX);
    pace_wait(&pace);
    fake.time += 100 * SECOND;
    for (int i = 0; i < 3; i++)
        pace_step(&pace, SECOND, INT64_MAX);
    pace_wait(&pace);
    assert_int_equal(fake.deadline, 3 * SECOND);
    assert_int_equal(fake.time, 100 * SECOND);
}

static void the_first_update_is_due_at_once(void **state) {
    (void)state;
    struct fake fake = {.time = 5 * SECOND};
    struct pace pace = pace_of(&fake, 0.5);
    pace_step(&pace, SECOND, INT64_MAX);
    assert_int_equal(pace.deadline, 5 * SECOND);
    pace_step(&pace, SECOND, INT64_MAX);
    assert_int_equal(pace.deadline, 7 * SECOND);
    pace_step(&pace, SECOND, SECOND / 2);
    assert_int_equal(pace.deadline, 7 * SECOND + SECOND / 2);
    pace_step(&pace, -SECOND, INT64_MAX);
    assert_int_equal(pace.deadline, 7 * SECOND + SECOND / 2);
}

static void a_failed_sleep_is_passed_on(void **state) {
    (void)state;
    struct fake fake = {.result = SENTIO_FAILED};
    struct pace pace = pace_of(&fake, 1);
    assert_int_equal(pace_wait(&pace), SENTIO_FAILED);
}

static void the_monotonic_clock_does_not_wake_before_the_deadline(void **state) {
    (void)state;
    struct clock clock = clock_monotonic();
    int64_t deadline = clock.now(clock.context) + SECOND / 500;
    assert_int_equal(clock.sleep_until(clock.context, deadline), 0);
    assert_true(clock.now(clock.context) >= deadline);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lateness_never_adds_up),
        cmocka_unit_test(a_stall_is_caught_up_with),
        cmocka_unit_test(the_first_update_is_due_at_once),
        cmocka_unit_test(a_failed_sleep_is_passed_on),
        cmocka_unit_test(the_monotonic_clock_does_not_wake_before_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
