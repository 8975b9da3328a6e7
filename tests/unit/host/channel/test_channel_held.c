/* SPDX-License-Identifier: MIT */
#include "channel/channel_held.h"

#include "channel/wakeup.h"
#include "hub/inquiry.h"
#include "plugin/candidate.h"
#include "remote_fixture.h"

/* Another plugin for the channel, open, and restored if there is a `state`. */
static struct candidate *open_candidate(struct hub_fixture *fixture, size_t channel,
                                        const char *state) {
    struct candidate *candidate = candidate_create(fixture->hub, &fixture->channels[channel]);
    assert_non_null(candidate);
    candidate_open(candidate, fixture->channels[channel].plugin, false);
    candidate_wait(candidate);
    assert_int_equal(candidate->error, 0);
    if (candidate->instance->state) {
        candidate->instance->state->record = &fixture->record;
        candidate->instance->state->name = "new";
    }
    if (state) {
        candidate_restore(candidate, 7, sentio_text(state));
        candidate_wait(candidate);
        assert_int_equal(candidate->error, 0);
    }
    return candidate;
}

/* As a reload does it. */
static void take(struct channel *channel, struct candidate *candidate) {
    channel_take(channel, candidate);
    channel_let_go(channel);
    candidate_destroy(candidate);
}

static void subscribe(struct hub_fixture *fixture, uint32_t channel, uint64_t conn) {
    struct sentio_channel *script =
        channel == 0 ? remote_script("a") : fixture_state(fixture, channel);
    SCRIPT(script, CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = conn});
    fixture_subscribe(fixture, channel, conn);
    remote_settle(fixture);
    free(fixture_sent(fixture));
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
}

static void held_calls_are_the_new_plugins(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 1, 1);
    struct channel *channel = fixture->hub->channels[1];
    channel_hold(channel);
    fixture_publish(fixture, 1, "{\"x\":1}");
    fixture_publish(fixture, 1, "{\"x\":2}");
    take(channel, open_candidate(fixture, 1, "known"));
    assert_recorded(fixture, "b close\nnew publish publisher key {\"x\":1}\n"
                             "new publish publisher key {\"x\":2}\n");
    assert_string_equal(channel->instance->state->restored, "known");
    assert_int_equal(channel->subscribers, 1);
}

static void plugin_that_was_not_restored_hears_of_the_subscriptions_first(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 1, 1);
    struct channel *channel = fixture->hub->channels[1];
    channel_hold(channel);
    fixture_publish(fixture, 1, "{}");
    take(channel, open_candidate(fixture, 1, NULL));
    assert_recorded(fixture, "b close\nnew subscribe 1 \"\" roles=0 topics=0 {}\n"
                             "new publish publisher key {}\n");
}

static void calls_that_the_old_worker_did_not_answer_come_first(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    fakes()->fatal = (struct fatal){CALL_PUBLISH, NULL, 0, 1};
    fixture_publish(fixture, 0, "{\"x\":1}");
    fixture_publish(fixture, 0, "{\"x\":2}");
    remote_settle(fixture);
    channel_hold(remote(fixture));
    fixture_publish(fixture, 0, "{\"x\":3}");
    struct fake_process *old = remote_process(fixture);
    take(remote(fixture), open_candidate(fixture, 0, "known"));
    worker_process_kill(&old->base);
    remote_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {\"x\":1}\n"
                             "a publish publisher key {\"x\":2}\n"
                             "a publish publisher key {\"x\":3}\n");
    char *text = fixture_sent(fixture);
    assert_int_equal(strlen(text), 3 * strlen("response 0 200 {\"channel\":\"a\",\"accepted\":0,"
                                              "\"offset\":0,\"epoch\":\"E\"}\n"));
    free(text);
}

static void worker_is_told_of_the_subscriptions_before_the_calls_that_wait(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    subscribe(fixture, 0, 2);
    fixture_publish(fixture, 0, "{}");
    channel_hold(remote(fixture));
    fixture_leave(fixture, 1);
    take(remote(fixture), open_candidate(fixture, 0, NULL));
    remote_settle(fixture);
    assert_non_null(strstr(fixture->record.text, "a subscribe 2 \"\" roles=0 topics=0 {}\n"
                                                 "a publish publisher key {}\n"));
    assert_null(strstr(fixture->record.text, "a subscribe 1"));
    assert_null(strstr(fixture->record.text, "a left"));
}

