/* SPDX-License-Identifier: MIT */
#include "worker_fixture.h"

static void call_that_kills_once_is_answered_by_the_next_worker(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit_fatal(fixture, "4", 1);
    submit(fixture, "5");
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
    assert_int_equal(fixture->worker->state, WORKER_DEAD);
    check_invariants(fixture->worker);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 4: [4,7]\npublish 5: [5,12]\n");
    check_invariants(fixture->worker);
    assert_int_equal(fakes()->started, 2);
}

static void call_that_kills_twice_is_given_up(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit_fatal(fixture, "4", 3);
    submit(fixture, "5");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: [3,3]\npublish 4: died\npublish 5: [5,8]\n");
    check_invariants(fixture->worker);
    assert_int_equal(fixture->worker->death_count, 2);
    assert_int_equal(fixture->worker->waiting, 0);
}

static void deaths_of_different_calls_do_not_add_up(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit_fatal(fixture, "4", 1);
    settle_with_deaths(fixture);
    submit_fatal(fixture, "4", 1);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 4: [4,4]\npublish 4: [4,8]\n");
}

static void death_between_calls_is_nobodys_fault(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    submit(fixture, "4");
    for (int i = 0; i < 10; i++) {
        worker_flush(fixture->worker);
        kill_worker(fixture);
        check_invariants(fixture->worker);
        start_again(fixture);
    }
    assert_told(fixture, "");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 4: [4,4]\n");
}

static void answers_that_are_lost_are_given_again_and_not_blamed(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    submit(fixture, "2");
    submit_fatal(fixture, "3", 1);
    worker_flush(fixture->worker);
    while (fake_step(fake(fixture)))
        ;
    assert_int_equal(fake(fixture)->dying, SIGSEGV);
    /* Only half of the second answer has been sent. */
    fake(fixture)->out.end -= 20;
    settle(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 2: [2,3]\npublish 3: [3,6]\n");
}

static void death_while_the_socket_is_full_loses_nothing(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    submit(fixture, "2");
    submit(fixture, "3");
    for (size_t size = 1; size < fixture->worker->tasks.bytes; size += 13) {
        fixture->settings.max_deaths = 0;
        fixture->worker->settings.max_deaths = 0;
        fakes()->room = 0;
        worker_flush(fixture->worker);
        fakes()->room = size;
        kill_worker(fixture);
        check_invariants(fixture->worker);
        start_again(fixture);
        worker_flush(fixture->worker);
        fake_step(fake(fixture));
        fake_deliver(fake(fixture));
        check_invariants(fixture->worker);
    }
    fakes()->room = 0;
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\npublish 2: [2,3]\npublish 3: [3,6]\n");
}

static void death_before_the_table_is_told(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->mute = true;
    create(fixture);
    settle(fixture);
    fake_end(fake(fixture), 7, 0);
    assert_told(fixture,
                "described: /plugins/adder.so: its worker died of exit status 7 when it was "
                "loaded\n");
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
    assert_false(uv_is_active((uv_handle_t *)&fixture->worker->timer));
}

static void death_in_open_is_told(void **state) {
    struct worker_fixture *fixture = *state;
    create(fixture);
    settle(fixture);
    fakes()->fatal = (struct fatal){CALL_OPEN, NULL, SIGABRT, 1};
    worker_open(fixture->worker, fixture->instance);
    settle(fixture);
    assert_told(fixture, "described\nopen: not running\n");
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
    assert_int_equal(fakes()->started, 1);
}

static void death_before_the_table_of_a_later_life_is_a_death(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    kill_worker(fixture);
    fakes()->mute = true;
    start_again(fixture);
    settle(fixture);
    kill_worker(fixture);
    assert_int_equal(fixture->worker->death_count, 2);
    fakes()->mute = false;
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
}

static void death_of_its_own_past_is_tried_twice_and_then_forgotten(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
    fakes()->fatal = (struct fatal){CALL_PUBLISH, "3", SIGSEGV, 2};
    fixture->presented = 2;
    submit(fixture, "4");
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "afresh\nreopened\npresented subscribe:\npresented subscribe:\n"
                         "publish 4: [4,4]\n");
    assert_int_equal(fixture->worker->death_count, 3);
    /* From there on it is put back as before. */
    kill_worker(fixture);
    submit(fixture, "1");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,5]\n");
    assert_int_equal(fake(fixture)->instance->state->subscribed, 2);
}

static void one_death_of_its_past_is_no_reason_to_forget(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 0;
    begin(fixture);
    submit(fixture, "3");
    settle(fixture);
    for (int i = 0; i < 3; i++) {
        fakes()->fatal = (struct fatal){CALL_PUBLISH, "3", SIGSEGV, 1};
        kill_worker(fixture);
        submit(fixture, "4");
        settle_with_deaths(fixture);
    }
    assert_told(fixture, "publish 3: [3,3]\npublish 4: [4,7]\npublish 4: [4,11]\n"
                         "publish 4: [4,15]\n");
}

