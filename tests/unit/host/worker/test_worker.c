/* SPDX-License-Identifier: MIT */
#include "worker/worker.h"

#include <errno.h>

#include "worker_fixture.h"

static void worker_is_described_before_it_is_opened(void **state) {
    struct worker_fixture *fixture = *state;
    create(fixture);
    assert_int_equal(fixture->worker->state, WORKER_STARTING);
    assert_told(fixture, "");
    settle(fixture);
    assert_told(fixture, "described\n");
    assert_int_equal(fixture->worker->state, WORKER_RUNNING);
    assert_string_equal(instance_table(fixture->instance)->name, "adder");
    assert_true(instance_has(fixture->instance, CALL_SAVE));
    assert_false(instance_has(fixture->instance, CALL_MESSAGE));
    assert_int_equal(fakes()->calls[CALL_OPEN], 0);
}

static void worker_is_opened_with_options_and_seed(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.seed = 1ull << 60;
    begin(fixture);
    assert_true(fake(fixture)->instance->state->opened == 1ull << 60);
    assert_true(fixture->worker->opened);
    assert_true(fixture->worker->journals);
}

static void open_that_fails_is_answered(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.options = "{\"fail\":1}";
    create(fixture);
    settle(fixture);
    assert_int_equal(worker_open(fixture->worker, fixture->instance), 0);
    settle(fixture);
    assert_told(fixture, "described\nopen: -1\n");
    assert_false(fixture->worker->opened);
    stop(fixture);
    assert_int_equal(fakes()->calls[CALL_CLOSE], 0);
}

static void plugin_without_a_save_keeps_no_calls(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->plugin = forgetful();
    begin(fixture);
    submit(fixture, "3");
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
    assert_int_equal(fixture->worker->tasks.count, 0);
}