static void plugin_moves_into_a_worker_and_out(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 1, 1);
    struct channel *channel = fixture->hub->channels[1];
    fixture->channels[1].isolation = CONFIG_ISOLATION_PROCESS;
    channel_hold(channel);
    fixture_publish(fixture, 1, "{\"x\":1}");
    take(channel, open_candidate(fixture, 1, NULL));
    remote_settle(fixture);
    assert_recorded(fixture, "b close\nb subscribe 1 \"\" roles=0 topics=0 {}\n"
                             "b publish publisher key {\"x\":1}\n");
    fixture->channels[1].isolation = CONFIG_ISOLATION_NONE;
    channel_hold(channel);
    fixture_publish(fixture, 1, "{\"x\":2}");
    take(channel, open_candidate(fixture, 1, "known"));
    remote_settle(fixture);
    assert_recorded(fixture, "new publish publisher key {\"x\":2}\nb close\n");
}

static void descriptors_and_timers_go_with_the_old_plugin(void **state) {
    struct hub_fixture *fixture = *state;
    struct call ready = {.kind = CALL_READY, .number = 9};
    struct call woken = {.kind = CALL_WOKEN};
    channel_hold(remote(fixture));
    channel_call(remote(fixture), &ready, NULL);
    channel_call(remote(fixture), &woken, NULL);
    wakeup_set(remote(fixture), 60000);
    take(remote(fixture), open_candidate(fixture, 0, "known"));
    remote_settle(fixture);
    assert_recorded(fixture, "a close\n");
    assert_false(uv_is_active((uv_handle_t *)remote(fixture)->wake));
}

static void descriptors_and_timers_of_a_plugin_that_stays_are_told(void **state) {
    struct hub_fixture *fixture = *state;
    struct call ready = {.kind = CALL_READY, .number = 9};
    struct call woken = {.kind = CALL_WOKEN};
    channel_hold(remote(fixture));
    channel_call(remote(fixture), &ready, NULL);
    channel_call(remote(fixture), &woken, NULL);
    candidate_destroy(open_candidate(fixture, 0, "known"));
    remote_settle(fixture);
    channel_let_go(remote(fixture));
    remote_settle(fixture);
    assert_recorded(fixture, "a close\na ready 9\na woken\na save\n");
}

static void what_the_new_plugin_has_asked_for_counts(void **state) {
    struct hub_fixture *fixture = *state;
    snprintf(fixture->texts[0].options, sizeof(fixture->texts[0].options), "{\"wake\":1}");
    struct candidate *candidate = open_candidate(fixture, 0, "known");
    assert_false(uv_is_active((uv_handle_t *)remote(fixture)->wake));
    take(remote(fixture), candidate);
    assert_true(uv_is_active((uv_handle_t *)remote(fixture)->wake));
}

static void descriptor_that_was_readable_before_is_told_to_the_channel(void **state) {
    struct hub_fixture *fixture = *state;
    struct candidate *candidate = open_candidate(fixture, 0, "known");
    struct fake_process *process = (struct fake_process *)candidate->worker->process;
    assert_int_equal(wire_readable(&process->out, 12), 0);
    assert_int_equal(wire_readable(&process->out, 13), 0);
    fake_deliver(process);
    channel_hold(remote(fixture));
    fixture_publish(fixture, 0, "{}");
    take(remote(fixture), candidate);
    remote_settle(fixture);
    assert_non_null(strstr(fixture->record.text, "a publish publisher key {}\na ready 12\n"
                                                 "a ready 13\n"));
}

