/* SPDX-License-Identifier: MIT */
#include "overseer_fixture.h"
#include "trace/trace.h"

/* A trace of channel "a". */
static int setup(void **state) {
    if (overseer_setup(state) != 0)
        return -1;
    struct overseer *overseer = *state;
    assert_asked(overseer, trace_ask, "{\"channel\":\"a\"}", "");
    message_destroy(overseer_take(overseer, MESSAGE_VIEWER));
    return 0;
}

/* The next event, from its kind on. */
static void assert_told(struct overseer *overseer, const char *expected) {
    struct trace_message *message = overseer_take(overseer, MESSAGE_TRACE);
    char text[4096];
    assert_true(message->text.size < sizeof(text));
    memcpy(text, message->text.data, message->text.size);
    text[message->text.size] = '\0';
    const char *kind = strstr(text, "\"kind\":\"");
    assert_non_null(kind);
    assert_string_equal(kind + 8, expected);
    message_destroy(&message->head);
}

static void publish(struct hub_fixture *fixture, uint32_t channel) {
    fixture_publish(fixture, channel, "{}");
    free(fixture_sent(fixture));
}

static void an_update_is_told_with_who_has_published_it(void **state) {
    struct overseer *overseer = *state;
    struct hub_fixture *fixture = overseer->fixture;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "{\"n\":1}"},
           {EFFECT_EMIT, .a = "B", .b = "{\"n\":2}"});
    publish(fixture, 0);
    assert_told(overseer, "update\",\"channel\":\"a\",\"offset\":2,\"items\":2,\"bytes\":14,"
                          "\"text\":\"[{\\\"n\\\":1},{\\\"n\\\":2}]\","
                          "\"detail\":\"published by key\"}");
}

static void another_channel_s_updates_are_not_told(void **state) {
    struct overseer *overseer = *state;
    fixture_publish_item(overseer->fixture, 1, "A");
    assert_nothing_kept(overseer);
}

static void a_refused_update_is_told_with_the_reason(void **state) {
    struct overseer *overseer = *state;
    struct hub_fixture *fixture = overseer->fixture;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_REJECT, .number = 3, .a = "price", .b = "is missing"});
    publish(fixture, 0);
    assert_told(overseer, "refused\",\"channel\":\"a\",\"detail\":\"422, published by key: item 3, "
                          "\\\"price\\\": is missing (1 errors)\"}");
}

static void a_plugin_s_fault_is_an_error(void **state) {
    struct overseer *overseer = *state;
    struct hub_fixture *fixture = overseer->fixture;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_FAILED,
           {EFFECT_EMIT, .a = "A", .b = "{}"});
    publish(fixture, 0);
    struct trace_message *message = overseer_take(overseer, MESSAGE_TRACE);
    assert_non_null(memmem(message->text.data, message->text.size, "plugin fault: publish()", 23));
    message_destroy(&message->head);
    assert_told(overseer, "refused\",\"channel\":\"a\",\"detail\":\"500, published by key: the "
                          "channel's plugin failed; see the log\"}");
}

static void a_subscription_is_told_from_its_beginning_to_its_end(void **state) {
    struct overseer *overseer = *state;
    struct hub_fixture *fixture = overseer->fixture;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    SCRIPT(fixture_state(fixture, 0), CALL_UNSUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    const struct command_message subscribe = {
        .conn = 1, .user = sentio_text("me"), .request = sentio_text("{\"token\":\"secret\"}")};
    fixture_command(fixture, &subscribe);
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_UNSUBSCRIBE});
    fixture_leave(fixture, 1);
    free(fixture_sent(fixture));
    assert_told(overseer, "subscribe\",\"channel\":\"a\",\"user\":\"me\",\"bytes\":18,"
                          "\"text\":\"{\\\"token\\\":\\\"********\\\"}\"}");
    assert_told(overseer, "joined\",\"channel\":\"a\",\"user\":\"me\"}");
    assert_told(overseer,
                "unsubscribe\",\"channel\":\"a\",\"user\":\"me\",\"bytes\":2,\"text\":\"{}\"}");
    assert_told(overseer, "left\",\"channel\":\"a\",\"user\":\"me\"}");
    assert_nothing_kept(overseer);
}

static void a_refused_subscribe_is_told_with_the_reason(void **state) {
    struct overseer *overseer = *state;
    struct hub_fixture *fixture = overseer->fixture;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "not you"});
    fixture_subscribe(fixture, 0, 1);
    fixture_leave(fixture, 1);
    free(fixture_sent(fixture));
    assert_told(overseer, "refused\",\"channel\":\"a\",\"detail\":\"no: not you\"}");
    assert_nothing_kept(overseer);
}

static void a_client_is_told_of_on_every_channel(void **state) {
    struct overseer *overseer = *state;
    struct hub_fixture *fixture = overseer->fixture;
    assert_asked(overseer, trace_ask, "{\"client\":\"256\"}", "");
    message_destroy(overseer_take(overseer, MESSAGE_TAP));
    struct command_message *message = command_message_create(
        sentio_text(""), sentio_text(""), sentio_text("subscribe"), sentio_text("{}"));
    assert_non_null(message);
    SCRIPT(fixture_state(fixture, 1), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    message->channel = 1;
    message->conn = 1;
    message->client = 256;
    message->member = &fixture->members[1];
    fixture_send(fixture, &message->head);
    fixture_publish_item(fixture, 1, "A");
    assert_told(overseer, "subscribe\",\"channel\":\"b\",\"client\":\"256\",\"bytes\":2,"
                          "\"text\":\"{}\"}");
    assert_told(overseer, "joined\",\"channel\":\"b\",\"client\":\"256\"}");
    assert_nothing_kept(overseer);
}

#define TRACED(name) cmocka_unit_test_setup_teardown(name, setup, overseer_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TRACED(an_update_is_told_with_who_has_published_it),
        TRACED(another_channel_s_updates_are_not_told),
        TRACED(a_refused_update_is_told_with_the_reason),
        TRACED(a_plugin_s_fault_is_an_error),
        TRACED(a_subscription_is_told_from_its_beginning_to_its_end),
        TRACED(a_refused_subscribe_is_told_with_the_reason),
        TRACED(a_client_is_told_of_on_every_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
