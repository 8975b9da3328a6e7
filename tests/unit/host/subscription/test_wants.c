/* SPDX-License-Identifier: MIT */
#include "subscription/wants.h"

#include "hub_fixture.h"

static const struct sentio_value strong_buy[] = {
    {SENTIO_NUMBER, 0, 0.9, {NULL, 0}},
    {SENTIO_TEXT, 0, 0, {"buy", 3}},
};
static const struct sentio_value weak_sell[] = {
    {SENTIO_NUMBER, 0, 0.4, {NULL, 0}},
    {SENTIO_TEXT, 0, 0, {"sell", 4}},
};

/* A subscribe whose callback joins `topic`, NULL: nothing; what the hub sent is checked. */
static void assert_joined(struct hub_fixture *fixture, const char *topic, const char *request,
                          const char *expected) {
    if (topic)
        SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = topic},
               {EFFECT_ACCEPT, .id = 1});
    else
        SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .request = sentio_text(request)});
    assert_sent(fixture, expected);
}

static void publish_two(struct hub_fixture *fixture) {
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_EMIT, .a = "A", .b = "\"A\"", .attributes = strong_buy},
           {EFFECT_EMIT, .a = "B", .b = "\"B\"", .attributes = weak_sell});
    fixture_publish(fixture, 0, "{}");
    free(fixture_sent(fixture));
}

static void filters_are_merged_over_subscribes(void **state) {
    struct hub_fixture *fixture = *state;
    assert_joined(fixture, "A", "{\"min_confidence\":0.5}", "joined 1 A filters=1 at 0\n");
    assert_joined(fixture, "B", "{\"signals\":[\"buy\"]}", "joined 1 A,B filters=2 at 0\n");
    assert_joined(fixture, NULL, "{}", "joined 1 A,B filters=2 at 0\n");
    assert_joined(fixture, NULL, "{\"min_confidence\":null}", "joined 1 A,B filters=1 at 0\n");
    assert_joined(fixture, NULL, "{\"signals\":null}", "joined 1 A,B at 0\n");
}

static void interval_stays_until_it_is_replaced_or_removed(void **state) {
    struct hub_fixture *fixture = *state;
    assert_joined(fixture, "A", "{\"interval\":\"1s\"}", "joined 1 A interval=1000 at 0\n");
    assert_joined(fixture, NULL, "{}", "joined 1 A interval=1000 at 0\n");
    assert_joined(fixture, NULL, "{\"interval\":\"250ms\"}", "joined 1 A interval=300 at 0\n");
    assert_joined(fixture, NULL, "{\"interval\":null}", "joined 1 A at 0\n");
}

static void configured_interval_counts_unless_the_client_names_one(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->channels[0].interval = 2000;
    assert_joined(fixture, "A", "{}", "joined 1 A interval=2000 at 0\n");
    assert_joined(fixture, NULL, "{\"interval\":\"1s\"}", "joined 1 A interval=1000 at 0\n");
    assert_joined(fixture, NULL, "{\"interval\":null}", "joined 1 A interval=2000 at 0\n");
}

static void wrong_intervals_are_refused(void **state) {
    struct hub_fixture *fixture = *state;
    static const char *const requests[] = {
        "{\"interval\":1}",        "{\"interval\":\"61s\"}",
        "{\"interval\":\"\"}",     "{\"interval\":\"99ms\"}",
        "{\"interval\":[\"1s\"]}", "{\"interval\":\"1s\",\"interval\":\"2s\"}",
        "{\"interval\":true}",     "{\"interval\":\"1s                                      \"}",
    };
    fixture->channels[0].interval_min = 100;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        fixture_command(fixture,
                        &(struct command_message){.conn = 1, .request = sentio_text(requests[i])});
        char *text = fixture_sent(fixture);
        if (strstr(text, "\"code\":\"invalid_field\"") == NULL)
            print_error("%s: %s", requests[i], text);
        assert_non_null(strstr(text, "\"code\":\"invalid_field\""));
        free(text);
    }
    assert_recorded(fixture, "");
}

static void interval_with_a_nul_in_it_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_command(
        fixture, &(struct command_message){.conn = 1,
                                           .request = sentio_text("{\"interval\":\"1s\\u0000\"}")});
    assert_recorded(fixture, "");
}

static void refused_interval_says_what_is_allowed(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_command(fixture, &(struct command_message){
                                 .conn = 1, .request = sentio_text("{\"interval\":\"2h\"}")});
    assert_sent(fixture, "error 1 {\"type\":\"error\",\"message\":\"\\\"interval\\\" must be a "
                         "duration such as \\\"1s\\\", from 0 ms to 60000 ms, or null\",\"code\":"
                         "\"invalid_field\",\"timestamp\":\"T\"}\n");
}

static void interval_means_nothing_on_a_channel_that_is_not_of_states(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[0]->stream->states = false;
    assert_joined(fixture, "A", "{\"interval\":7}", "joined 1 A at 0\n");
}

static void snapshot_holds_what_was_not_subscribed_before(void **state) {
    struct hub_fixture *fixture = *state;
    publish_two(fixture);
    assert_joined(fixture, "A", "{}", "joined 1 A at 2 snapshot \"A\"\n");
    assert_joined(fixture, "A", "{}", "joined 1 A at 2\n");
    assert_joined(fixture, "B", "{}", "joined 1 A,B at 2 snapshot \"B\"\n");
    assert_joined(fixture, "C", "{}", "joined 1 A,B,C at 2\n");
}

