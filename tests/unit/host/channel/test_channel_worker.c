/* SPDX-License-Identifier: MIT */
#include "channel/channel_worker.h"

#include "hub/inquiry.h"
#include "remote_fixture.h"

#define ANSWER(offset)                                                                             \
    "response 0 200 {\"channel\":\"a\",\"accepted\":1,\"offset\":" offset ",\"epoch\":\"E\"}\n"
#define EMIT(topic, json)                                                                          \
    { EFFECT_EMIT, .a = (topic), .b = (json) }

static void publish_is_answered_when_the_worker_has_answered(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, EMIT("A", "1"));
    fixture_publish(fixture, 0, "{\"x\":1}");
    assert_sent(fixture, "");
    assert_recorded(fixture, "");
    remote_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {\"x\":1}\n");
    assert_sent(fixture, ANSWER("1"));
}

static void rejections_and_failures_are_answered_as_those_of_a_plugin_inside(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, {EFFECT_REJECT, .number = 2, .a = "f", .b = "m"});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    SCRIPT(remote_script("a"), CALL_PUBLISH, SENTIO_FAILED, EMIT("A", "1"));
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    assert_sent(fixture,
                "response 0 422 {\"detail\":\"the update is not valid; nothing of it was "
                "published\",\"errors\":[{\"item\":2,\"field\":\"f\",\"message\":\"m\"}]}\n"
                "response 0 500 {\"detail\":\"the channel's plugin failed; see the "
                "log\"}\n");
    assert_int_equal(remote(fixture)->faults, 1);
    assert_int_equal(remote(fixture)->engine.offset, 0);
}

static void subscriber_is_answered_when_the_worker_has_answered(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "");
    remote_settle(fixture);
    char *text = fixture_sent(fixture);
    assert_non_null(strstr(text, "joined 1 A at 0"));
    free(text);
    assert_int_equal(remote(fixture)->subscribers, 1);
}

static void subscriber_who_left_meanwhile_is_told_to_the_plugin(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1},
           {EFFECT_SEND, .id = 1, .a = "welcome", .b = "1"});
    fixture_subscribe(fixture, 0, 1);
    fixture_leave(fixture, 1);
    remote_settle(fixture);
    assert_sent(fixture, "gone 1\n");
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {}\na left 1\n");
    assert_int_equal(remote(fixture)->subscribers, 0);
}

static void subscriber_who_was_refused_or_left_before_is_not_told_again(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1},
           {EFFECT_REFUSE, .id = 2, .a = "no", .b = "no"});
    fixture_subscribe(fixture, 0, 1);
    remote_settle(fixture);
    fixture_subscribe(fixture, 0, 1);
    fixture_leave(fixture, 1);
    remote_settle(fixture);
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_REFUSE, .id = 2, .a = "no", .b = "no"});
    fixture_subscribe(fixture, 0, 2);
    fixture_leave(fixture, 2);
    remote_settle(fixture);
    assert_recorded(fixture, "a subscribe 2 \"\" roles=0 topics=0 {}\n");
}

static void request_that_is_gone_meanwhile_is_not_answered_twice(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_RENDER, 0,
           {EFFECT_RESPOND, .number = 200, .a = "text/plain", .b = "hello"});
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    inquiry_remove_channel(fixture->hub, remote(fixture));
    remote_settle(fixture);
    assert_sent(fixture, "response 1 503 {\"detail\":\"the channel was removed\"}\n");
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    remote_settle(fixture);
    assert_sent(fixture, "response 1 200 text/plain hello\n");
}

static void channels_inside_and_in_workers_go_together(void **state) {
    struct hub_fixture *fixture = *state;
    remote_channel(fixture, "a");
    fixture_channel(fixture, "b", "scripted");
    remote_channel(fixture, "c");
    fixture_forwards(fixture, 0, "b");
    fixture_observes(fixture, 2, "b");
    assert_true(fixture_open(fixture));
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, {EFFECT_FORWARD, .a = "b", .b = "{\"n\":1}"},
           EMIT("A", "1"));
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, EMIT("B", "2"));
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {}\nb publish forward a {\"n\":1}\n"
                             "c observe b 2\n");
    assert_sent(fixture, ANSWER("1"));
}

