/* SPDX-License-Identifier: MIT */
#include "plugin/runner_inline.h"

#include "plugin/plugin_check.h"

#include "hub_fixture.h"

static void callback_that_is_missing_is_not_found(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    channel->instance->plugin->table = bare_plugin;
    channel->instance->callbacks = plugin_callbacks(&bare_plugin);
    assert_int_equal(channel->instance->callbacks, 1u << CALL_OPEN);
    assert_int_equal(plugin_callbacks(&scripted_plugin), (1u << CALL_KINDS) - 1);
    for (int kind = CALL_OPEN; kind < CALL_KINDS; kind++) {
        struct call call = {.kind = (enum call_kind)kind, .instance = channel->instance};
        if (kind != CALL_OPEN)
            assert_int_equal(runner_inline(&call, 0), SENTIO_NOT_FOUND);
    }
}

static void effects_are_collected_and_not_carried_out(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_WOKEN, SENTIO_FAILED, {EFFECT_COUNT, .id = 1, .a = "x"},
           {EFFECT_EMIT, .a = "A", .b = "1"});
    struct call call = {.kind = CALL_WOKEN, .instance = fixture->hub->channels[0]->instance};
    assert_int_equal(runner_inline(&call, 0), SENTIO_FAILED);
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
    assert_int_equal(call->now, 1000);
}

static void call_carries_services_state_and_a_time_that_never_goes_back(void **state) {
    struct hub_fixture *fixture = *state;
    script_during(fixture_state(fixture, 0), CALL_WOKEN, check_call, fixture);
    struct call call = {.kind = CALL_WOKEN, .instance = fixture->hub->channels[0]->instance};
    call.instance->called = 0;
    assert_int_equal(runner_inline(&call, 1000), 0);
    assert_int_equal(runner_inline(&call, 900), 0);
    assert_recorded(fixture, "a woken\na woken\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(callback_that_is_missing_is_not_found),
        TEST(effects_are_collected_and_not_carried_out),
        TEST(call_carries_services_state_and_a_time_that_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
