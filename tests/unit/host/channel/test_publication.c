/* SPDX-License-Identifier: MIT */
#include "channel/publication.h"

#include "hub_fixture.h"

#define ACCEPTED(count, offset)                                                                    \
    "response 0 200 {\"channel\":\"a\",\"accepted\":" count ",\"offset\":" offset                  \
    ",\"epoch\":\"E\"}\n"
#define INVALID "{\"detail\":\"the update is not valid; nothing of it was published\",\"errors\":["

static void items_of_a_call_are_one_update_with_consecutive_offsets(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"},
           {EFFECT_EMIT, .a = "B", .b = " 2 "});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, ACCEPTED("2", "2"));
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, ACCEPTED("2", "4"));
    assert_int_equal(fixture->hub->channels[0]->published, 2);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 4);
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 0);
}

static void update_goes_out_before_its_publisher_is_answered(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "*"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    free(fixture_sent(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "{\"x\": 1}"},
           {EFFECT_EMIT, .a = "B", .b = " [2] "});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, "update a at 2 {\"x\": 1} [2]\n" ACCEPTED("2", "2"));
}

static void update_without_items_is_accepted_at_the_offset_that_was(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "A");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 1, .a = "empty"});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, ACCEPTED("0", "1"));
    assert_int_equal(fixture->hub->channels[0]->published, 1);
}

static void rejections_are_listed_and_nothing_is_published(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"},
           {EFFECT_REJECT, .number = 2, .a = "price", .b = "must be a \"number\""},
           {EFFECT_COUNT, .id = 1, .a = "seen"}, {EFFECT_REJECT, .number = -1, .a = "", .b = "no"},
           {EFFECT_REJECT, .number = 0, .a = "x", .b = ""});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture,
                "response 0 422 " INVALID "{\"item\":2,\"field\":\"price\",\"message\":\"must be a "
                "\\\"number\\\"\"},{\"field\":\"\",\"message\":\"no\"},"
                "{\"item\":0,\"field\":\"x\",\"message\":\"\"}]}\n");
    assert_int_equal(fixture->hub->channels[0]->rejected, 1);
    assert_int_equal(fixture->hub->channels[0]->published, 0);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 0);
    assert_null(fixture->hub->channels[0]->counters);
    assert_int_equal(fixture->hub->channels[0]->faults, 0);
}

static void rejection_with_an_error_result_is_a_rejection_and_no_fault(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_INVALID,
           {EFFECT_REJECT, .number = -1, .a = "data", .b = "is missing"});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture,
                "response 0 422 " INVALID "{\"field\":\"data\",\"message\":\"is missing\"}]}\n");
    assert_int_equal(fixture->hub->channels[0]->faults, 0);
}

static void malformed_body_is_answered_400_with_the_place(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish(fixture, 0, "{\"a\":}");
    char *text = fixture_sent(fixture);
    assert_true(strncmp(text, "response 0 400 {\"detail\":\"the body is not valid JSON: ", 53) ==
                0);
    assert_non_null(strstr(text, " at byte 5\"}\n"));
    free(text);
    fixture_publish(fixture, 0, "");
    text = fixture_sent(fixture);
    assert_true(strncmp(text, "response 0 400 {\"detail\":\"the body is not valid JSON: ", 53) ==
                0);
    free(text);
    assert_recorded(fixture, "");
    assert_int_equal(fixture->hub->channels[0]->rejected, 2);
}

static void body_that_is_no_object_is_answered_422(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish(fixture, 0, "[1]");
    assert_sent(fixture, "response 0 422 {\"detail\":\"the body must be a JSON object\"}\n");
    assert_recorded(fixture, "");
}

static void channel_without_publish_answers_404(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[0]->instance->callbacks &= ~(1u << CALL_PUBLISH);
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, "response 0 404 {\"detail\":\"this channel takes no publishes\"}\n");
    assert_int_equal(fixture->hub->channels[0]->faults, 0);
}

static void failed_publish_answers_500_and_nothing_of_it_counts(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_FAILED,
           {EFFECT_EMIT, .a = "A", .b = "1"}, {EFFECT_COUNT, .id = 1, .a = "seen"});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture,
                "response 0 500 {\"detail\":\"the channel's plugin failed; see the log\"}\n");
    assert_int_equal(fixture->hub->channels[0]->faults, 1);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 0);
    assert_null(fixture->hub->channels[0]->counters);
}

static void publish_that_returns_not_found_has_failed(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_NOT_FOUND,
           {EFFECT_EMIT, .a = "A", .b = "1"});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture,
                "response 0 500 {\"detail\":\"the channel's plugin failed; see the log\"}\n");
    assert_int_equal(fixture->hub->channels[0]->faults, 1);
}

static void body_reaches_the_plugin_without_surrounding_space(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish(fixture, 1, " \n{\"a\": 1} ");
    assert_recorded(fixture, "b publish publisher key {\"a\": 1}\n");
}

static void id_is_added_where_the_plugin_asks_for_it(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    char expected[128];
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_EMIT, .a = "A", .b = "{\"x\":1}", .flags = SENTIO_ADD_ID});
    fixture_publish(fixture, 0, "{}");
    snprintf(expected, sizeof(expected), "{\"id\":\"%s:1\",\"x\":1}", channel->stream->epoch);
    assert_true(sentio_is(channel->log.latest.newest->item->json, expected));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(items_of_a_call_are_one_update_with_consecutive_offsets),
        TEST(update_goes_out_before_its_publisher_is_answered),
        TEST(update_without_items_is_accepted_at_the_offset_that_was),
        TEST(rejections_are_listed_and_nothing_is_published),
        TEST(rejection_with_an_error_result_is_a_rejection_and_no_fault),
        TEST(malformed_body_is_answered_400_with_the_place),
        TEST(body_that_is_no_object_is_answered_422),
        TEST(channel_without_publish_answers_404),
        TEST(failed_publish_answers_500_and_nothing_of_it_counts),
        TEST(publish_that_returns_not_found_has_failed),
        TEST(body_reaches_the_plugin_without_surrounding_space),
        TEST(id_is_added_where_the_plugin_asks_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
