/* SPDX-License-Identifier: MIT */
#include "hub/inquiry.h"

#include "hub_fixture.h"

#define A "{\"symbol\":\"A\"}"
#define B "{\"symbol\":\"B\"}"
#define C "{\"symbol\":\"c\"}"
#define EVERYONE "{\"symbol\":\"*\"}"

/* Items 1 to 5: A, B, c, *, A. */
static int setup(void **state) {
    if (fixture_setup(state) != 0)
        return -1;
    struct hub_fixture *fixture = *state;
    static const char *const topics[] = {"A", "B", "c", "*", "A"};
    for (size_t i = 0; i < 5; i++)
        fixture_publish_item(fixture, 0, topics[i]);
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
    return 0;
}

static void assert_rendered(struct hub_fixture *fixture, uint32_t route, const char *user,
                            const char *parameters, const char *items) {
    char expected[512];
    snprintf(expected, sizeof(expected), "a render %s \"%s\" /path %s at 5:%s\n",
             scripted_routes[route].path, user, parameters, items);
    fixture_query(fixture, route, user, parameters);
    assert_recorded(fixture, expected);
}

static void route_of_everything_gets_the_latest_of_each_key_by_offset(void **state) {
    assert_rendered(*state, ROUTE_ALL, "", "{}", " " B " " C " " EVERYONE " " A);
}

static void query_selects_topics_upper_cased_where_the_route_says_so(void **state) {
    assert_rendered(*state, ROUTE_QUERY, "", "{\"symbols\":\"b, a ,,nobody\"}", " " B " " A);
    assert_rendered(*state, ROUTE_QUERY, "", "{\"symbols\":\"nobody\"}", "");
    assert_rendered(*state, ROUTE_QUERY, "", "{\"symbols\":\" , \"}", "");
}

static void query_without_the_parameter_selects_everything(void **state) {
    assert_rendered(*state, ROUTE_QUERY, "", "{\"other\":\"x\"}", " " B " " C " " EVERYONE " " A);
    assert_rendered(*state, ROUTE_QUERY, "", "{\"symbols\":\"\"}", " " B " " C " " EVERYONE " " A);
}

static void topic_that_is_named_twice_is_selected_once(void **state) {
    assert_rendered(*state, ROUTE_QUERY, "", "{\"symbols\":\"A,a,A\"}", " " A);
}

static void path_selects_one_topic_as_it_is_written(void **state) {
    assert_rendered(*state, ROUTE_PATH, "", "{\"symbol\":\"c\"}", " " C);
    assert_rendered(*state, ROUTE_PATH, "", "{\"symbol\":\"C\"}", "");
    assert_rendered(*state, ROUTE_PATH, "", "{\"symbol\":\"\"}", "");
}

static void escaped_parameter_is_unescaped(void **state) {
    assert_rendered(*state, ROUTE_PATH, "", "{\"symbol\":\"\\u0063\"}", " " C);
}

static void user_gets_the_history_of_own_and_everyones_items(void **state) {
    assert_rendered(*state, ROUTE_USER, "A", "{}", " " EVERYONE " " A);
    assert_rendered(*state, ROUTE_USER, "A", "{\"limit\":\"3\"}", " " A " " EVERYONE " " A);
    assert_rendered(*state, ROUTE_USER, "A", "{\"limit\":\"50\"}", " " A " " EVERYONE " " A);
    assert_rendered(*state, ROUTE_USER, "A", "{\"limit\":\"1\"}", " " A);
    assert_rendered(*state, ROUTE_USER, "nobody", "{}", " " EVERYONE);
}

static void user_route_without_a_user_selects_nothing(void **state) {
    assert_rendered(*state, ROUTE_USER, "", "{}", "");
    assert_rendered(*state, ROUTE_USER, "*", "{}", "");
}

static void wrong_limits_are_answered_400(void **state) {
    struct hub_fixture *fixture = *state;
    static const char *const limits[] = {
        "0",  "51", "-1",
        "+1", "1 ", "x",
        "1.", "99", "18446744073709551617",
        "00", "1e", "10000000000000000000000000000000000000000000000000000000000000001",
    };
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        char parameters[128];
        snprintf(parameters, sizeof(parameters), "{\"limit\":\"%s\"}", limits[i]);
        fixture_query(fixture, ROUTE_USER, "A", parameters);
        assert_sent(fixture,
                    "response 1 400 {\"detail\":\"\\\"limit\\\" must be a number from 1 to "
                    "50\"}\n");
    }
    assert_recorded(fixture, "");
}

static void long_parameter_is_answered_400(void **state) {
    struct hub_fixture *fixture = *state;
    char parameters[4200];
    memset(parameters, 'A', sizeof(parameters));
    memcpy(parameters, "{\"symbols\":\"", 12);
    memcpy(parameters + 12 + 4097, "\"}", 3);
    fixture_query(fixture, ROUTE_QUERY, "", parameters);
    assert_sent(fixture, "response 1 400 {\"detail\":\"the query is too long\"}\n");
    assert_recorded(fixture, "");
    memcpy(parameters + 12 + 4096, "\"}", 3);
    fixture_query(fixture, ROUTE_QUERY, "", parameters);
    assert_non_null(strstr(fixture->record.text, "a render /query"));
    memcpy(parameters, "{\"symbol\":\"A", 12);
    memcpy(parameters + 11 + 4097, "\"}", 3);
    fixture_query(fixture, ROUTE_PATH, "", parameters);
    assert_sent(fixture, "response 1 400 {\"detail\":\"the query is too long\"}\n");
}

