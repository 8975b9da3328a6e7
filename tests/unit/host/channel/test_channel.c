/* SPDX-License-Identifier: MIT */
#include "channel/channel.h"

#include <unistd.h>

#include "hub_fixture.h"

#define ANSWER(offset)                                                                             \
    "response 0 200 {\"channel\":\"a\",\"accepted\":" offset ",\"offset\":" offset                 \
    ",\"epoch\":\"E\"}\n"

static void channel_is_opened_with_its_options_and_a_seed(void **state) {
    struct hub_fixture *fixture = *state;
    struct config_channel *config = fixture_channel(fixture, "a", "scripted");
    snprintf(config->options, sizeof(fixture->texts[0].options), "{\"x\": 1}");
    fixture_channel(fixture, "b", "scripted");
    assert_true(fixture_open(fixture));
    assert_string_equal(fixture_state(fixture, 0)->config, "{\"x\": 1}");
    assert_int_not_equal(fixture_state(fixture, 0)->seed, fixture_state(fixture, 1)->seed);
    assert_string_equal(fixture->hub->channels[0]->label, "channel a");
    assert_int_equal(strlen(fixture->hub->channels[0]->stream->epoch), 16);
    assert_string_not_equal(fixture->hub->channels[0]->stream->epoch,
                            fixture->hub->channels[1]->stream->epoch);
}

static void open_may_ask_to_be_woken(void **state) {
    struct hub_fixture *fixture = *state;
    struct config_channel *config = fixture_channel(fixture, "a", "scripted");
    snprintf(config->options, sizeof(fixture->texts[0].options), "{\"wake\":1}");
    assert_true(fixture_open(fixture));
    while (fixture->record.size == 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    assert_recorded(fixture, "a woken\n");
}

static void channel_that_does_not_open_is_not_closed(void **state) {
    struct hub_fixture *fixture = *state;
    struct config_channel *config = fixture_channel(fixture, "a", "scripted");
    snprintf(config->options, sizeof(fixture->texts[0].options), "{\"fail\":1}");
    fixture_channel(fixture, "b", "scripted");
    assert_false(fixture_open(fixture));
    assert_recorded(fixture, "");
}

static void missing_plugin_is_an_error(void **state) {
    fixture_channel(*state, "a", "missing");
    assert_false(fixture_open(*state));
}

static void interval_needs_a_channel_of_states(void **state) {
    struct hub_fixture *fixture = *state;
    struct config_channel *config = fixture_channel(fixture, "a", "bare");
    config->interval = 1000;
    assert_false(fixture_open(fixture));
    config->interval = 0;
    assert_true(fixture_open(fixture));
}

static void conflation_needs_a_channel_of_states(void **state) {
    struct hub_fixture *fixture = *state;
    struct config_channel *config = fixture_channel(fixture, "a", "bare");
    config->slow = CONFIG_SLOW_CONFLATE;
    assert_false(fixture_open(fixture));
    config->slow = CONFIG_SLOW_DROP;
    assert_true(fixture_open(fixture));
}

static void channel_of_states_may_conflate(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_channel(fixture, "a", "scripted")->slow = CONFIG_SLOW_CONFLATE;
    assert_true(fixture_open(fixture));
    assert_int_equal(fixture->hub->channels[0]->stream->slow, CONFIG_SLOW_CONFLATE);
}

static void observes_needs_a_plugin_that_observes(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_channel(fixture, "a", "bare");
    fixture_observes(fixture, 0, "b");
    assert_false(fixture_open(fixture));
}

static void channel_is_closed_at_the_end(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_close(fixture);
    assert_recorded(fixture, "a close\nb close\n");
}

static void effects_are_carried_out_in_the_order_of_the_calls(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "*"},
           {EFFECT_SEND, .id = 1, .a = "first", .b = "1"}, {EFFECT_ACCEPT, .id = 1},
           {EFFECT_SEND, .id = 1, .a = "second", .b = "2"});
    fixture_subscribe(fixture, 0, 1);
    char *text = fixture_sent(fixture);
    const char *joined = strstr(text, "joined 1 all at 0");
    assert_true(text == strstr(text, "text 1 {\"type\":\"first\""));
    assert_true(joined && joined < strstr(text, "text 1 {\"type\":\"second\""));
    free(text);
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0,
           {EFFECT_SEND, .id = 1, .a = "before", .b = "1"}, {EFFECT_EMIT, .a = "A", .b = "1"},
           {EFFECT_SEND, .id = 1, .a = "between", .b = "2"}, {EFFECT_EMIT, .a = "B", .b = "2"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    assert_sent(fixture, "text 1 {\"type\":\"before\",\"data\":1,\"timestamp\":\"T\"}\n"
                         "update a at 2 1 2\n"
                         "text 1 {\"type\":\"between\",\"data\":2,\"timestamp\":\"T\"}\n"
                         "joined 1 all at 2\n");
}

