/* SPDX-License-Identifier: MIT */
#include "worker_fixture.h"

static void calls_are_answered_in_their_order(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "null");
    submit(fixture, "4");
    assert_told(fixture, "");
    check_invariants(fixture->worker);
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\npublish null: -1\npublish 4: [4,7]\n");
    check_invariants(fixture->worker);
    assert_int_equal(fixture->worker->waiting, 0);
}

static void what_goes_and_comes_in_pieces_is_put_together(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->room = 7;
    fakes()->piece = 5;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    submit(fixture, "5");
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\npublish 4: [4,7]\npublish 5: [5,12]\n");
    check_invariants(fixture->worker);
}

/* The socket takes `size` bytes of the calls that wait. */
static void send_part(struct worker_fixture *fixture, size_t size) {
    fakes()->room = size;
    worker_flush(fixture->worker);
    assert_true(fixture->worker->process->wants_write);
    check_invariants(fixture->worker);
}

static void more_is_sent_when_there_is_room(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    size_t size = fixture->worker->tasks.first->size;
    send_part(fixture, size + 20);
    assert_ptr_equal(fixture->worker->expected, fixture->worker->tasks.first);
    assert_ptr_equal(fixture->worker->unsent, fixture->worker->tasks.last);
    assert_int_equal(fixture->worker->sent, 20);
    assert_true(fake_turn(fake(fixture)));
    assert_told(fixture, "publish 3: [3,3]\n");
    check_invariants(fixture->worker);
    settle(fixture);
    assert_told(fixture, "publish 4: [4,7]\n");
    assert_null(fixture->worker->expected);
    assert_null(fixture->worker->unsent);
}

static void call_that_hangs_is_looked_for_while_more_waits_to_be_sent(void **state) {
    struct worker_fixture *fixture = *state;
    fixture->settings.hang = 60000;
    begin(fixture);
    assert_false(uv_is_active((uv_handle_t *)&fixture->worker->timer));
    fakes()->fatal = (struct fatal){CALL_PUBLISH, "3", 0, 1};
    submit(fixture, "3");
    submit(fixture, "4");
    send_part(fixture, fixture->worker->tasks.first->size + 1);
    assert_true(uv_is_active((uv_handle_t *)&fixture->worker->timer));
}

static void say_result(struct worker_fixture *fixture, uint64_t serial) {
    const struct effects none = {0};
    assert_int_equal(wire_result(&fake(fixture)->out, serial, 0, 0, &none), 0);
}

/* It is killed for what it has said, and nothing of that is told. */
static void assert_distrusted(struct worker_fixture *fixture) {
    assert_true(fake_deliver(fake(fixture)));
    assert_told(fixture, "");
    assert_true(fake(fixture)->killed);
    check_invariants(fixture->worker);
}

static void answer_to_nothing_ends_the_worker(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    say_result(fixture, fixture->worker->serial);
    say_result(fixture, fixture->worker->serial + 1);
    assert_distrusted(fixture);
    submit(fixture, "3");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
    assert_int_equal(fixture->worker->death_count, 1);
}

static void answer_to_another_call_ends_the_worker(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    worker_flush(fixture->worker);
    say_result(fixture, fixture->worker->serial);
    assert_distrusted(fixture);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: [3,3]\npublish 4: [4,7]\n");
}

static void answer_to_a_call_that_was_not_sent_whole_ends_the_worker(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    send_part(fixture, 30);
    say_result(fixture, fixture->worker->serial);
    assert_distrusted(fixture);
    fakes()->room = 0;
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
}

static void nothing_counts_after_what_is_no_message(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    worker_flush(fixture->worker);
    assert_true(fake_step(fake(fixture)));
    memset(wire_room(&fake(fixture)->out, 64), 0xff, 64);
    fake(fixture)->out.end += 64;
    assert_true(fake_step(fake(fixture)));
    assert_true(fake_deliver(fake(fixture)));
    assert_told(fixture, "publish 3: [3,3]\n");
    assert_true(fake(fixture)->killed);
    /* Behind the rubbish it has said all the same how the second call went. */
    say_result(fixture, fixture->worker->serial);
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 4: [4,7]\n");
    assert_int_equal(fixture->worker->death_count, 1);
}

/* An answer that asks for what that call may not. */
static void say_forbidden(struct worker_fixture *fixture) {
    struct effects effects = {0};
    assert_non_null(
        effects_add(&effects, EFFECT_JOIN, sentio_bytes(NULL, 0), sentio_bytes(NULL, 0)));
    assert_int_equal(
        wire_result(&fake(fixture)->out, fixture->worker->expected->serial, 0, 0, &effects), 0);
    effects_finish(&effects);
}

static void answer_that_asks_for_what_is_not_allowed_is_given_up_the_second_time(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    worker_flush(fixture->worker);
    say_forbidden(fixture);
    assert_distrusted(fixture);
    settle(fixture);
    start_again(fixture);
    assert_true(fake_step(fake(fixture)));
    assert_true(fake_deliver(fake(fixture)));
    fakes()->fatal = (struct fatal){CALL_PUBLISH, "3", 0, 1};
    for (int i = 0; i < 2; i++) {
        worker_flush(fixture->worker);
        fake_turn(fake(fixture));
    }
    assert_int_equal(fixture->worker->expected->kind, CALL_PUBLISH);
    say_forbidden(fixture);
    assert_distrusted(fixture);
    fake_turn(fake(fixture));
    assert_told(fixture, "publish 3: died\n");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 4: [4,4]\n");
}