static void descriptors_are_not_given_to_other_programs(void **state) {
    struct worker_fixture *fixture = *state;
    create(fixture);
    assert_true((fcntl(fixture->worker->plugin_fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(fixture->worker->page_fd, F_GETFD) & FD_CLOEXEC) != 0);
}

static void page_can_not_be_taken_away(void **state) {
    struct worker_fixture *fixture = *state;
    create(fixture);
    assert_int_equal(ftruncate(fixture->worker->page_fd, 0), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(atomic_load(&fixture->worker->page->serial), 0);
}

static void settings_are_copied(void **state) {
    struct worker_fixture *fixture = *state;
    char label[] = "channel test";
    char options[] = "{\"wake\":1}";
    char name[] = "other";
    char *names[] = {name};
    const struct config_strings forwards = {names, 1};
    fixture->settings.label = label;
    fixture->settings.options = options;
    fixture->settings.forwards = &forwards;
    create(fixture);
    memset(label, 'x', sizeof(label) - 1);
    memset(options, 'x', sizeof(options) - 1);
    memset(name, 'x', sizeof(name) - 1);
    settle(fixture);
    assert_string_equal(fake(fixture)->start->label, "channel test");
    assert_string_equal(fake(fixture)->start->forwards.items[0], "other");
    assert_string_equal(fixture->worker->settings.options, "{\"wake\":1}");
}

static void restored_state_is_where_it_is_put_back_to(void **state) {
    struct worker_fixture *fixture = *state;
    const long long sum = 100;
    begin(fixture);
    const struct sentio_bytes bytes = sentio_bytes((const char *)&sum, sizeof(sum));
    assert_int_equal(worker_restore(fixture->worker, 3, bytes), 0);
    assert_null(fixture->worker->checkpoint);
    settle(fixture);
    assert_told(fixture, "restore:\n");
    submit(fixture, "1");
    settle(fixture);
    assert_told(fixture, "publish 1: [1,101]\n");
    kill_worker(fixture);
    settle_with_deaths(fixture);
    submit(fixture, "1");
    settle(fixture);
    assert_told(fixture, "publish 1: [1,102]\n");
}

static void state_that_is_not_taken_is_forgotten(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    assert_int_equal(worker_restore(fixture->worker, 3, sentio_text("what?")), 0);
    settle(fixture);
    assert_told(fixture, "restore: -1\n");
    kill_worker(fixture);
    submit(fixture, "1");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
    assert_int_equal(fakes()->calls[CALL_RESTORE], 1);
}

static void state_is_not_taken_from_one_that_died_of_it(void **state) {
    struct worker_fixture *fixture = *state;
    const long long sum = 100;
    begin(fixture);
    fakes()->fatal = (struct fatal){CALL_RESTORE, NULL, SIGSEGV, 1};
    worker_restore(fixture->worker, 3, sentio_bytes((const char *)&sum, sizeof(sum)));
    settle(fixture);
    assert_told(fixture, "restore: not running\n");
    submit(fixture, "1");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
}

static void state_that_waits_for_the_next_life_is_restored_once(void **state) {
    struct worker_fixture *fixture = *state;
    const long long sum = 100;
    begin(fixture);
    kill_worker(fixture);
    worker_restore(fixture->worker, 3, sentio_bytes((const char *)&sum, sizeof(sum)));
    submit(fixture, "1");
    settle_with_deaths(fixture);
    assert_told(fixture, "restore:\npublish 1: [1,101]\n");
    assert_int_equal(fakes()->calls[CALL_RESTORE], 1);
}

static void calls_that_were_not_answered_are_handed_back(void **state) {
    struct worker_fixture *fixture = *state;
    struct task_list tasks = {0};
    begin(fixture);
    submit(fixture, "1");
    settle(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
    submit(fixture, "2");
    worker_flush(fixture->worker);
    worker_submit(fixture->worker, task_of(CALL_READY, 9, "", false));
    worker_submit(fixture->worker, task_of(CALL_SAVE, 0, "", false));
    worker_submit(fixture->worker, task_of(CALL_LEFT, 4, "", false));
    submit(fixture, "3");
    worker_take_waiting(fixture->worker, &tasks);
    static const enum call_kind kinds[] = {CALL_PUBLISH, CALL_LEFT, CALL_PUBLISH};
    assert_int_equal(tasks.count, 3);
    for (size_t i = 0; i < 3; i++) {
        struct task *task = task_list_take(&tasks);
        assert_int_equal(task->kind, kinds[i]);
        free(task);
    }
    assert_int_equal(tasks.bytes, 0);
    assert_int_equal(fixture->worker->waiting, 0);
    stop(fixture);
    assert_told(fixture, "");
    assert_int_equal(fakes()->calls[CALL_CLOSE], 1);
}

static void close_is_not_said_behind_half_a_call(void **state) {
    struct worker_fixture *fixture = *state;
    struct task_list tasks = {0};
    begin(fixture);
    submit(fixture, "2");
    fakes()->room = 20;
    worker_flush(fixture->worker);
    assert_int_equal(fixture->worker->sent, 20);
    worker_take_waiting(fixture->worker, &tasks);
    fakes()->room = 0;
    struct fake_process *last = fake(fixture);
    last->base.wants_write = false;
    instance_destroy(fixture->instance);
    fixture->instance = NULL;
    fixture->worker = NULL;
    assert_int_equal(last->in.end - last->in.start, 20);
    free(task_list_take(&tasks));
}

static void worker_is_closed_before_it_ends(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "2");
    stop(fixture);
    assert_told(fixture, "");
    assert_int_equal(fakes()->calls[CALL_PUBLISH], 1);
    assert_int_equal(fakes()->calls[CALL_CLOSE], 1);
    assert_null(fakes()->first);
}

static void worker_that_has_not_started_yet_can_be_stopped(void **state) {
    struct worker_fixture *fixture = *state;
    create(fixture);
    stop(fixture);
    assert_told(fixture, "");
    assert_null(fakes()->first);
}

static void worker_that_is_dead_can_be_stopped(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "2");
    kill_worker(fixture);
    stop(fixture);
    assert_told(fixture, "");
    assert_int_equal(fakes()->started, 1);
}

static void worker_that_dies_while_it_is_stopped_is_not_started_again(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    fakes()->fatal = (struct fatal){CALL_CLOSE, NULL, SIGSEGV, 1};
    stop(fixture);
    assert_null(fakes()->first);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fakes()->started, 1);
}

static void worker_that_does_not_end_is_killed(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    fakes()->fatal = (struct fatal){CALL_CLOSE, NULL, 0, 1};
    struct fake_process *last = fake(fixture);
    stop(fixture);
    assert_ptr_equal(fakes()->first, last);
    while (!last->killed)
        uv_run(&fixture->loop, UV_RUN_ONCE);
}

static void worker_that_says_something_while_it_is_stopped_is_not_heard(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    struct fake_process *last = fake(fixture);
    submit(fixture, "2");
    worker_flush(fixture->worker);
    while (fake_step(last))
        ;
    stop(fixture);
    assert_told(fixture, "");
}

