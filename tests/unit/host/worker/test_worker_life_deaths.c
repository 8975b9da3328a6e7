/* SPDX-License-Identifier: MIT */
#include "worker_fixture.h"

static void too_many_deaths_within_a_minute_are_a_failure(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    settle(fixture);
    submit_fatal(fixture, "2", 1);
    submit(fixture, "3");
    for (int i = 0; i < 4; i++) {
        kill_worker(fixture);
        start_again(fixture);
    }
    settle(fixture);
    assert_told(fixture, "publish 1: [1,1]\nfailed\npublish 2: not running\n"
                         "publish 3: not running\n");
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
    assert_false(uv_is_active((uv_handle_t *)&fixture->worker->timer));
    assert_int_equal(fixture->worker->waiting, 0);
    submit(fixture, "4");
    assert_told(fixture, "publish 4: not running\n");
    assert_int_equal(fakes()->started, 5);
}

static void call_that_kills_the_second_time_is_given_up_by_the_last_death_too(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 2;
    begin(fixture);
    submit_fatal(fixture, "2", 2);
    submit(fixture, "3");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 2: died\nfailed\npublish 3: not running\n");
}

static void deaths_of_more_than_a_minute_ago_do_not_count(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    for (int i = 0; i < 23; i++) {
        kill_worker(fixture);
        assert_int_equal(fixture->worker->state, WORKER_DEAD);
        for (int k = 0; k < 5; k++)
            fixture->worker->deaths[k] -= 15001;
        start_again(fixture);
    }
    for (int k = 0; k < 5; k++)
        fixture->worker->deaths[k] += 1000;
    kill_worker(fixture);
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
}

static void one_death_may_be_too_many(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 1;
    begin(fixture);
    kill_worker(fixture);
    assert_told(fixture, "failed\n");
}

static void no_number_of_deaths_is_too_many_without_a_limit(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    for (int i = 0; i < 200; i++) {
        kill_worker(fixture);
        start_again(fixture);
    }
    submit(fixture, "1");
    settle(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
}

static uint64_t start_delay(const struct worker_fixture *fixture) {
    return uv_timer_get_due_in(&fixture->worker->timer);
}

static void worker_that_got_on_is_started_again_at_once(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    settle(fixture);
    kill_worker(fixture);
    assert_int_equal(start_delay(fixture), 0);
}

static void worker_that_does_not_get_on_is_started_later_and_later(void **state) {
    static const uint64_t delays[] = {100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000};
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    kill_worker(fixture);
    for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        start_again(fixture);
        kill_worker(fixture);
        assert_int_equal(start_delay(fixture), delays[i]);
    }
    submit(fixture, "1");
    start_again(fixture);
    settle(fixture);
    kill_worker(fixture);
    start_again(fixture);
    kill_worker(fixture);
    assert_int_equal(start_delay(fixture), 100);
}

static void worker_that_can_not_be_started_is_tried_once_more(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->absent = 1;
    create(fixture);
    assert_int_equal(fixture->worker->state, WORKER_DEAD);
    while (fixture->worker->process == NULL)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    settle(fixture);
    assert_told(fixture, "described\n");
}

static void worker_that_can_not_be_started_twice_is_told(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->absent = 2;
    create(fixture);
    while (fixture->worker->state == WORKER_DEAD)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_told(fixture,
                "described: /plugins/adder.so: its worker can not be started, see the log\n");
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
}

static void worker_that_has_worked_is_tried_until_it_can_be_started(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    kill_worker(fixture);
    fakes()->absent = 20;
    for (int i = 0; i < 20; i++)
        start_again(fixture);
    assert_int_equal(fixture->worker->death_count, 1);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(too_many_deaths_within_a_minute_are_a_failure),
        TEST(call_that_kills_the_second_time_is_given_up_by_the_last_death_too),
        TEST(deaths_of_more_than_a_minute_ago_do_not_count),
        TEST(one_death_may_be_too_many),
        TEST(no_number_of_deaths_is_too_many_without_a_limit),
        TEST(worker_that_got_on_is_started_again_at_once),
        TEST(worker_that_does_not_get_on_is_started_later_and_later),
        TEST(worker_that_can_not_be_started_is_tried_once_more),
        TEST(worker_that_can_not_be_started_twice_is_told),
        TEST(worker_that_has_worked_is_tried_until_it_can_be_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