static void update_that_kills_once_is_answered_once(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, EMIT("A", "1"));
    fakes()->fatal = (struct fatal){CALL_PUBLISH, "{\"x\":2}", SIGSEGV, 1};
    fixture_publish(fixture, 0, "{\"x\":1}");
    fixture_publish(fixture, 0, "{\"x\":2}");
    fixture_publish(fixture, 0, "{\"x\":3}");
    remote_settle_lives(fixture);
    assert_sent(fixture, ANSWER("1") ANSWER("2") ANSWER("3"));
    assert_int_equal(remote(fixture)->given_up, 0);
    assert_int_equal(remote(fixture)->published, 3);
}

static void update_that_kills_twice_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, EMIT("A", "1"));
    fakes()->fatal = (struct fatal){CALL_PUBLISH, "{\"x\":2}", SIGSEGV, 2};
    fixture_publish(fixture, 0, "{\"x\":2}");
    fixture_publish(fixture, 0, "{\"x\":3}");
    remote_settle_lives(fixture);
    assert_sent(fixture, "response 0 500 {\"detail\":\"the channel's plugin died of this update "
                         "twice; it is set aside\"}\n" ANSWER("1"));
    assert_int_equal(remote(fixture)->given_up, 1);
}

static void message_that_kills_twice_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    remote_settle(fixture);
    free(fixture_sent(fixture));
    fakes()->fatal = (struct fatal){CALL_MESSAGE, NULL, SIGSEGV, 2};
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    remote_settle_lives(fixture);
    assert_sent(fixture, "error 1 {\"type\":\"error\",\"message\":\"the channel's plugin failed\","
                         "\"code\":\"failed\",\"timestamp\":\"T\"}\n");
    assert_int_equal(remote(fixture)->given_up, 1);
}

static void request_that_kills_twice_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    fakes()->fatal = (struct fatal){CALL_RENDER, NULL, SIGSEGV, 2};
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    remote_settle_lives(fixture);
    assert_sent(fixture,
                "response 1 500 {\"detail\":\"the channel's plugin failed; see the log\"}\n");
}

static void failed_channel_tells_its_subscribers_and_publishers(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.plugins.max_deaths = 1;
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    fixture_subscribe(fixture, 0, 2);
    remote_settle(fixture);
    free(fixture_sent(fixture));
    fakes()->fatal = (struct fatal){CALL_PUBLISH, NULL, SIGSEGV, 1};
    fixture_publish(fixture, 0, "{}");
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    remote_settle(fixture);
    fixture_publish(fixture, 0, "{}");
    assert_true(remote(fixture)->failed);
    assert_sent(
        fixture,
        "text 1 {\"type\":\"error\",\"message\":\"the channel has failed; nothing comes until it "
        "is mended\",\"code\":\"channel_failed\",\"timestamp\":\"T\"}\n"
        "response 0 503 {\"detail\":\"the channel has failed: its plugin died too often; see the "
        "log\"}\n"
        "response 1 503 {\"detail\":\"the channel's plugin is not running\"}\n"
        "response 0 503 {\"detail\":\"the channel has failed: its plugin died too often; see the "
        "log\"}\n");
}

static void forget_state(void) {
    remote_plugin()->save = NULL;
    remote_plugin()->restore = NULL;
}

static void plugin_that_begins_afresh_hears_of_the_subscriptions(void **state) {
    struct hub_fixture *fixture = *state;
    forget_state();
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1},
           {EFFECT_JOIN, .id = 1, .a = "A"});
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .user = sentio_text("ann"),
                                                       .roles = SENTIO_ROLE_ADMIN,
                                                       .request = sentio_text("{\"t\":\"A\"}")});
    remote_settle(fixture);
    free(fixture_sent(fixture));
    fixture->record.size = 0;
    remote_kill(fixture);
    fixture_publish(fixture, 0, "{}");
    remote_settle_lives(fixture);
    assert_recorded(fixture, "a subscribe 1 \"ann\" roles=1 topics=0 {\"t\":\"A\"}\n"
                             "a publish publisher key {}\n");
    assert_sent(fixture, "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":0,"
                         "\"epoch\":\"E\"}\n");
}

