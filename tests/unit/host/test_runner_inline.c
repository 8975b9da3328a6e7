/* SPDX-License-Identifier: MIT */
#include "runner_inline.h"

#include "hub_fixture.h"

static void callback_that_is_missing_is_not_found(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    channel->plugin->table = bare_plugin;
    for (int kind = CALL_OPEN; kind < CALL_KINDS; kind++) {
        struct call call = {.kind = (enum call_kind)kind, .channel = channel};
        assert_int_equal(runner_has(&bare_plugin, call.kind), kind == CALL_OPEN);
        assert_true(runner_has(&scripted_plugin, call.kind));
        if (kind != CALL_OPEN)
            assert_int_equal(runner_inline(&call), SENTIO_NOT_FOUND);
    }
}

static void effects_are_collected_and_not_carried_out(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_WOKEN, SENTIO_FAILED, {EFFECT_COUNT, .id = 1, .a = "x"},
           {EFFECT_EMIT, .a = "A", .b = "1"});
    struct call call = {.kind = CALL_WOKEN, .channel = fixture->hub->channels[0]};
    assert_int_equal(runner_inline(&call), SENTIO_FAILED);
    assert_int_equal(call.effects.emits, 1);
    assert_non_null(effects_find(&call.effects, EFFECT_COUNT));
    assert_null(fixture->hub->channels[0]->counters);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 0);
    effects_finish(&call.effects);
}

static void check_call(struct sentio_call *call, void *context) {
    struct hub_fixture *fixture = context;
    assert_ptr_equal(call->host, host_api());
    assert_ptr_equal(call->channel, fixture_state(fixture, 0));
    assert_true(call->now > 0 && call->now <= io_time());
    assert_true(atomic_load(&fixture->hub->busy_since) > 0);
}

static void call_carries_services_state_and_time(void **state) {
    struct hub_fixture *fixture = *state;
    script_during(fixture_state(fixture, 0), CALL_WOKEN, check_call, fixture);
    struct call call = {.kind = CALL_WOKEN, .channel = fixture->hub->channels[0]};
    assert_int_equal(runner_inline(&call), 0);
    assert_int_equal(atomic_load(&fixture->hub->busy_since), 0);
    assert_recorded(fixture, "a woken\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(callback_that_is_missing_is_not_found),
        TEST(effects_are_collected_and_not_carried_out),
        TEST(call_carries_services_state_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
