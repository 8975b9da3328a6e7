/* SPDX-License-Identifier: MIT */
#include "worker_fixture.h"

#include <time.h>

enum { ROUNDS = 1000 };

static void what_was_answered_is_repeated_after_a_death(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "null");
    submit(fixture, "4");
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\npublish null: -1\npublish 4: [4,7]\n");
    assert_int_equal(fixture->worker->tasks.count, 3);
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "");
    assert_int_equal(fakes()->calls[CALL_PUBLISH], 6);
    assert_int_equal(fakes()->calls[CALL_RESTORE], 0);
    assert_int_equal(fixture->worker->tasks.count, 3);
    submit(fixture, "1");
    settle(fixture);
    assert_told(fixture, "publish 1: [1,8]\n");
    check_invariants(fixture->worker);
}

static void what_a_repetition_logs_is_not_shown(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "\"log\"");
    settle(fixture);
    assert_string_equal(fixture->instance->complaint, "as you wish");
    fixture->instance->complaint[0] = '\0';
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_int_equal(fakes()->calls[CALL_PUBLISH], 2);
    assert_string_equal(fixture->instance->complaint, "");
}

/* That many ones, ten at a time. */
static void add_ones(struct worker_fixture *fixture, int count) {
    for (int i = 0; i < count; i++) {
        submit(fixture, "1");
        if (i % 10 == 9)
            settle(fixture);
        fixture->size = 0;
    }
    settle(fixture);
    fixture->size = 0;
    fixture->told[0] = '\0';
    check_invariants(fixture->worker);
}

static void assert_sum_after_death(struct worker_fixture *fixture, long long sum) {
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_true(fake(fixture)->instance->state->sum == sum);
    assert_told(fixture, "");
    check_invariants(fixture->worker);
}

static void long_journal_is_cut_by_a_save(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    add_ones(fixture, ROUNDS);
    assert_int_equal(fakes()->calls[CALL_SAVE], 1);
    assert_int_equal(fixture->worker->checkpoint_size, sizeof(long long));
    assert_in_range(fixture->worker->tasks.count, 1, ROUNDS / 2);
    assert_sum_after_death(fixture, ROUNDS);
    assert_int_equal(fakes()->calls[CALL_RESTORE], 1);
    assert_int_equal(fakes()->calls[CALL_PUBLISH], ROUNDS + (int)fixture->worker->tasks.count);
    add_ones(fixture, 3 * ROUNDS);
    assert_int_equal(fakes()->calls[CALL_SAVE], 4);
    assert_sum_after_death(fixture, 4 * ROUNDS);
}

static void calls_behind_the_save_are_kept(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    worker_submit(fixture->worker, task_of(CALL_SAVE, 0, "", false));
    submit(fixture, "2");
    submit(fixture, "3");
    settle(fixture);
    assert_told(fixture, "publish 1: [1,1]\nsave:\npublish 2: [2,3]\npublish 3: [3,6]\n");
    assert_int_equal(fixture->worker->tasks.count, 2);
    assert_true(fixture->worker->journal > fixture->worker->tasks.bytes);
    assert_sum_after_death(fixture, 6);
}

static void death_in_a_save_leaves_the_one_before(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    add_ones(fixture, ROUNDS);
    fakes()->fatal = (struct fatal){CALL_SAVE, NULL, SIGSEGV, 1};
    add_ones(fixture, ROUNDS);
    assert_int_equal(fixture->worker->state, WORKER_DEAD);
    settle_with_deaths(fixture);
    assert_true(fake(fixture)->instance->state->sum == 2 * ROUNDS);
    add_ones(fixture, ROUNDS);
    assert_int_equal(fakes()->calls[CALL_SAVE], 3);
    assert_sum_after_death(fixture, 3 * ROUNDS);
}

static void own_saves_are_told_as_such(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    fixture->worker->journal = 1 << 20;
    submit(fixture, "1");
    worker_flush(fixture->worker);
    fake_turn(fake(fixture));
    assert_told(fixture, "publish 1: [1,1]\n");
    assert_true(fixture->worker->saving);
    assert_true(fixture->worker->tasks.last->own);
    submit(fixture, "2");
    worker_submit(fixture->worker, task_of(CALL_SAVE, 0, "", false));
    assert_false(fixture->worker->tasks.last->own);
    kill_worker(fixture);
    assert_told(fixture, "save: not running\n");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 2: [2,3]\nown save:\n");
    assert_false(fixture->worker->saving);
}

static void one_save_at_a_time_is_on_its_way(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    fixture->worker->journal = 1 << 20;
    for (int i = 0; i < 20; i++)
        submit(fixture, "1");
    settle(fixture);
    fixture->size = 0;
    fixture->told[0] = '\0';
    assert_int_equal(fakes()->calls[CALL_SAVE], 1);
    assert_sum_after_death(fixture, 20);
}

static int fat_save(struct sentio_call *call) {
    static char state[1 << 18];
    return call->host->keep(call, sentio_bytes(state, sizeof(state)));
}