static void failed_call_has_no_effects_at_all(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    free(fixture_sent(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, SENTIO_FAILED,
           {EFFECT_EMIT, .a = "A", .b = "1"}, {EFFECT_SEND, .id = 1, .a = "x", .b = "1"},
           {EFFECT_CLOSE, .id = 1, .number = 1008}, {EFFECT_COUNT, .id = 1, .a = "x"},
           {EFFECT_WAKE, .number = 1}, {EFFECT_WATCH, .number = STDIN_FILENO, .on = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    assert_sent(fixture, "error 1 {\"type\":\"error\",\"message\":\"the channel's plugin failed\","
                         "\"code\":\"failed\",\"timestamp\":\"T\"}\n");
    const struct channel *channel = fixture->hub->channels[0];
    assert_int_equal(channel->engine.offset, 0);
    assert_int_equal(channel->faults, 1);
    assert_null(channel->counters);
    assert_null(channel->watches);
    assert_false(uv_is_active((uv_handle_t *)channel->wake));
}

static void counts_of_a_metric_are_added_up(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 2, .a = "orders"},
           {EFFECT_COUNT, .id = 40, .a = "orders"}, {EFFECT_COUNT, .id = 1, .a = "order"});
    fixture_publish(fixture, 0, "{}");
    const struct counter *counter = fixture->hub->channels[0]->counters;
    assert_string_equal(counter->name, "order");
    assert_int_equal(counter->value, 1);
    assert_string_equal(counter->next->name, "orders");
    assert_int_equal(counter->next->value, 42);
    assert_null(counter->next->next);
    assert_null(fixture->hub->channels[1]->counters);
}

static void slow_calls_are_counted(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish(fixture, 0, "{}");
    assert_int_equal(fixture->hub->channels[0]->slow_calls, 0);
    fixture->config.plugins.slow_call = 0;
    fixture_publish(fixture, 0, "{}");
    fixture_publish(fixture, 0, "{}");
    assert_int_equal(fixture->hub->channels[0]->slow_calls, 2);
    assert_int_equal(fixture->hub->channels[0]->faults, 0);
    fixture->config.plugins.slow_call = 60000;
}

static void check_time(struct sentio_call *call, void *context) {
    *(int64_t *)context = call->now;
}

static void time_of_a_call_is_not_before_the_last_update(void **state) {
    struct hub_fixture *fixture = *state;
    int64_t future = io_time() + 3600000;
    int64_t seen = 0;
    script_during(fixture_state(fixture, 0), CALL_PUBLISH, check_time, &seen);
    fixture_publish(fixture, 0, "{}");
    assert_true(seen > 0 && seen < future);
    fixture->hub->channels[0]->engine.time = future;
    fixture_publish(fixture, 0, "{}");
    assert_true(seen == future);
}

static int setup_chain(void **state) {
    if (fixture_prepare(state) != 0)
        return -1;
    fixture_channel(*state, "a", "scripted");
    fixture_channel(*state, "b", "scripted");
    fixture_channel(*state, "c", "scripted");
    fixture_forwards(*state, 0, "b");
    fixture_observes(*state, 1, "a");
    fixture_observes(*state, 2, "b");
    return fixture_open(*state) ? 0 : -1;
}

static void forwards_and_observers_run_after_the_commit_in_order(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_FORWARD, .a = "b", .b = "{\"n\":1}"},
           {EFFECT_EMIT, .a = "A", .b = "10"}, {EFFECT_FORWARD, .a = "b", .b = "{\"n\":2}"},
           {EFFECT_EMIT, .a = "B", .b = "11"});
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "X", .b = "20"});
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "a publish publisher key {}\n"
                             "b publish forward a {\"n\":1}\n"
                             "b observe a 10 11\n"
                             "b publish forward a {\"n\":2}\n"
                             "c observe b 20\n"
                             "c observe b 20\n");
    assert_sent(fixture, ANSWER("2"));
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 2);
}

