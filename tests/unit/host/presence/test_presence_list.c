/* SPDX-License-Identifier: MIT */
#include "presence_fixture.h"

#define LIST(topics)                                                                               \
    "{\"type\":\"presence\",\"id\":7,\"topics\":{" topics "},\"timestamp\":\"T\"}\n"
#define REFUSED(code, text)                                                                        \
    "error 1 {\"type\":\"error\",\"id\":7,\"message\":\"" text "\",\"code\":\"" code               \
    "\",\"timestamp\":\"T\"}\n"

static void assert_listed(struct hub_fixture *fixture, uint64_t conn, const char *request,
                          const char *expected) {
    drop_sent(fixture);
    ask_who(fixture, conn, request);
    assert_sent(fixture, expected);
}

static void all_that_is_subscribed_is_listed_sorted(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "zoe", "B", "{}");
    enter(fixture, 1, "zoe", "A", "{}");
    enter(fixture, 2, "adam", "A", "{}");
    enter(fixture, 3, "adam", "A", "{}");
    enter(fixture, 4, NULL, "A", "{}");
    enter(fixture, 5, "eve", "C", "{}");
    assert_listed(fixture, 1, "{\"action\":\"presence\"}",
                  "text 1 " LIST("\"A\":{\"count\":3,\"users\":[\"adam\",\"zoe\"]},"
                                 "\"B\":{\"count\":1,\"users\":[\"zoe\"]}"));
}

static void named_topics_are_listed_once_each(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "zoe", "B", "{}");
    enter(fixture, 1, "zoe", "A", "{}");
    enter(fixture, 1, "zoe", "x/y", "{}");
    assert_listed(fixture, 1, "{\"symbols\":[\"b\",\"B\",\"B\"]}",
                  "text 1 " LIST("\"B\":{\"count\":1,\"users\":[\"zoe\"]}"));
    assert_listed(fixture, 1, "{\"symbols\":[\"x\\/y\"]}",
                  "text 1 " LIST("\"x/y\":{\"count\":1,\"users\":[\"zoe\"]}"));
    assert_listed(fixture, 1, "{\"symbols\":[]}", "text 1 " LIST(""));
}

static void in_their_grace_they_are_listed_and_then_no_more(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", "{}");
    enter(fixture, 2, "u", "A", "{}");
    fixture_leave(fixture, 2);
    assert_listed(fixture, 1, "{}", "text 1 " LIST("\"A\":{\"count\":2,\"users\":[\"u\",\"w\"]}"));
    tick(fixture, 2 * GRACE);
    assert_listed(fixture, 1, "{}", "text 1 " LIST("\"A\":{\"count\":1,\"users\":[\"w\"]}"));
}

static void somebody_elses_topic_can_not_be_asked_about(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", "{}");
    enter(fixture, 2, "u", "B", "{}");
    static const char *const requests[] = {"{\"symbols\":[\"A\",\"B\"]}", "{\"symbols\":[\"b\"]}"};
    assert_listed(fixture, 1, requests[0],
                  REFUSED("not_subscribed", "B is not among what is subscribed"));
    assert_listed(fixture, 1, requests[1],
                  REFUSED("not_subscribed", "b is not among what is subscribed"));
    assert_listed(fixture, 1, "{\"symbols\":[\"*\"]}",
                  REFUSED("not_subscribed", "* is not among what is subscribed"));
    assert_listed(fixture, 1, "{\"symbols\":[\"\"]}",
                  REFUSED("not_subscribed", "that is not among what is subscribed"));
}

static void too_long_a_name_is_not_repeated(void **state) {
    struct hub_fixture *fixture = *state;
    char request[400];
    char name[200];
    enter(fixture, 1, "w", "A", "{}");
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    snprintf(request, sizeof(request), "{\"symbols\":[\"%s\"]}", name);
    assert_listed(fixture, 1, request,
                  REFUSED("not_subscribed", "that is not among what is subscribed"));
    snprintf(request, sizeof(request), "{\"symbols\":[\"\\u0041%s\"]}", name);
    assert_listed(fixture, 1, request,
                  REFUSED("not_subscribed", "that is not among what is subscribed"));
}

static void who_has_everything_may_ask_about_any_topic(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "*", "{}");
    enter(fixture, 2, "u", "A", "{}");
    assert_listed(fixture, 1, "{}", "text 1 " LIST("\"*\":{\"count\":1,\"users\":[\"w\"]}"));
    assert_listed(fixture, 1, "{\"symbols\":[\"none\",\"a\",\"*\"]}",
                  "text 1 " LIST("\"*\":{\"count\":1,\"users\":[\"w\"]},"
                                 "\"A\":{\"count\":1,\"users\":[\"u\"]},"
                                 "\"NONE\":{\"count\":0,\"users\":[]}"));
}