static void state_that_its_own_plugin_does_not_take_is_forgotten(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    assert_int_equal(worker_keep_checkpoint(fixture->worker, 4, sentio_text("strange")), 0);
    kill_worker(fixture);
    submit(fixture, "1");
    settle_with_deaths(fixture);
    assert_told(fixture, "afresh\nreopened\npublish 1: [1,1]\n");
    assert_null(fixture->worker->checkpoint);
    assert_int_equal(fakes()->calls[CALL_RESTORE], 1);
}

/* open() fails whenever it is called from now on. */
static void spoil_options(struct worker_fixture *fixture) {
    free((char *)fixture->worker->settings.options);
    fixture->worker->settings.options = strdup("{\"fail\":1}");
}

static void worker_that_does_not_open_again_fails_in_the_end(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    spoil_options(fixture);
    submit(fixture, "1");
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "afresh\nafresh\nfailed\npublish 1: not running\n");
    assert_int_equal(fixture->worker->death_count, 5);
    assert_int_equal(fakes()->calls[CALL_PUBLISH], 0);
}

static void death_before_it_is_open_afresh_is_no_reason_to_look_back(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.options = "{\"wake\":1}";
    begin(fixture);
    assert_int_equal(worker_keep_checkpoint(fixture->worker, 4, sentio_text("strange")), 0);
    kill_worker(fixture);
    start_again(fixture);
    settle(fixture);
    start_again(fixture);
    fakes()->fatal = (struct fatal){CALL_OPEN, NULL, SIGSEGV, 1};
    settle_with_deaths(fixture);
    assert_told(fixture, "afresh\nafresh\nreopened wake\n");
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "");
}

static void plugin_without_a_save_is_told_of_the_subscriptions_first(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->plugin = forgetful();
    fixture->settings.options = "{\"wake\":1}";
    fixture->presented = 2;
    begin(fixture);
    submit(fixture, "3");
    settle(fixture);
    submit(fixture, "4");
    worker_submit(fixture->worker, task_of(CALL_LEFT, 9, "", false));
    worker_submit(fixture->worker, task_of(CALL_READY, 9, "", false));
    submit(fixture, "5");
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: [3,3]\nafresh\nreopened wake\npresented subscribe:\n"
                         "presented subscribe:\npublish 4: [4,4]\npublish 5: [5,9]\n");
    assert_int_equal(fake(fixture)->instance->state->subscribed, 2);
    assert_int_equal(fixture->worker->waiting, 0);
    assert_int_equal(fixture->worker->tasks.count, 0);
}

static void subscriptions_are_told_anew_after_every_death(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->plugin = forgetful();
    fixture->presented = 3;
    begin(fixture);
    fakes()->fatal = (struct fatal){CALL_SUBSCRIBE, NULL, SIGSEGV, 1};
    kill_worker(fixture);
    start_again(fixture);
    settle(fixture);
    assert_told(fixture, "afresh\nreopened\n");
    check_invariants(fixture->worker);
    settle_with_deaths(fixture);
    assert_told(fixture, "afresh\nreopened\npresented subscribe:\npresented subscribe:\n"
                         "presented subscribe:\n");
    assert_int_equal(fixture->worker->waiting, 0);
}

static void save_and_restore_do_not_wait_for_another_life(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    worker_submit(fixture->worker, task_of(CALL_SAVE, 0, "", false));
    submit(fixture, "2");
    worker_flush(fixture->worker);
    kill_worker(fixture);
    assert_told(fixture, "save: not running\n");
    check_invariants(fixture->worker);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\npublish 2: [2,3]\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(call_that_kills_once_is_answered_by_the_next_worker),
        TEST(call_that_kills_twice_is_given_up),
        TEST(deaths_of_different_calls_do_not_add_up),
        TEST(death_between_calls_is_nobodys_fault),
        TEST(answers_that_are_lost_are_given_again_and_not_blamed),
        TEST(death_while_the_socket_is_full_loses_nothing),
        TEST(death_before_the_table_is_told),
        TEST(death_in_open_is_told),
        TEST(death_before_the_table_of_a_later_life_is_a_death),
        TEST(death_of_its_own_past_is_tried_twice_and_then_forgotten),
        TEST(one_death_of_its_past_is_no_reason_to_forget),
        TEST(state_that_its_own_plugin_does_not_take_is_forgotten),
        TEST(worker_that_does_not_open_again_fails_in_the_end),
        TEST(death_before_it_is_open_afresh_is_no_reason_to_look_back),
        TEST(plugin_without_a_save_is_told_of_the_subscriptions_first),
        TEST(subscriptions_are_told_anew_after_every_death),
        TEST(save_and_restore_do_not_wait_for_another_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