static void forward_is_refused_where_it_is_not_configured(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_FORWARD, .a = "c", .b = "{}", .expected = SENTIO_INVALID},
           {EFFECT_FORWARD, .a = "a", .b = "{}", .expected = SENTIO_INVALID},
           {EFFECT_FORWARD, .a = "", .b = "{}", .expected = SENTIO_INVALID},
           {EFFECT_FORWARD, .a = "b", .b = "[]", .expected = SENTIO_INVALID},
           {EFFECT_FORWARD, .a = "b", .b = "{", .expected = SENTIO_INVALID});
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "a publish publisher key {}\n");
}

static void failed_call_forwards_nothing_and_is_not_observed(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_FAILED,
           {EFFECT_FORWARD, .a = "b", .b = "{}"}, {EFFECT_EMIT, .a = "A", .b = "1"});
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "a publish publisher key {}\n");
    assert_null(fixture->hub->first_job);
}

static void rejected_forward_counts_on_its_target(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_FORWARD, .a = "b", .b = "{}"},
           {EFFECT_EMIT, .a = "A", .b = "1"});
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0,
           {EFFECT_REJECT, .number = 0, .a = "price", .b = "is missing"});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, ANSWER("1"));
    assert_int_equal(fixture->hub->channels[0]->rejected, 0);
    assert_int_equal(fixture->hub->channels[1]->rejected, 1);
}

static void observer_emits_and_is_observed_itself(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    SCRIPT(fixture_state(fixture, 1), CALL_OBSERVE, 0, {EFFECT_EMIT, .a = "X", .b = "2"});
    SCRIPT(fixture_state(fixture, 2), CALL_OBSERVE, SENTIO_FAILED,
           {EFFECT_EMIT, .a = "Y", .b = "3"});
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "a publish publisher key {}\nb observe a 1\nc observe b 2\n");
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 1);
    assert_int_equal(fixture->hub->channels[2]->engine.offset, 0);
    assert_int_equal(fixture->hub->channels[2]->faults, 1);
}

#define TEST_CHAIN(name) cmocka_unit_test_setup_teardown(name, setup_chain, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_CLOSED(channel_is_opened_with_its_options_and_a_seed),
        TEST_CLOSED(open_may_ask_to_be_woken),
        TEST_CLOSED(channel_that_does_not_open_is_not_closed),
        TEST_CLOSED(missing_plugin_is_an_error),
        TEST_CLOSED(interval_needs_a_channel_of_states),
        TEST_CLOSED(conflation_needs_a_channel_of_states),
        TEST_CLOSED(channel_of_states_may_conflate),
        TEST_CLOSED(observes_needs_a_plugin_that_observes),
        TEST(channel_is_closed_at_the_end),
        TEST(effects_are_carried_out_in_the_order_of_the_calls),
        TEST(failed_call_has_no_effects_at_all),
        TEST(counts_of_a_metric_are_added_up),
        TEST(slow_calls_are_counted),
        TEST(time_of_a_call_is_not_before_the_last_update),
        TEST_CHAIN(forwards_and_observers_run_after_the_commit_in_order),
        TEST_CHAIN(forward_is_refused_where_it_is_not_configured),
        TEST_CHAIN(failed_call_forwards_nothing_and_is_not_observed),
        TEST_CHAIN(rejected_forward_counts_on_its_target),
        TEST_CHAIN(observer_emits_and_is_observed_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
