/* SPDX-License-Identifier: MIT */
#include "worker_fixture.h"

static void wait_for_kill(struct worker_fixture *fixture) {
    while (!fake(fixture)->killed)
        uv_run(&fixture->loop, UV_RUN_ONCE);
}

static void call_that_does_not_return_is_killed_and_tried_once_more(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 5;
    begin(fixture);
    fakes()->fatal = (struct fatal){CALL_PUBLISH, "1", 0, 1};
    submit(fixture, "1");
    settle(fixture);
    wait_for_kill(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
    assert_false(uv_is_active((uv_handle_t *)&fixture->worker->timer));
}

static void call_that_never_returns_is_given_up(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 5;
    begin(fixture);
    fakes()->fatal = (struct fatal){CALL_PUBLISH, "1", 0, 2};
    submit(fixture, "1");
    submit(fixture, "2");
    settle(fixture);
    wait_for_kill(fixture);
    settle_with_deaths(fixture);
    wait_for_kill(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: died\npublish 2: [2,2]\n");
}

static void worker_that_hangs_outside_of_calls_is_killed(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 5;
    begin(fixture);
    fake(fixture)->stuck = true;
    submit(fixture, "1");
    settle(fixture);
    wait_for_kill(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
}

static void worker_that_does_not_load_is_killed(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 5;
    fakes()->mute = true;
    create(fixture);
    settle(fixture);
    wait_for_kill(fixture);
    settle(fixture);
    assert_told(fixture,
                "described: /plugins/adder.so: its worker died of signal 9 (Killed) when it "
                "was loaded\n");
}

/* Calls of the timer's. */
static void look(struct worker_fixture *fixture, int times) {
    for (int i = 0; i < times; i++)
        fixture->worker->timer.timer_cb(&fixture->worker->timer);
}

static void worker_that_gets_on_is_not_taken_for_one_that_hangs(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 60000;
    begin(fixture);
    submit(fixture, "1");
    worker_flush(fixture->worker);
    for (uint64_t serial = 100; serial < 120; serial++) {
        atomic_store(&fixture->worker->page->serial, serial);
        look(fixture, 4);
    }
    assert_false(fake(fixture)->killed);
    settle(fixture);
    for (int i = 0; i < 20; i++) {
        submit(fixture, "1");
        worker_flush(fixture->worker);
        look(fixture, 4);
        settle(fixture);
    }
    assert_false(fake(fixture)->killed);
}

static void worker_that_is_not_listened_to_does_not_hang(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 60000;
    begin(fixture);
    submit(fixture, "1");
    worker_deafen(fixture->worker, true);
    settle(fixture);
    look(fixture, 20);
    assert_false(fake(fixture)->killed);
    worker_deafen(fixture->worker, false);
    settle(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
}

static void idle_worker_is_not_looked_at(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 60000;
    begin(fixture);
    assert_false(uv_is_active((uv_handle_t *)&fixture->worker->timer));
    submit(fixture, "1");
    worker_flush(fixture->worker);
    assert_true(uv_is_active((uv_handle_t *)&fixture->worker->timer));
    settle(fixture);
    assert_false(uv_is_active((uv_handle_t *)&fixture->worker->timer));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(call_that_does_not_return_is_killed_and_tried_once_more),
        TEST(call_that_never_returns_is_given_up),
        TEST(worker_that_hangs_outside_of_calls_is_killed),
        TEST(worker_that_does_not_load_is_killed),
        TEST(worker_that_gets_on_is_not_taken_for_one_that_hangs),
        TEST(worker_that_is_not_listened_to_does_not_hang),
        TEST(idle_worker_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