static void state_that_costs_more_is_saved_less_often(void **state) {
    struct worker_fixture *fixture = *state;
    struct sentio_plugin fat = adder;
    fat.save = fat_save;
    fakes()->plugin = &fat;
    begin(fixture);
    add_ones(fixture, 5 * ROUNDS);
    assert_int_equal(fixture->worker->checkpoint_size, 1 << 18);
    assert_int_equal(fakes()->calls[CALL_SAVE], 2);
}

static void what_a_descriptor_has_told_is_saved(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    worker_submit(fixture->worker, task_of(CALL_READY, 30, "", false));
    submit(fixture, "2");
    settle(fixture);
    assert_told(fixture, "publish 1: [1,1]\nready:\npublish 2: [2,33]\nown save:\n");
    assert_int_equal(fixture->worker->tasks.count, 0);
    assert_sum_after_death(fixture, 33);
    assert_int_equal(fakes()->calls[CALL_READY], 1);
}

static void descriptor_of_a_dead_worker_tells_nothing(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "1");
    worker_submit(fixture->worker, task_of(CALL_READY, 30, "", false));
    kill_worker(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 1: [1,1]\n");
    assert_int_equal(fakes()->calls[CALL_READY], 0);
    assert_int_equal(fixture->worker->waiting, 0);
}

static int no_save(struct sentio_call *call) {
    (void)call;
    return SENTIO_FAILED;
}

static int empty_save(struct sentio_call *call) {
    (void)call;
    return 0;
}

static void assert_begins_afresh_after(struct worker_fixture *fixture,
                                       int (*save)(struct sentio_call *call)) {
    struct sentio_plugin table = adder;
    table.save = save;
    fakes()->plugin = &table;
    begin(fixture);
    add_ones(fixture, ROUNDS);
    assert_int_equal(fakes()->calls[CALL_SAVE], 1);
    assert_int_equal(fixture->worker->tasks.count, 0);
    kill_worker(fixture);
    submit(fixture, "2");
    settle_with_deaths(fixture);
    assert_told(fixture, "afresh\nreopened\npublish 2: [2,2]\n");
}

static void worker_that_can_not_save_after_all_begins_afresh(void **state) {
    assert_begins_afresh_after(*state, no_save);
}

static void worker_that_saves_nothing_begins_afresh(void **state) {
    assert_begins_afresh_after(*state, empty_save);
}

static void save_of_a_plugin_without_one_is_answered_in_its_turn(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->plugin = forgetful();
    begin(fixture);
    submit(fixture, "1");
    worker_submit(fixture->worker, task_of(CALL_SAVE, 0, "", false));
    submit(fixture, "2");
    settle(fixture);
    char expected[96];
    snprintf(expected, sizeof(expected), "publish 1: [1,1]\nsave: %d\npublish 2: [2,3]\n",
             SENTIO_NOT_FOUND);
    assert_told(fixture, expected);
    assert_int_equal(fixture->worker->tasks.count, 0);
}

/* What the plugin has had for the time, call by call. */
struct times {
    int64_t seen[8];
    size_t count;
};

static struct times *times(void) {
    static struct times all;
    return &all;
}

static void note_time(struct fake_process *fake) {
    int64_t now = fake->call.call.abi.now;
    assert_true(times()->count < 8);
    times()->seen[times()->count++] = now > fake->instance->called ? now : fake->instance->called;
}

static void submit_at(struct worker_fixture *fixture, int64_t now) {
    const struct sentio_update update = {.origin = SENTIO_FROM_PUBLISHER};
    const struct call call = {
        .kind = CALL_PUBLISH, .update = &update, .text = sentio_text("1"), .abi.now = now};
    struct task *task = task_create(&call, NULL);
    assert_non_null(task);
    worker_submit(fixture->worker, task);
}

static void what_is_repeated_has_the_time_that_it_had(void **state) {
    struct worker_fixture *fixture = *state;
    const int64_t now = (int64_t)time(NULL) * 1000;
    const int64_t expected[] = {now - 60000, now - 60000, now - 59000, now - 58000};
    begin(fixture);
    submit_at(fixture, expected[1]);
    submit_at(fixture, expected[2]);
    settle(fixture);
    kill_worker(fixture);
    submit_at(fixture, expected[3]);
    *times() = (struct times){0};
    fakes()->prepare = note_time;
    settle_with_deaths(fixture);
    assert_int_equal(times()->count, 4);
    assert_memory_equal(times()->seen, expected, sizeof(expected));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_was_answered_is_repeated_after_a_death),
        TEST(what_a_repetition_logs_is_not_shown),
        TEST(long_journal_is_cut_by_a_save),
        TEST(calls_behind_the_save_are_kept),
        TEST(death_in_a_save_leaves_the_one_before),
        TEST(own_saves_are_told_as_such),
        TEST(one_save_at_a_time_is_on_its_way),
        TEST(state_that_costs_more_is_saved_less_often),
        TEST(what_a_descriptor_has_told_is_saved),
        TEST(descriptor_of_a_dead_worker_tells_nothing),
        TEST(worker_that_can_not_save_after_all_begins_afresh),
        TEST(worker_that_saves_nothing_begins_afresh),
        TEST(save_of_a_plugin_without_one_is_answered_in_its_turn),
        TEST(what_is_repeated_has_the_time_that_it_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