static void message_out_of_place_ends_the_worker(void **state) {
    struct worker_fixture *fixture = *state;
    static const enum wire_kind kinds[] = {WIRE_START, WIRE_TABLE, WIRE_REFUSED, WIRE_CALL};
    fixture->settings.max_deaths = 0;
    begin(fixture);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct wire_buffer *out = &fake(fixture)->out;
        assert_int_equal(wire_end(out, wire_begin(out, kinds[i], 0, 0)), 0);
        assert_distrusted(fixture);
        settle_with_deaths(fixture);
        assert_int_equal(fixture->worker->death_count, i + 1);
    }
}

static void note_that_is_not_valid_ends_the_worker(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    assert_int_equal(wire_log(&fake(fixture)->out, 0, SENTIO_ERROR + 1, sentio_text("x")), 0);
    assert_distrusted(fixture);
    settle_with_deaths(fixture);
    assert_int_equal(wire_readable(&fake(fixture)->out, -1), 0);
    assert_distrusted(fixture);
}

static void what_the_plugin_logs_is_the_instances(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "\"log\"");
    settle(fixture);
    assert_told(fixture, "publish \"log\":\n");
    assert_string_equal(fixture->instance->complaint, "as you wish");
}

static void what_is_logged_before_a_death_is_heard(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    worker_flush(fixture->worker);
    assert_int_equal(wire_log(&fake(fixture)->out, 0, SENTIO_ERROR, sentio_text("farewell")), 0);
    kill_worker(fixture);
    assert_string_equal(fixture->instance->complaint, "farewell");
}

static void readable_descriptor_is_told(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    assert_int_equal(wire_readable(&fake(fixture)->out, 9), 0);
    settle(fixture);
    assert_told(fixture, "readable 9\n");
}

static void notes_from_before_the_table_are_passed_over(void **state) {
    struct worker_fixture *fixture = *state;
    create(fixture);
    assert_int_equal(wire_log(&fake(fixture)->out, 0, SENTIO_INFO, sentio_text("early")), 0);
    assert_int_equal(wire_readable(&fake(fixture)->out, 9), 0);
    settle(fixture);
    assert_told(fixture, "described\n");
}

static void refusal_is_told_and_is_the_end(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->refusal = "/plugins/adder.so: is rusty";
    create(fixture);
    settle(fixture);
    assert_told(fixture, "described: /plugins/adder.so: is rusty\n");
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
    assert_null(fixture->worker->process);
    assert_int_equal(fakes()->started, 1);
    submit(fixture, "3");
    assert_told(fixture, "publish 3: not running\n");
}

static void refusal_after_the_first_life_is_a_death(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    kill_worker(fixture);
    fakes()->refusal = "it is rusty now";
    start_again(fixture);
    settle(fixture);
    assert_told(fixture, "");
    assert_int_equal(fixture->worker->death_count, 2);
    fakes()->refusal = NULL;
    submit(fixture, "3");
    settle_with_deaths(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
}

static void table_that_does_not_hold_is_a_refusal(void **state) {
    struct worker_fixture *fixture = *state;
    struct sentio_plugin table = adder;
    table.name = "Not A Name";
    fakes()->plugin = &table;
    create(fixture);
    settle(fixture);
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
    assert_non_null(strstr(fixture->told, "described: /plugins/adder.so: "));
}

static void table_that_can_not_be_read_is_a_refusal(void **state) {
    struct worker_fixture *fixture = *state;
    fakes()->mute = true;
    create(fixture);
    settle(fixture);
    struct wire_buffer *out = &fake(fixture)->out;
    assert_int_equal(wire_end(out, wire_begin(out, WIRE_TABLE, 0, 0)), 0);
    settle(fixture);
    assert_told(fixture, "described: its worker told something that is no plugin's table\n");
    assert_int_equal(fixture->worker->state, WORKER_FAILED);
}

static void nothing_is_received_while_deaf(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    worker_deafen(fixture->worker, true);
    settle(fixture);
    assert_int_equal(fake(fixture)->calls, 2);
    assert_told(fixture, "");
    worker_deafen(fixture->worker, false);
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
}

static void worker_that_is_stopped_by_an_answer_says_nothing_more(void **state) {
    struct worker_fixture *fixture = *state;
    begin(fixture);
    submit(fixture, "3");
    submit(fixture, "4");
    fixture->stops = true;
    settle(fixture);
    assert_told(fixture, "publish 3: [3,3]\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(calls_are_answered_in_their_order),
        TEST(what_goes_and_comes_in_pieces_is_put_together),
        TEST(more_is_sent_when_there_is_room),
        TEST(call_that_hangs_is_looked_for_while_more_waits_to_be_sent),
        TEST(answer_to_nothing_ends_the_worker),
        TEST(answer_to_another_call_ends_the_worker),
        TEST(answer_to_a_call_that_was_not_sent_whole_ends_the_worker),
        TEST(nothing_counts_after_what_is_no_message),
        TEST(answer_that_asks_for_what_is_not_allowed_is_given_up_the_second_time),
        TEST(message_out_of_place_ends_the_worker),
        TEST(note_that_is_not_valid_ends_the_worker),
        TEST(what_the_plugin_logs_is_the_instances),
        TEST(what_is_logged_before_a_death_is_heard),
        TEST(readable_descriptor_is_told),
        TEST(notes_from_before_the_table_are_passed_over),
        TEST(refusal_is_told_and_is_the_end),
        TEST(refusal_after_the_first_life_is_a_death),
        TEST(table_that_does_not_hold_is_a_refusal),
        TEST(table_that_can_not_be_read_is_a_refusal),
        TEST(nothing_is_received_while_deaf),
        TEST(worker_that_is_stopped_by_an_answer_says_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
