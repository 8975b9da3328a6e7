/* SPDX-License-Identifier: MIT */
/* Which call it is that a worker died of. */
#include "worker_fixture.h"

static void spoil(struct fake_process *fake) {
    static const char nonsense[64] = "this is no message, and it never was one, as anybody sees";
    if (sentio_is(fake->call.call.text, "4"))
        wire_put(&fake->out, nonsense, sizeof(nonsense));
}

static void who_says_nonsense_in_a_call_is_given_up_with_it(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    fakes()->prepare = spoil;
    submit(fixture, "3");
    submit(fixture, "4");
    submit(fixture, "5");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: [3,3]\npublish 4: died\npublish 5: [5,8]\n");
    assert_int_equal(fakes()->started, 3);
    check_invariants(fixture->worker);
}

/* Without a call in hand, and without having answered what it was sent; then there is another. */
static void leave(struct worker_fixture *fixture, int64_t status, int number) {
    worker_flush(fixture->worker);
    assert_int_equal(atomic_load(&fixture->worker->page->serial), 0);
    fake_end(fake(fixture), status, number);
    start_again(fixture);
    assert_true(fake_step(fake(fixture)));
    assert_true(fake_deliver(fake(fixture)));
}

static void who_leaves_by_itself_is_given_up_with_the_call_that_it_did_not_answer(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    leave(fixture, 0, 0);
    assert_told(fixture, "");
    /* What puts it back is answered, and it is about to take the same call. */
    while (fixture->worker->expected->answered) {
        assert_true(fake_step(fake(fixture)));
        assert_true(fake_deliver(fake(fixture)));
    }
    leave(fixture, 1, 0);
    assert_told(fixture, "publish 3: died\n");
    settle(fixture);
    assert_told(fixture, "publish 4: [4,4]\n");
}

static void who_is_killed_from_outside_is_not_given_up(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    for (int i = 0; i < 3; i++)
        leave(fixture, 0, SIGKILL);
    assert_told(fixture, "");
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
}

/* Dies of whatever comes after 9, as long as it remembers that. */
static void stumble(struct fake_process *fake) {
    const struct call *call = &fake->call.call;
    if (call->kind == CALL_PUBLISH && fake->instance->state->sum >= 9)
        fake->dying = SIGSEGV;
}

static void state_that_makes_every_call_fatal_is_given_up_after_one_of_them(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    fakes()->prepare = stumble;
    submit(fixture, "4");
    submit(fixture, "5");
    submit(fixture, "6");
    submit(fixture, "7");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 4: [4,4]\npublish 5: [5,9]\npublish 6: died\n"
                         "afresh\nreopened\npublish 7: [7,7]\n");
    check_invariants(fixture->worker);
}

static void second_bad_call_is_given_up_when_the_state_is_not_the_cause(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    submit_fatal(fixture, "3", 2);
    settle_with_deaths(fixture);
    submit_fatal(fixture, "4", 3);
    settle_with_deaths(fixture);
    submit(fixture, "5");
    settle(fixture);
    assert_told(fixture, "publish 3: died\nafresh\nreopened\npublish 4: died\npublish 5: [5,5]\n");
    check_invariants(fixture->worker);
}

static void call_that_is_answered_in_between_clears_the_state(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    submit_fatal(fixture, "3", 2);
    submit(fixture, "1");
    settle_with_deaths(fixture);
    submit_fatal(fixture, "4", 2);
    submit(fixture, "5");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: died\npublish 1: [1,1]\npublish 4: died\npublish 5: [5,6]\n");
}

static void plugin_without_a_past_is_not_opened_once_more_for_it(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->plugin = forgetful();
    fixture->settings.max_deaths = 0;
    begin(fixture);
    submit_fatal(fixture, "3", 2);
    settle_with_deaths(fixture);
    submit_fatal(fixture, "4", 2);
    settle_with_deaths(fixture);
    assert_told(fixture, "afresh\nreopened\npublish 3: died\nafresh\nreopened\n"
                         "afresh\nreopened\npublish 4: died\nafresh\nreopened\n");
}

/* Its end of the connection is closed, and it goes on. */
static void close_connection(struct worker_fixture *fixture) {
    struct worker_process *process = fixture->worker->process;
    process->shut = true;
    process->handler.readable(process->handler.context);
}

static void who_closes_the_connection_has_time_to_end(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 60000;
    begin(fixture);
    close_connection(fixture);
    assert_true(fixture->worker->process->deaf);
    assert_false(fake(fixture)->killed);
    assert_true(uv_is_active((uv_handle_t *)&fixture->worker->timer));
    fake_end(fake(fixture), 0, SIGSEGV);
    assert_int_equal(fixture->worker->state, WORKER_DEAD);
}

static void who_closes_the_connection_and_does_not_end_is_killed(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 1;
    begin(fixture);
    close_connection(fixture);
    while (!fake(fixture)->killed)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    settle_with_deaths(fixture);
    submit(fixture, "3");
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
}

static void who_closes_the_connection_is_killed_at_once_where_calls_may_hang(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    close_connection(fixture);
    assert_true(fake(fixture)->killed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(who_says_nonsense_in_a_call_is_given_up_with_it),
        TEST(who_leaves_by_itself_is_given_up_with_the_call_that_it_did_not_answer),
        TEST(who_is_killed_from_outside_is_not_given_up),
        TEST(state_that_makes_every_call_fatal_is_given_up_after_one_of_them),
        TEST(second_bad_call_is_given_up_when_the_state_is_not_the_cause),
        TEST(call_that_is_answered_in_between_clears_the_state),
        TEST(plugin_without_a_past_is_not_opened_once_more_for_it),
        TEST(who_closes_the_connection_has_time_to_end),
        TEST(who_closes_the_connection_and_does_not_end_is_killed),
        TEST(who_closes_the_connection_is_killed_at_once_where_calls_may_hang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
