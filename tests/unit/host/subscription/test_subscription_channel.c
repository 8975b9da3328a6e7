/* SPDX-License-Identifier: MIT */
#include "subscription/subscription.h"

#include "hub_fixture.h"

#define REMOVED(id)                                                                                \
    "{\"type\":\"error\",\"channel\":\"a\"" id ",\"message\":\"the channel was removed\","         \
    "\"code\":\"channel_removed\",\"timestamp\":\"T\"}\n"

enum { MANY = 1000, OTHERS = 50 };

static void script_join(struct hub_fixture *fixture, uint32_t channel, uint64_t conn,
                        const char *topic) {
    SCRIPT(fixture_state(fixture, channel), CALL_SUBSCRIBE, 0,
           {EFFECT_JOIN, .id = conn, .a = topic}, {EFFECT_ACCEPT, .id = conn});
}

/* `conn` is subscribed to "A". */
static void join(struct hub_fixture *fixture, uint32_t channel, uint64_t conn, bool named) {
    script_join(fixture, channel, conn, "A");
    fixture_command(
        fixture, &(struct command_message){
                     .channel = channel, .conn = conn, .named = named, .user = sentio_text("u")});
    free(fixture_sent(fixture));
}

/* The plugin answers no command. */
static void stay_silent(struct hub_fixture *fixture) {
    fixture_state(fixture, 0)->scripts[CALL_SUBSCRIBE] = (struct script){.count = 0};
}

/* As a reload does it. */
static void remove_first(struct hub_fixture *fixture) {
    struct channel *channel = fixture->hub->channels[0];
    subscription_remove_channel(fixture->hub, channel);
    assert_int_equal(channel->subscribers, 0);
    assert_int_equal(channel->io_subscribers[0], 0);
    assert_int_equal(channel->users.count, 0);
    channel_destroy(channel);
    fixture->hub->channels[0] = NULL;
}

static void a_connection_of_the_channels_own_is_closed(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 0, 1, false);
    join(fixture, 1, 2, false);
    remove_first(fixture);
    assert_sent(fixture, "close 1 1001 the channel was removed\n");
    fixture_leave(fixture, 1);
    assert_sent(fixture, "gone 1\n");
    assert_int_equal(fixture->hub->channels[1]->subscribers, 1);
}

static void a_shared_connection_is_told_and_taken_out_of_fan_out(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "B");
    join(fixture, 0, 1, true);
    remove_first(fixture);
    assert_sent(fixture, "joined 1 nothing at 1\ntext 1 " REMOVED(""));
    fixture_leave(fixture, 1);
    assert_sent(fixture, "gone 1\n");
}

static void every_command_that_waits_is_answered(void **state) {
    struct hub_fixture *fixture = *state;
    stay_silent(fixture);
    for (int i = 0; i < 3; i++)
        fixture_command(fixture, &(struct command_message){
                                     .conn = 1, .named = true, .id = sentio_bytes(&"123"[i], 1)});
    assert_sent(fixture, "");
    remove_first(fixture);
    assert_null(fixture->hub->waiting);
    assert_sent(fixture, "text 1 " REMOVED(",\"id\":1") "text 1 " REMOVED(
                             ",\"id\":2") "text 1 " REMOVED(",\"id\":3"));
}

static void the_plugin_is_not_told(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 0, 1, false);
    fixture->record.size = 0;
    subscription_remove_channel(fixture->hub, fixture->hub->channels[0]);
    assert_int_equal(fixture->record.size, 0);
    free(fixture_sent(fixture));
}

