/* SPDX-License-Identifier: MIT */
/* Which call it is that a worker died of. */
#include "worker_fixture.h"

/* In each call of this number. */
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
    check_invariants(fixture->worker);
}

/* What it has answered is lost with it, and it may have been in any of these calls. */
static void die_with_all(struct worker_fixture *fixture, int64_t status, int number) {
    struct fake_process *victim = fake(fixture);
    worker_flush(fixture->worker);
    while (fake_step(victim))
        ;
    wire_drop(&victim->out, victim->out.end - victim->out.start);
    assert_int_equal(atomic_load(&fixture->worker->page->serial), 0);
    fake_end(victim, status, number);
    start_again(fixture);
    assert_true(fake_step(fake(fixture)));
    assert_true(fake_deliver(fake(fixture)));
}

static void calls_are_sent_one_by_one_to_who_comes_after_a_death(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    die_with_all(fixture, 0, SIGKILL);
    submit(fixture, "5");
    submit(fixture, "6");
    static const char *const told[] = {"", "publish 3: [3,3]\n", "publish 4: [4,7]\n",
                                       "publish 5: [5,12]\npublish 6: [6,18]\n"};
    for (size_t i = 0; i < 4; i++) {
        while (fake_step(fake(fixture)))
            ;
        assert_true(fake_deliver(fake(fixture)));
        assert_told(fixture, told[i]);
        check_invariants(fixture->worker);
    }
}

static void who_leaves_by_itself_is_given_up_with_the_call_that_it_was_sent_alone(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    for (int i = 0; i < 3; i++) {
        assert_told(fixture, "");
        /* What puts it back is answered first. */
        while (i > 0 && fixture->worker->expected->answered) {
            assert_true(fake_step(fake(fixture)));
            assert_true(fake_deliver(fake(fixture)));
            worker_flush(fixture->worker);
        }
        die_with_all(fixture, i, 0);
    }
    assert_told(fixture, "publish 3: died\n");
    settle(fixture);
    assert_told(fixture, "publish 4: [4,4]\n");
    check_invariants(fixture->worker);
}

static void who_is_killed_from_outside_is_not_given_up(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    submit(fixture, "3");
    for (int i = 0; i < 5; i++)
        die_with_all(fixture, 0, SIGKILL);
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
        TEST(calls_are_sent_one_by_one_to_who_comes_after_a_death),
        TEST(who_leaves_by_itself_is_given_up_with_the_call_that_it_was_sent_alone),
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
