/* SPDX-License-Identifier: MIT */
#include "shadow_fixture.h"

static struct request *asker(struct hub_fixture *fixture) {
    return (struct request *)&fixture->requests[3];
}

static void begin(struct hub_fixture *fixture, const char *channel, const char *plugin,
                  int64_t duration) {
    shadow_begin(fixture->hub, 0, asker(fixture), sentio_text(channel), sentio_text(plugin),
                 duration);
}

static void stop(struct hub_fixture *fixture, const char *channel) {
    shadow_stop(fixture->hub, 0, asker(fixture), sentio_text(channel));
}

static void publish(struct hub_fixture *fixture) {
    fixture_publish(fixture, 0, "{}");
    settle(fixture);
}

static void turn_until_over(struct hub_fixture *fixture) {
    while (!shadow_is_over(shadow_of(fixture)))
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
}

static void what_can_not_begin_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, "c", "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 3 404 {\"detail\":\"there is no such channel\"}");
    begin(fixture, "a", "scripted.so", HOUR);
    assert_says(fixture, "response 3 422 ");
    begin(fixture, "a", "", HOUR);
    assert_says(fixture, "response 3 422 ");
    begin(fixture, "a", "/plugins/scripted.so", 0);
    assert_says(fixture, "response 3 422 ");
    assert_null(shadow_of(fixture));
    shadow_channel(fixture)->holding = true;
    begin(fixture, "a", "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 3 409 {\"detail\":\"a reload is under way\"}");
    shadow_channel(fixture)->holding = false;
    fixture->hub->reload = (struct reload *)fixture;
    begin(fixture, "a", "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 3 409 {\"detail\":\"a reload is under way\"}");
    fixture->hub->reload = NULL;
    shadow_channel(fixture)->failed = true;
    begin(fixture, "a", "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 3 409 {\"detail\":\"the channel has failed");
    assert_null(shadow_of(fixture));
}

static void while_one_runs_there_is_no_second_on_that_channel(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    const struct shadow *first = shadow_of(fixture);
    begin(fixture, "a", "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 3 409 {\"detail\":\"another version is being compared");
    assert_ptr_equal(shadow_of(fixture), first);
    assert_int_equal(first->state, SHADOW_RUNNING);
    begin(fixture, "b", "/plugins/scripted.so", HOUR);
    settle(fixture);
    assert_says(fixture, "response 3 202 {\"channel\":\"b\"");
    assert_int_equal(fixture->hub->channels[1]->shadow->state, SHADOW_RUNNING);
}

static void stopped_it_ends_and_its_report_stays(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    publish(fixture);
    free(fixture_sent(fixture));
    stop(fixture, "a");
    settle(fixture);
    assert_says(fixture, "\"state\":\"failed\",\"remaining_ms\":0,\"calls\":1,");
    assert_failed(fixture, "it was stopped");
    assert_null(fakes()->first);
    publish(fixture);
    assert_compared(fixture, 1, 0);
    stop(fixture, "a");
    assert_says(fixture, "response 3 200 {\"channel\":\"a\"");
}

static void where_none_was_there_is_none_to_stop(void **state) {
    struct hub_fixture *fixture = *state;
    stop(fixture, "a");
    assert_says(fixture, "response 3 404 ");
    stop(fixture, "c");
    assert_says(fixture, "response 3 404 ");
}

static void stopped_while_it_opens_both_who_ask_are_answered(void **state) {
    struct hub_fixture *fixture = *state;
    fakes()->mute = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    stop(fixture, "a");
    char *text = fixture_sent(fixture);
    assert_non_null(strstr(text, "response 2 422 {\"detail\":\"it was stopped\"}\n"));
    assert_non_null(strstr(text, "response 3 200 {"));
    free(text);
}

static void after_its_end_another_may_begin(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    SCRIPT_NEW(CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 1, .a = "odd"});
    publish(fixture);
    stop(fixture, "a");
    assert_compared(fixture, 0, 1);
    shadow_started(fixture);
    assert_compared(fixture, 0, 0);
    assert_null(shadow_of(fixture)->examples);
    publish(fixture);
    assert_int_equal(example(fixture, 0)->number, 1);
}