static void request_for_a_route_that_is_another_now_is_told_so(void **state) {
    static struct sentio_route routes[4];
    struct hub_fixture *fixture = *state;
    memcpy(routes, scripted_routes, sizeof(routes));
    routes[ROUTE_ALL].path = "/another";
    channel_hold(remote(fixture));
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    fixture_publish(fixture, 0, "{}");
    remote_plugin()->routes = routes;
    take(remote(fixture), open_candidate(fixture, 0, "known"));
    remote_settle(fixture);
    assert_sent(fixture,
                "response 1 503 {\"detail\":\"the channel's plugin is not running\"}\n"
                "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":0,\"epoch\":\"E\"}\n");
}

static void request_for_the_same_route_is_the_new_plugins(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_RENDER, 0,
           {EFFECT_RESPOND, .number = 200, .a = "text/plain", .b = "hello"});
    channel_hold(remote(fixture));
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    take(remote(fixture), open_candidate(fixture, 0, "known"));
    remote_settle(fixture);
    assert_sent(fixture, "response 1 200 text/plain hello\n");
}

static void call_that_the_new_plugin_lacks_is_answered(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(remote(fixture));
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    remote_plugin()->message = NULL;
    take(remote(fixture), open_candidate(fixture, 0, "known"));
    remote_settle(fixture);
    assert_sent(fixture,
                "error 1 {\"type\":\"error\",\"message\":\"there is no such action on this "
                "channel\",\"code\":\"unknown_action\",\"timestamp\":\"T\"}\n");
    assert_int_equal(remote(fixture)->faults, 0);
}

static void publishers_of_a_channel_that_goes_are_refused(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    fixture_publish(fixture, 0, "{\"x\":1}");
    channel_hold(remote(fixture));
    fixture_publish(fixture, 0, "{\"x\":2}");
    fixture_leave(fixture, 1);
    channel_held_refuse(remote(fixture));
    remote_settle(fixture);
    assert_sent(fixture, "gone 1\n"
                         "response 0 404 {\"detail\":\"the channel was removed\"}\n"
                         "response 0 404 {\"detail\":\"the channel was removed\"}\n");
    assert_recorded(fixture, "");
    assert_int_equal(remote(fixture)->held.count, 0);
}

static void failed_channel_is_mended_by_a_new_plugin(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.plugins.max_deaths = 1;
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    remote_kill(fixture);
    assert_true(remote(fixture)->failed);
    channel_hold(remote(fixture));
    take(remote(fixture), open_candidate(fixture, 0, NULL));
    assert_false(remote(fixture)->failed);
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {}\n");
}

static void new_plugin_that_failed_meanwhile_is_a_failed_channel(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.plugins.max_deaths = 1;
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    struct candidate *candidate = open_candidate(fixture, 0, NULL);
    worker_process_kill(candidate->worker->process);
    remote_settle(fixture);
    assert_int_not_equal(candidate->error, 0);
    take(remote(fixture), candidate);
    assert_true(remote(fixture)->failed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_REMOTE(held_calls_are_the_new_plugins),
        TEST_REMOTE(plugin_that_was_not_restored_hears_of_the_subscriptions_first),
        TEST_REMOTE(calls_that_the_old_worker_did_not_answer_come_first),
        TEST_REMOTE(worker_is_told_of_the_subscriptions_before_the_calls_that_wait),
        TEST_REMOTE(plugin_moves_into_a_worker_and_out),
        TEST_REMOTE(descriptors_and_timers_go_with_the_old_plugin),
        TEST_REMOTE(descriptors_and_timers_of_a_plugin_that_stays_are_told),
        TEST_REMOTE(what_the_new_plugin_has_asked_for_counts),
        TEST_REMOTE(descriptor_that_was_readable_before_is_told_to_the_channel),
        TEST_REMOTE(request_for_a_route_that_is_another_now_is_told_so),
        TEST_REMOTE(request_for_the_same_route_is_the_new_plugins),
        TEST_REMOTE(call_that_the_new_plugin_lacks_is_answered),
        TEST_REMOTE(publishers_of_a_channel_that_goes_are_refused),
        TEST_CONFIGURE(failed_channel_is_mended_by_a_new_plugin),
        TEST_CONFIGURE(new_plugin_that_failed_meanwhile_is_a_failed_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