/* The table that they are in shrinks meanwhile. */
static void of_very_many_subscriptions_all_end(void **state) {
    struct hub_fixture *fixture = *state;
    for (uint64_t conn = 1; conn <= MANY; conn++) {
        struct command_message *message = command_message_create(
            sentio_text(""), sentio_text(""), sentio_text("subscribe"), sentio_text("{}"));
        assert_non_null(message);
        message->channel = conn <= OTHERS;
        message->conn = conn;
        message->member = &fixture->members[0];
        script_join(fixture, message->channel, conn, "A");
        fixture_send(fixture, &message->head);
        fixture->record.size = 0;
    }
    assert_int_equal(fixture->hub->subscriptions.count, MANY);
    size_t capacity = fixture->hub->subscriptions.capacity;
    free(fixture_sent(fixture));
    remove_first(fixture);
    assert_true(fixture->hub->subscriptions.capacity < capacity);
    assert_int_equal(fixture->hub->subscriptions.count, OTHERS);
    assert_int_equal(fixture->hub->channels[1]->subscribers, OTHERS);
    char *text = fixture_sent(fixture);
    size_t lines = 0;
    for (const char *at = strchr(text, '\n'); at; at = strchr(at + 1, '\n'))
        lines++;
    assert_int_equal(lines, MANY - OTHERS);
    free(text);
}

static void a_request_that_waits_is_answered_with_503(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_query(fixture, ROUTE_ALL, "", "{}"); /* render() answers nothing */
    assert_int_equal(fixture->hub->inquiries.count, 1);
    assert_sent(fixture, "");
    remove_first(fixture);
    assert_int_equal(fixture->hub->inquiries.count, 0);
    assert_sent(fixture, "response 1 503 {\"detail\":\"the channel was removed\"}\n");
}

static void what_still_comes_for_a_removed_channel_is_answered_as_for_an_unknown_one(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 0, 1, true);
    remove_first(fixture);
    free(fixture_sent(fixture));
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, "response 0 404 {\"detail\":\"there is no such channel, or it takes no "
                         "publishes\"}\n");
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    assert_sent(fixture, "response 1 404 {\"detail\":\"there is nothing at this path\"}\n");
    for (uint64_t conn = 1; conn <= 2; conn++) { /* one that was there, and a new one */
        char expected[256];
        fixture_command(fixture, &(struct command_message){
                                     .conn = conn, .named = true, .id = sentio_text("7")});
        snprintf(expected, sizeof(expected),
                 "error %d {\"type\":\"error\",\"id\":7,\"message\":\"there is no such channel; "
                 "GET /api/v1/channels lists them\",\"code\":\"unknown_channel\","
                 "\"timestamp\":\"T\"}\n",
                 (int)conn);
        assert_sent(fixture, expected);
    }
    assert_int_equal(fixture->hub->subscriptions.count, 0);
}

static void another_interval_is_told_without_a_snapshot(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "A");
    join(fixture, 0, 1, false);
    join(fixture, 0, 2, true);
    join(fixture, 1, 3, false);
    fixture->channels[0].interval = 5000;
    subscription_reinterest(fixture->hub, fixture->hub->channels[0]);
    char *text = fixture_sent(fixture);
    assert_non_null(strstr(text, "joined 1 A interval=5000 at 1\n"));
    assert_non_null(strstr(text, "joined 2 A named interval=5000 at 1\n"));
    assert_null(strstr(text, "joined 3"));
    assert_null(strstr(text, "snapshot"));
    free(text);
}

static void an_interval_of_the_clients_own_stays(void **state) {
    struct hub_fixture *fixture = *state;
    script_join(fixture, 0, 1, "A");
    fixture_command(fixture, &(struct command_message){
                                 .conn = 1, .request = sentio_text("{\"interval\":\"2s\"}")});
    assert_sent(fixture, "joined 1 A interval=2000 at 0\n");
    fixture->channels[0].interval = 5000;
    subscription_reinterest(fixture->hub, fixture->hub->channels[0]);
    assert_sent(fixture, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_connection_of_the_channels_own_is_closed),
        TEST(a_shared_connection_is_told_and_taken_out_of_fan_out),
        TEST(every_command_that_waits_is_answered),
        TEST(the_plugin_is_not_told),
        TEST(of_very_many_subscriptions_all_end),
        TEST(a_request_that_waits_is_answered_with_503),
        TEST(what_still_comes_for_a_removed_channel_is_answered_as_for_an_unknown_one),
        TEST(another_interval_is_told_without_a_snapshot),
        TEST(an_interval_of_the_clients_own_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