/* It may be ended at whatever it tells. */
static void stop_at_the_next(struct worker_fixture *fixture, const char *told) {
    fixture->stops = true;
    settle_with_deaths(fixture);
    assert_told(fixture, told);
    assert_null(fixture->worker);
    while (fakes()->first && fake_turn(fakes()->first))
        ;
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_told(fixture, "");
}

static void worker_can_be_stopped_when_it_is_described(void **state) {
    create(*state);
    stop_at_the_next(*state, "described\n");
}

static void worker_can_be_stopped_when_it_is_refused(void **state) {
    fakes()->refusal = "no";
    create(*state);
    stop_at_the_next(*state, "described: no\n");
}

static void worker_can_be_stopped_when_it_dies_in_open(void **state) {
    struct worker_fixture *fixture = *state;
    create(fixture);
    settle(fixture);
    assert_told(fixture, "described\n");
    fakes()->fatal = (struct fatal){CALL_OPEN, NULL, SIGSEGV, 1};
    worker_open(fixture->worker, fixture->instance);
    submit(fixture, "1");
    stop_at_the_next(fixture, "open: not running\n");
}

static void worker_can_be_stopped_when_a_save_is_not_answered(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    fakes()->fatal = (struct fatal){CALL_SAVE, NULL, SIGSEGV, 1};
    for (int i = 0; i < 2; i++)
        worker_submit(fixture->worker, task_of(CALL_SAVE, 0, "", false));
    submit(fixture, "1");
    stop_at_the_next(fixture, "save: not running\n");
}

static void worker_can_be_stopped_when_a_call_is_given_up(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit_fatal(fixture, "1", 2);
    worker_submit(fixture->worker, task_of(CALL_SAVE, 0, "", false));
    submit(fixture, "2");
    settle(fixture);
    assert_told(fixture, "save: not running\n");
    stop_at_the_next(fixture, "publish 1: died\n");
}

static void worker_can_be_stopped_when_it_has_failed(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.max_deaths = 1;
    begin(fixture);
    submit_fatal(fixture, "1", 1);
    stop_at_the_next(fixture, "failed\n");
}

static void worker_can_be_stopped_when_it_begins_afresh(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->plugin = forgetful();
    begin(fixture);
    kill_worker(fixture);
    stop_at_the_next(fixture, "afresh\n");
}

static void worker_can_be_stopped_when_it_is_open_again(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->plugin = forgetful();
    begin(fixture);
    kill_worker(fixture);
    start_again(fixture);
    worker_flush(fixture->worker);
    fake_step(fake(fixture));
    fake_deliver(fake(fixture));
    assert_told(fixture, "afresh\n");
    stop_at_the_next(fixture, "reopened\n");
}

static void worker_can_be_stopped_when_a_descriptor_is_readable(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    wire_readable(&fake(fixture)->out, 7);
    wire_readable(&fake(fixture)->out, 8);
    stop_at_the_next(fixture, "readable 7\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(worker_is_described_before_it_is_opened),
        TEST(worker_is_opened_with_options_and_seed),
        TEST(open_that_fails_is_answered),
        TEST(plugin_without_a_save_keeps_no_calls),
        TEST(descriptors_are_not_given_to_other_programs),
        TEST(page_can_not_be_taken_away),
        TEST(settings_are_copied),
        TEST(restored_state_is_where_it_is_put_back_to),
        TEST(state_that_is_not_taken_is_forgotten),
        TEST(state_is_not_taken_from_one_that_died_of_it),
        TEST(state_that_waits_for_the_next_life_is_restored_once),
        TEST(calls_that_were_not_answered_are_handed_back),
        TEST(close_is_not_said_behind_half_a_call),
        TEST(worker_is_closed_before_it_ends),
        TEST(worker_that_has_not_started_yet_can_be_stopped),
        TEST(worker_that_is_dead_can_be_stopped),
        TEST(worker_that_dies_while_it_is_stopped_is_not_started_again),
        TEST(worker_that_does_not_end_is_killed),
        TEST(worker_that_says_something_while_it_is_stopped_is_not_heard),
        TEST(worker_can_be_stopped_when_it_is_described),
        TEST(worker_can_be_stopped_when_it_is_refused),
        TEST(worker_can_be_stopped_when_it_dies_in_open),
        TEST(worker_can_be_stopped_when_a_save_is_not_answered),
        TEST(worker_can_be_stopped_when_a_call_is_given_up),
        TEST(worker_can_be_stopped_when_it_has_failed),
        TEST(worker_can_be_stopped_when_it_begins_afresh),
        TEST(worker_can_be_stopped_when_it_is_open_again),
        TEST(worker_can_be_stopped_when_a_descriptor_is_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