static void it_ends_when_its_time_is_over(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_ask(fixture, "/plugins/scripted.so", 1);
    turn_until_over(fixture);
    assert_int_equal(shadow_of(fixture)->state, SHADOW_DONE);
    assert_string_equal(shadow_of(fixture)->why, "");
}

static void it_gets_no_call_after_its_time_and_answers_those_from_before(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    fake_new()->stuck = true;
    publish(fixture);
    shadow_of(fixture)->ends = shadow_time();
    shadow_of(fixture)->moved = shadow_time();
    publish(fixture);
    shadow_compare(shadow_of(fixture));
    assert_int_equal(shadow_of(fixture)->state, SHADOW_RUNNING);
    fake_release(fake_new());
    turn_until_over(fixture);
    assert_int_equal(shadow_of(fixture)->state, SHADOW_DONE);
    assert_compared(fixture, 1, 0);
}

static void it_is_not_waited_for_without_end(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    fake_new()->stuck = true;
    publish(fixture);
    shadow_of(fixture)->ends = shadow_time() - HOUR;
    shadow_compare(shadow_of(fixture));
    assert_int_equal(shadow_of(fixture)->state, SHADOW_RUNNING);
    shadow_of(fixture)->moved = shadow_time() - HOUR;
    fake_new()->stuck = false;
    shadow_compare(shadow_of(fixture));
    assert_failed(fixture, "the last calls are not answered");
}

static void it_goes_by_the_configuration_that_there_is(void **state) {
    struct hub_fixture *fixture = *state;
    struct config_channel channel = fixture->channels[0];
    struct config config = fixture->config;
    config.plugins.call_bytes = 123;
    shadow_started(fixture);
    const struct candidate *candidate = shadow_of(fixture)->candidate;
    shadow_configure(shadow_of(fixture), &channel, &config);
    assert_ptr_equal(candidate->config, &channel);
    assert_ptr_equal(candidate->config_host, &config);
    assert_ptr_equal(candidate->instance->forwards, &channel.forwards);
    assert_int_equal(candidate->instance->call_bytes, 123);
    stop(fixture, "a");
    shadow_configure(shadow_of(fixture), &channel, &config);
}

static void a_configuration_that_moves_while_it_opens_is_the_one_it_gets(void **state) {
    struct hub_fixture *fixture = *state;
    struct config_channel channel = fixture->channels[0];
    struct config config = fixture->config;
    config.plugins.call_bytes = 123;
    fakes()->mute = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    shadow_configure(shadow_of(fixture), &channel, &config);
    wire_table(&fake_new()->out, &scripted_plugin);
    fake_release(fake_new());
    settle(fixture);
    const struct candidate *candidate = shadow_of(fixture)->candidate;
    assert_int_equal(shadow_of(fixture)->state, SHADOW_RUNNING);
    assert_ptr_equal(candidate->instance->forwards, &channel.forwards);
    assert_int_equal(candidate->instance->call_bytes, 123);
    stop(fixture, "a");
}

static void whoever_waits_is_told_when_the_channel_ends(void **state) {
    struct hub_fixture *fixture = *state;
    fakes()->mute = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    fixture_close(fixture);
    assert_says(fixture, "response 2 422 {\"detail\":\"the channel ends\"}");
    assert_null(fakes()->first);
}

static void the_channel_ends_while_it_runs(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    fixture_publish(fixture, 0, "{}");
    fixture_close(fixture);
    assert_null(fakes()->first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_HERE(what_can_not_begin_is_refused),
        TEST_HERE(while_one_runs_there_is_no_second_on_that_channel),
        TEST_HERE(stopped_it_ends_and_its_report_stays),
        TEST_HERE(where_none_was_there_is_none_to_stop),
        TEST_HERE(stopped_while_it_opens_both_who_ask_are_answered),
        TEST_HERE(after_its_end_another_may_begin),
        TEST_HERE(it_ends_when_its_time_is_over),
        TEST_HERE(it_gets_no_call_after_its_time_and_answers_those_from_before),
        TEST_HERE(it_is_not_waited_for_without_end),
        TEST_HERE(it_goes_by_the_configuration_that_there_is),
        TEST_HERE(a_configuration_that_moves_while_it_opens_is_the_one_it_gets),
        TEST_HERE(whoever_waits_is_told_when_the_channel_ends),
        TEST_HERE(the_channel_ends_while_it_runs),
        TEST_REMOTE(the_channel_ends_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