static void answer_goes_out_as_the_plugin_gives_it(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_RENDER, 0,
           {EFFECT_RESPOND, .number = 404, .a = "text/plain", .b = "not here"});
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    assert_sent(fixture, "response 1 404 text/plain not here\n");
    SCRIPT(fixture_state(fixture, 0), CALL_RENDER, 0, {EFFECT_RESPOND, .number = 200, .b = "{}"},
           {EFFECT_RESPOND, .number = 500, .b = "{}"});
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    assert_sent(fixture, "response 1 200 {}\n");
    assert_int_equal(fixture->hub->inquiries.count, 0);
}

static void answer_may_come_in_a_later_call(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    assert_sent(fixture, "");
    uint64_t request = fixture_state(fixture, 0)->last_request;
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0,
           {EFFECT_RESPOND, .id = request, .number = 200, .b = "\"of another channel\""});
    fixture_publish(fixture, 1, "{}");
    free(fixture_sent(fixture));
    assert_int_equal(fixture->hub->inquiries.count, 1);
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_RESPOND, .id = request, .number = 200, .b = "[]"},
           {EFFECT_RESPOND, .id = request + 1, .number = 200, .b = "[]"});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, "response 1 200 []\nresponse 0 200 "
                         "{\"channel\":\"a\",\"accepted\":0,\"offset\":5,\"epoch\":\"E\"}\n");
}

static void failed_render_is_answered_500(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_RENDER, SENTIO_FAILED,
           {EFFECT_RESPOND, .number = 200, .b = "{}"});
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    assert_sent(fixture,
                "response 1 500 {\"detail\":\"the channel's plugin failed; see the log\"}\n");
    assert_int_equal(fixture->hub->channels[0]->faults, 1);
    assert_int_equal(fixture->hub->inquiries.count, 0);
}

static void requests_without_an_answer_time_out(void **state) {
    struct hub_fixture *fixture = *state;
    for (int i = 0; i < 3; i++)
        fixture_query(fixture, ROUTE_ALL, "", "{}");
    inquiry_tick(fixture->hub);
    assert_sent(fixture, "");
    fixture->config.plugins.answer = 0;
    inquiry_tick(fixture->hub);
    assert_sent(fixture, "response 1 503 {\"detail\":\"the channel did not answer in time\"}\n"
                         "response 1 503 {\"detail\":\"the channel did not answer in time\"}\n"
                         "response 1 503 {\"detail\":\"the channel did not answer in time\"}\n");
    assert_int_equal(fixture->hub->inquiries.count, 0);
}

/* A request for a route that the io thread knows as the plugin's first. */
static void query_pattern(struct hub_fixture *fixture, const char *pattern) {
    struct query_message *message = query_message_create(sentio_text(""), sentio_text(pattern),
                                                         sentio_text("/path"), sentio_text("{}"));
    assert_non_null(message);
    message->route = 0;
    message->request = (struct request *)&fixture->requests[1];
    fixture_send(fixture, &message->head);
}

static void a_route_that_has_moved_in_a_swapped_plugin_is_found(void **state) {
    struct hub_fixture *fixture = *state;
    query_pattern(fixture, scripted_routes[ROUTE_ALL].path);
    assert_recorded(fixture, "a render /all \"\" /path {} at 5: " B " " C " " EVERYONE " " A "\n");
    assert_sent(fixture, "");
}

static void a_route_that_a_swapped_plugin_has_no_more_is_answered_503(void **state) {
    struct hub_fixture *fixture = *state;
    query_pattern(fixture, "/of/before");
    assert_recorded(fixture, "");
    assert_sent(fixture, "response 1 503 {\"detail\":\"the channel's plugin was replaced: try "
                         "again\"}\n");
    assert_int_equal(fixture->hub->inquiries.count, 0);
}

static void requests_that_wait_at_the_end_are_let_go(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    fixture_close(fixture);
    assert_sent(fixture, "");
}

#define TEST_ITEMS(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

static void note_route(struct sentio_call *call, void *context) {
    *(uint32_t *)context = ((const struct call *)call->context)->route;
}

static void render_knows_the_index_of_its_route(void **state) {
    struct hub_fixture *fixture = *state;
    uint32_t route = 0;
    script_during(fixture_state(fixture, 0), CALL_RENDER, note_route, &route);
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    assert_int_equal(route, ROUTE_ALL);
    fixture_query(fixture, ROUTE_USER, "", "{}");
    assert_int_equal(route, ROUTE_USER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_ITEMS(render_knows_the_index_of_its_route),
        TEST_ITEMS(route_of_everything_gets_the_latest_of_each_key_by_offset),
        TEST_ITEMS(query_selects_topics_upper_cased_where_the_route_says_so),
        TEST_ITEMS(query_without_the_parameter_selects_everything),
        TEST_ITEMS(topic_that_is_named_twice_is_selected_once),
        TEST_ITEMS(path_selects_one_topic_as_it_is_written),
        TEST_ITEMS(escaped_parameter_is_unescaped),
        TEST_ITEMS(user_gets_the_history_of_own_and_everyones_items),
        TEST_ITEMS(user_route_without_a_user_selects_nothing),
        TEST_ITEMS(wrong_limits_are_answered_400),
        TEST_ITEMS(long_parameter_is_answered_400),
        TEST_ITEMS(answer_goes_out_as_the_plugin_gives_it),
        TEST_ITEMS(answer_may_come_in_a_later_call),
        TEST_ITEMS(failed_render_is_answered_500),
        TEST_ITEMS(requests_without_an_answer_time_out),
        TEST_ITEMS(a_route_that_has_moved_in_a_swapped_plugin_is_found),
        TEST_ITEMS(a_route_that_a_swapped_plugin_has_no_more_is_answered_503),
        TEST_ITEMS(requests_that_wait_at_the_end_are_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