static void without_users_there_are_numbers_alone(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->channels[0].presence = CONFIG_PRESENCE_COUNT;
    enter(fixture, 1, "w", "A", "{}");
    enter(fixture, 2, "u", "A", "{}");
    assert_listed(fixture, 1, "{}", "text 1 " LIST("\"A\":{\"count\":2}"));
}

static void over_ws_the_list_names_its_channel(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .named = true});
    drop_sent(fixture);
    fixture_command(fixture,
                    &(struct command_message){.conn = 1, .named = true, .what = COMMAND_PRESENCE});
    assert_sent(fixture, "text 1 {\"type\":\"presence\",\"channel\":\"a\",\"topics\":{\"A\":{"
                         "\"count\":1,\"users\":[]}},\"timestamp\":\"T\"}\n");
}

static void what_can_not_be_answered_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    ask_who(fixture, 1, "{}");
    assert_sent(fixture, REFUSED("not_subscribed", "only subscribers can ask who is present"));
    enter(fixture, 1, "w", "A", "{}");
    assert_listed(fixture, 1, "{\"symbols\":[1]}",
                  REFUSED("invalid_field", "\\\"symbols\\\" must be a list of strings"));
    assert_listed(fixture, 1, "{\"symbols\":[\"A\",\"A\",\"A\",\"A\",\"A\"]}",
                  REFUSED("too_many_topics", "that is more than limits.topics allows"));
    drop_sent(fixture);
    ask_who(fixture, 1, "{\"symbols\":\"A\"}");
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "\"code\":\"invalid_field\""));
    free(sent);
    fixture->channels[0].presence = CONFIG_PRESENCE_OFF;
    assert_int_equal(presence_configure(fixture->hub->channels[0]), 0);
    assert_listed(fixture, 1, "{}", REFUSED("presence_off", "presence is off on this channel"));
}

/* Behind a subscribe that the plugin has yet to answer. */
static void a_question_waits_for_what_was_asked_before(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_state(fixture, 0)->scripts[CALL_SUBSCRIBE] = (struct script){.count = 0};
    fixture_command(fixture, &(struct command_message){.conn = 1, .user = sentio_text("u")});
    ask_who(fixture, 1, "{}");
    assert_sent(fixture, "");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_publish(fixture, 0, "{}");
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "joined 1 A"));
    assert_non_null(strstr(sent, LIST("\"A\":{\"count\":1,\"users\":[\"u\"]}")));
    free(sent);
}

static void of_more_than_a_thousand_users_those_who_came_last_are_named(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, NULL, "A", "{}");
    enter(fixture, 1, NULL, "B", "{}");
    /* The last thousand of A are u001998 down to u000000. */
    for (size_t i = 2400; i-- > 0;)
        enter_user(fixture, i, i % 2 ? "B" : "A");
    drop_sent(fixture);
    ask_who(fixture, 1, "{\"symbols\":[\"A\"]}");
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "\"A\":{\"count\":1201,\"users\":[\"u000000\",\"u000002\","));
    assert_non_null(strstr(sent, ",\"u001996\",\"u001998\"],\"more\":200}"));
    free(sent);
    ask_who(fixture, 1, "{}");
    sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, ",\"u001998\"],\"more\":200},"
                                 "\"B\":{\"count\":1201,\"users\":[],\"more\":1200}"));
    free(sent);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PRESENCE_TEST(all_that_is_subscribed_is_listed_sorted),
        PRESENCE_TEST(named_topics_are_listed_once_each),
        PRESENCE_TEST(in_their_grace_they_are_listed_and_then_no_more),
        PRESENCE_TEST(somebody_elses_topic_can_not_be_asked_about),
        PRESENCE_TEST(too_long_a_name_is_not_repeated),
        PRESENCE_TEST(who_has_everything_may_ask_about_any_topic),
        PRESENCE_TEST(without_users_there_are_numbers_alone),
        PRESENCE_TEST(over_ws_the_list_names_its_channel),
        PRESENCE_TEST(what_can_not_be_answered_is_refused),
        PRESENCE_TEST(a_question_waits_for_what_was_asked_before),
        PRESENCE_TEST(of_more_than_a_thousand_users_those_who_came_last_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