static void plugin_that_is_put_back_hears_of_them_by_its_journal(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    remote_settle(fixture);
    free(fixture_sent(fixture));
    fixture->record.size = 0;
    remote_kill(fixture);
    remote_settle_lives(fixture);
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {}\n");
    assert_sent(fixture, "");
}

static void timer_is_that_of_the_plugin_that_begins_afresh(void **state) {
    struct hub_fixture *fixture = *state;
    forget_state();
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, {EFFECT_WAKE, .number = 5000});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    assert_true(uv_is_active((uv_handle_t *)remote(fixture)->wake));
    remote_kill(fixture);
    remote_settle_lives(fixture);
    assert_false(uv_is_active((uv_handle_t *)remote(fixture)->wake));
}

static void timer_of_a_plugin_that_is_put_back_goes_on(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, {EFFECT_WAKE, .number = 5000});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    remote_kill(fixture);
    remote_settle_lives(fixture);
    assert_true(uv_is_active((uv_handle_t *)remote(fixture)->wake));
}

static void plugin_is_woken(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, {EFFECT_WAKE, .number = 1});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    while (uv_is_active((uv_handle_t *)remote(fixture)->wake))
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    remote_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {}\na woken\n");
}

static void descriptor_of_a_worker_is_not_watched_here(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, {EFFECT_WATCH, .number = 0, .on = 1});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    assert_null(remote(fixture)->watches);
    fixture->record.size = 0;
    assert_int_equal(wire_readable(&remote_process(fixture)->out, 9), 0);
    fake_deliver(remote_process(fixture));
    remote_settle(fixture);
    assert_recorded(fixture, "a ready 9\na save\n");
}

static void call_that_took_long_is_counted(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.plugins.slow_call = 0;
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    assert_int_equal(remote(fixture)->slow_calls, 1);
    fixture->config.plugins.slow_call = 60000;
}

static void worker_is_closed_with_its_channel(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_close(fixture);
    assert_recorded(fixture, "b close\na close\n");
    assert_null(fakes()->first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_REMOTE(publish_is_answered_when_the_worker_has_answered),
        TEST_REMOTE(rejections_and_failures_are_answered_as_those_of_a_plugin_inside),
        TEST_REMOTE(subscriber_is_answered_when_the_worker_has_answered),
        TEST_REMOTE(subscriber_who_left_meanwhile_is_told_to_the_plugin),
        TEST_REMOTE(subscriber_who_was_refused_or_left_before_is_not_told_again),
        TEST_REMOTE(request_that_is_gone_meanwhile_is_not_answered_twice),
        TEST_CONFIGURE(channels_inside_and_in_workers_go_together),
        TEST_REMOTE(update_that_kills_once_is_answered_once),
        TEST_REMOTE(update_that_kills_twice_is_refused),
        TEST_REMOTE(message_that_kills_twice_is_refused),
        TEST_REMOTE(request_that_kills_twice_is_refused),
        TEST_CONFIGURE(failed_channel_tells_its_subscribers_and_publishers),
        TEST_CONFIGURE(plugin_that_begins_afresh_hears_of_the_subscriptions),
        TEST_REMOTE(plugin_that_is_put_back_hears_of_them_by_its_journal),
        TEST_CONFIGURE(timer_is_that_of_the_plugin_that_begins_afresh),
        TEST_REMOTE(timer_of_a_plugin_that_is_put_back_goes_on),
        TEST_REMOTE(plugin_is_woken),
        TEST_REMOTE(descriptor_of_a_worker_is_not_watched_here),
        TEST_REMOTE(call_that_took_long_is_counted),
        TEST_REMOTE(worker_is_closed_with_its_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