static void subscriber_of_everything_gets_everything_once(void **state) {
    struct hub_fixture *fixture = *state;
    publish_two(fixture);
    assert_joined(fixture, "*", "{}", "joined 1 all at 2 snapshot \"A\" \"B\"\n");
    assert_joined(fixture, "A", "{}", "joined 1 all at 2\n");
    assert_joined(fixture, "*", "{}", "joined 1 all at 2\n");
}

static void snapshot_is_filtered(void **state) {
    struct hub_fixture *fixture = *state;
    publish_two(fixture);
    assert_joined(fixture, "*", "{\"min_confidence\":0.5}",
                  "joined 1 all filters=1 at 2 snapshot \"A\"\n");
    fixture_leave(fixture, 1);
    free(fixture_sent(fixture));
    assert_joined(fixture, "*", "{\"signals\":[\"sell\",\"hold\"]}",
                  "joined 1 all filters=1 at 2 snapshot \"B\"\n");
}

static void items_for_everyone_are_in_the_first_snapshot(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "*");
    publish_two(fixture);
    assert_joined(fixture, "B", "{}", "joined 1 B at 3 snapshot {\"symbol\":\"*\"} \"B\"\n");
    assert_joined(fixture, "A", "{}", "joined 1 A,B at 3 snapshot \"A\"\n");
}

static void configuration_turns_snapshots_off_and_on(void **state) {
    struct hub_fixture *fixture = *state;
    publish_two(fixture);
    fixture->channels[0].snapshot = 0;
    assert_joined(fixture, "A", "{}", "joined 1 A at 2\n");
    fixture->hub->channels[0]->instance->plugin->table.flags |= SENTIO_NO_SNAPSHOT;
    fixture->channels[0].snapshot = -1;
    assert_joined(fixture, "B", "{}", "joined 1 A,B at 2\n");
    fixture_leave(fixture, 1);
    free(fixture_sent(fixture));
    fixture->channels[0].snapshot = 1;
    assert_joined(fixture, "B", "{}", "joined 1 B at 2 snapshot \"B\"\n");
}

static void equal_wants_share_one_interest(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    struct wants wants[2] = {0};
    struct interest *interests[2];
    static const char *const names[2][3] = {{"A", "B", "C"}, {"C", "A", "B"}};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++)
            assert_int_equal(wants_change(&wants[i], channel, true, sentio_text(names[i][j])), 0);
        assert_int_equal(wants_interest(&wants[i], channel, false, &interests[i]), 0);
    }
    assert_ptr_equal(interests[0], interests[1]);
    for (int i = 0; i < 2; i++) {
        interest_unref(interests[i]);
        wants_finish(&wants[i]);
    }
}

static void leaving_and_joining_follow_the_algebra(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    struct wants wants = {0};
    assert_int_equal(wants_change(&wants, channel, true, sentio_text("A")), 0);
    assert_int_equal(wants_change(&wants, channel, true, sentio_text("A")), 0);
    assert_int_equal(wants.count, 1);
    assert_int_equal(wants_change(&wants, channel, false, sentio_text("B")), 0);
    assert_int_equal(wants.count, 1);
    assert_int_equal(wants_change(&wants, channel, true, sentio_text("*")), 0);
    assert_true(wants.all && wants.count == 0);
    assert_int_equal(wants_change(&wants, channel, true, sentio_text("A")), 0);
    assert_true(wants.all && wants.count == 0);
    assert_int_equal(wants_change(&wants, channel, false, sentio_text("*")), 0);
    assert_true(!wants.all && wants.count == 0);
    wants_finish(&wants);
}

static void ok_of_everything_lists_the_star(void **state) {
    struct hub_fixture *fixture = *state;
    struct wants wants = {.all = true};
    struct sentio_writer out;
    char expected[160];
    sentio_writer_init(&out, NULL, 0);
    wants_write_ok(&wants, fixture->hub->channels[0], true, sentio_text("\"a\\n\""), &out);
    snprintf(expected, sizeof(expected),
             "{\"type\":\"ok\",\"channel\":\"a\",\"id\":\"a\\n\",\"offset\":0,\"epoch\":\"%s\","
             "\"symbols\":[\"*\"],\"timestamp\":\"",
             fixture->hub->channels[0]->stream->epoch);
    assert_true(out.size == strlen(expected) + 26);
    assert_memory_equal(out.data, expected, strlen(expected));
    sentio_writer_finish(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(filters_are_merged_over_subscribes),
        TEST(interval_stays_until_it_is_replaced_or_removed),
        TEST(configured_interval_counts_unless_the_client_names_one),
        TEST(wrong_intervals_are_refused),
        TEST(interval_with_a_nul_in_it_is_refused),
        TEST(refused_interval_says_what_is_allowed),
        TEST(interval_means_nothing_on_a_channel_that_is_not_of_states),
        TEST(snapshot_holds_what_was_not_subscribed_before),
        TEST(subscriber_of_everything_gets_everything_once),
        TEST(snapshot_is_filtered),
        TEST(items_for_everyone_are_in_the_first_snapshot),
        TEST(configuration_turns_snapshots_off_and_on),
        TEST(equal_wants_share_one_interest),
        TEST(leaving_and_joining_follow_the_algebra),
        TEST(ok_of_everything_lists_the_star),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
