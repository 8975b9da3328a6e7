/* SPDX-License-Identifier: MIT */
#include "subscription/subscription.h"

#include "hub/job.h"
#include "hub_fixture.h"

#define OK(id, offset, symbols)                                                                    \
    "{\"type\":\"ok\",\"id\":" id ",\"offset\":" offset ",\"epoch\":\"E\",\"symbols\":[" symbols   \
    "],\"timestamp\":\"T\"}"
#define ERROR(id, code, text)                                                                      \
    "{\"type\":\"error\",\"id\":" id ",\"message\":\"" text "\",\"code\":\"" code                  \
    "\",\"timestamp\":\"T\"}\n"

/* `conn` is subscribed to `topic`. */
static void join(struct hub_fixture *fixture, uint64_t conn, const char *topic, const char *user) {
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = topic},
           {EFFECT_ACCEPT, .id = conn});
    fixture_command(fixture, &(struct command_message){.conn = conn, .user = sentio_text(user)});
    free(fixture_sent(fixture));
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
}

/* The plugin answers nothing at once. */
static void stay_silent(struct hub_fixture *fixture, enum call_kind kind) {
    fixture_state(fixture, 0)->scripts[kind] = (struct script){.count = 0};
}

static void subscribe_is_answered_with_all_that_is_subscribed_sorted(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "MSFT"},
           {EFFECT_JOIN, .id = 1, .a = "AAPL"}, {EFFECT_JOIN, .id = 1, .a = "AA"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture,
                    &(struct command_message){.conn = 1,
                                              .id = sentio_text("\"x\""),
                                              .user = sentio_text("u"),
                                              .roles = SENTIO_ROLE_ADMIN,
                                              .request = sentio_text(" {\"symbols\": []} ")});
    assert_recorded(fixture, "a subscribe 1 \"u\" roles=1 topics=0 {\"symbols\": []}\n");
    assert_sent(fixture,
                "joined 1 AA,AAPL,MSFT at 0 " OK("\"x\"", "0", "\"AA\",\"AAPL\",\"MSFT\"") "\n");
    assert_int_equal(fixture->hub->channels[0]->subscribers, 1);
    assert_int_equal(fixture->hub->channels[0]->io_subscribers[0], 1);
}

static void subscription_over_a_shared_connection_names_its_channel(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1}, {EFFECT_SEND, .id = 1, .a = "hello", .b = "{\"x\": 1}"});
    fixture_command(fixture,
                    &(struct command_message){.conn = 1, .named = true, .id = sentio_text("1")});
    assert_sent(fixture,
                "joined 1 A named at 0 {\"type\":\"ok\",\"channel\":\"a\",\"id\":1,\"offset\":0,"
                "\"epoch\":\"E\",\"symbols\":[\"A\"],\"timestamp\":\"T\"}\n"
                "text 1 {\"type\":\"hello\",\"channel\":\"a\",\"data\":{\"x\": "
                "1},\"timestamp\":\"T\"}\n");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "No."});
    fixture_command(fixture, &(struct command_message){.conn = 1, .named = true});
    assert_sent(fixture, "error 1 {\"type\":\"error\",\"channel\":\"a\",\"message\":\"No.\","
                         "\"code\":\"no\",\"timestamp\":\"T\"}\n");
}

static void later_subscribe_adds_to_what_is_subscribed(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .user = sentio_text("other")});
    assert_recorded(fixture, "a subscribe 1 \"u\" roles=0 subscribed topics=1 {}\n");
    assert_sent(fixture, "joined 1 A,B at 0\n");
    assert_int_equal(fixture->hub->channels[0]->subscribers, 1);
}

static void refused_subscribe_changes_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_LEAVE, .id = 1, .a = "A"},
           {EFFECT_REFUSE, .id = 1, .a = "bad_symbol", .b = "B is not a symbol"});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "error 1 " ERROR("1", "bad_symbol", "B is not a symbol"));
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "joined 1 A at 0 " OK("1", "0", "\"A\"") "\n");
}

static void refusal_with_a_code_closes_the_connection(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .number = 1008, .b = "user_id required"});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "close 1 1008 user_id required\n");
    assert_int_equal(fixture->hub->channels[0]->subscribers, 0);
    fixture_leave(fixture, 1);
    assert_sent(fixture, "gone 1\n");
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {}\n");
}

static void failed_subscribe_is_answered_and_its_effects_are_dropped(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, SENTIO_FAILED,
           {EFFECT_JOIN, .id = 1, .a = "A"}, {EFFECT_ACCEPT, .id = 1},
           {EFFECT_SEND, .id = 1, .a = "x", .b = "1"});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "error 1 " ERROR("1", "failed", "the channel's plugin failed"));
    assert_int_equal(fixture->hub->channels[0]->faults, 1);
    assert_int_equal(fixture->hub->channels[0]->subscribers, 0);
}

static void subscribe_that_returns_not_found_has_failed(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, SENTIO_NOT_FOUND, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "error 1 " ERROR("1", "failed", "the channel's plugin failed"));
    assert_int_equal(fixture->hub->channels[0]->faults, 1);
}

static void plugin_without_the_callback_is_told_from_one_that_fails(void **state) {
    struct hub_fixture *fixture = *state;
    struct instance *instance = fixture->hub->channels[0]->instance;
    instance->callbacks &= ~(1u << CALL_SUBSCRIBE);
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture,
                "error 1 " ERROR("1", "not_supported", "this channel takes no subscribers"));
    instance->callbacks &= ~(1u << CALL_MESSAGE);
    fixture_command(fixture, &(struct command_message){
                                 .conn = 1, .id = sentio_text("2"), .what = COMMAND_OTHER});
    assert_sent(fixture,
                "error 1 " ERROR("2", "unknown_action", "there is no such action on this channel"));
    assert_int_equal(fixture->hub->channels[0]->faults, 0);
}

static void unsubscribe_needs_a_subscription(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_command(fixture, &(struct command_message){
                                 .conn = 1, .id = sentio_text("2"), .what = COMMAND_UNSUBSCRIBE});
    assert_sent(fixture,
                "error 1 " ERROR("2", "not_subscribed", "there is nothing to unsubscribe from"));
    assert_recorded(fixture, "");
}

static void unsubscribe_of_the_last_topic_leaves_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_UNSUBSCRIBE, 0, {EFFECT_LEAVE, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){
                                 .conn = 1, .id = sentio_text("2"), .what = COMMAND_UNSUBSCRIBE});
    assert_sent(fixture, "joined 1 nothing at 0 " OK("2", "0", "") "\n");
    assert_recorded(fixture, "a unsubscribe 1 \"u\" roles=0 subscribed topics=1 {}\n");
}

static void answer_may_come_in_a_later_call(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "");
    assert_int_equal(fixture->hub->channels[0]->subscribers, 0);
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_publish(fixture, 0, "{}");
    char *text = fixture_sent(fixture);
    assert_true(strncmp(text, "joined 1 A,B at 0 " OK("1", "0", "\"A\",\"B\"") "\n", 60) == 0);
    free(text);
    assert_null(fixture->hub->waiting);
}

static void commands_that_come_meanwhile_are_started_in_order(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_subscribe(fixture, 0, 1);
    for (int i = 2; i <= 4; i++) {
        char id[2] = {(char)('0' + i), '\0'};
        fixture_command(fixture, &(struct command_message){.conn = 1,
                                                           .id = sentio_text(id),
                                                           .request = sentio_text(id),
                                                           .what = COMMAND_OTHER});
    }
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {}\n");
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0, {EFFECT_ACCEPT, .id = 1});
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1}, {EFFECT_SEND, .id = 1, .a = "x", .b = "0"});
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "a publish publisher key {}\n"
                             "a message 1 \"\" roles=0 subscribed topics=1 2\n"
                             "a message 1 \"\" roles=0 subscribed topics=1 3\n"
                             "a message 1 \"\" roles=0 subscribed topics=1 4\n");
    assert_sent(
        fixture,
        "joined 1 A at 0 " OK(
            "1", "0",
            "\"A\"") "\n"
                     "text 1 {\"type\":\"x\",\"data\":0,\"timestamp\":\"T\"}\n"
                     "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":0,\"epoch\":\"E\"}\n"
                     "joined 1 A at 0 " OK(
                         "2", "0", "\"A\"") "\n"
                                            "joined 1 A at 0 " OK(
                                                "3", "0", "\"A\"") "\n"
                                                                   "joined 1 A at 0 " OK(
                                                                       "4", "0", "\"A\"") "\n");
}

static void command_without_an_answer_times_out(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_subscribe(fixture, 0, 1);
    fixture_subscribe(fixture, 0, 2);
    subscription_tick(fixture->hub);
    assert_sent(fixture, "");
    fixture->config.plugins.answer = 0;
    subscription_tick(fixture->hub);
    assert_sent(
        fixture,
        "error 2 " ERROR("1", "timeout", "the channel did not answer in time") "error 1 " ERROR(
            "1", "timeout", "the channel did not answer in time"));
    assert_null(fixture->hub->waiting);
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_publish(fixture, 0, "{}");
    char *text = fixture_sent(fixture);
    assert_null(strstr(text, "joined"));
    free(text);
}

/* What is due is refused first; the next commands start once that is complete, as a job. */
static void next_command_is_started_when_one_times_out(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_subscribe(fixture, 0, 1);
    fixture_command(fixture, &(struct command_message){
                                 .conn = 1, .id = sentio_text("2"), .what = COMMAND_OTHER});
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture->config.plugins.answer = 0;
    subscription_tick(fixture->hub);
    assert_sent(fixture, "error 1 " ERROR("1", "timeout", "the channel did not answer in time"));
    jobs_run(fixture->hub);
    assert_sent(fixture, "joined 1 A at 0 " OK("2", "0", "\"A\"") "\n");
}

static void command_started_by_a_timeout_may_answer_another_subscription(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_subscribe(fixture, 0, 1);
    fixture_command(fixture, &(struct command_message){
                                 .conn = 1, .id = sentio_text("2"), .what = COMMAND_OTHER});
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0, {EFFECT_ACCEPT, .id = 2},
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "No."});
    fixture->config.plugins.answer = 0;
    subscription_tick(fixture->hub);
    assert_sent(fixture, "error 1 " ERROR("1", "timeout", "the channel did not answer in time"));
    fixture_subscribe(fixture, 0, 2);
    assert_sent(fixture,
                "joined 2 nothing at 0 " OK("1", "0", "") "\n"
                                                          "error 1 " ERROR("2", "no", "No."));
    assert_null(fixture->hub->waiting);
}

static void join_outside_a_command_takes_effect_at_once(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "B");
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_LEAVE, .id = 1, .a = "A"});
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture,
                "joined 1 A,B at 1 snapshot {\"symbol\":\"B\"}\n"
                "joined 1 B at 1\n"
                "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":1,\"epoch\":\"E\"}\n");
}

static void connections_that_are_not_the_channels_are_ignored(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_SEND, .id = 1, .a = "x", .b = "1"}, {EFFECT_CLOSE, .id = 1, .number = 1008},
           {EFFECT_ACCEPT, .id = 1}, {EFFECT_SEND, .id = 99, .a = "x", .b = "1"},
           {EFFECT_REFUSE, .id = 99, .a = "x", .b = "1"});
    fixture_publish(fixture, 1, "{}");
    assert_sent(fixture, "response 0 200 {\"channel\":\"b\",\"accepted\":0,\"offset\":0,"
                         "\"epoch\":\"E\"}\n");
}

static void plugin_closes_a_connection_that_has_nothing_pending(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0, {EFFECT_ACCEPT, .id = 1},
           {EFFECT_CLOSE, .id = 1, .number = 4000, .b = "enough"});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    assert_sent(fixture, "joined 1 A at 0\nclose 1 4000 enough\n");
}

static void too_many_topics_are_refused_as_a_whole(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_JOIN, .id = 1, .a = "C"}, {EFFECT_JOIN, .id = 1, .a = "D"},
           {EFFECT_JOIN, .id = 1, .a = "E"}, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture,
                "error 1 " ERROR("1", "too_many_topics",
                                 "that is more than limits.topics allows in one subscription"));
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_JOIN, .id = 1, .a = "C"}, {EFFECT_JOIN, .id = 1, .a = "D"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture, "joined 1 A,B,C,D at 0 " OK("1", "0", "\"A\",\"B\",\"C\",\"D\"") "\n");
}

static void connections_of_one_user_are_limited(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    join(fixture, 2, "A", "u");
    fixture->record.text[0] = '\0';
    fixture_command(fixture, &(struct command_message){.conn = 3, .user = sentio_text("u")});
    assert_sent(fixture, "close 3 1008 too many connections of this user\n");
    assert_recorded(fixture, "");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 2});
    fixture_command(fixture, &(struct command_message){.conn = 2, .user = sentio_text("u")});
    assert_sent(fixture, "joined 2 A at 0\n");
    fixture_leave(fixture, 1);
    assert_sent(fixture, "gone 1\n");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 4});
    fixture_command(fixture, &(struct command_message){.conn = 4, .user = sentio_text("u")});
    assert_sent(fixture, "joined 4 nothing at 0\n");
}

static void connections_that_wait_for_the_plugin_count_as_well(void **state) {
    struct hub_fixture *fixture = *state;
    stay_silent(fixture, CALL_SUBSCRIBE);
    for (uint64_t conn = 1; conn <= 3; conn++)
        fixture_command(fixture, &(struct command_message){.conn = conn, .user = sentio_text("u")});
    assert_sent(fixture, "close 3 1008 too many connections of this user\n");
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "No."}, {EFFECT_ACCEPT, .id = 2});
    fixture_command(fixture, &(struct command_message){.conn = 7, .what = COMMAND_OTHER});
    free(fixture_sent(fixture));
    fixture_command(fixture, &(struct command_message){.conn = 4, .user = sentio_text("u")});
    assert_sent(fixture, "");
    fixture_command(fixture, &(struct command_message){.conn = 5, .user = sentio_text("u")});
    assert_sent(fixture, "close 5 1008 too many connections of this user\n");
}

static void who_names_the_user_later_counts_from_then_on(void **state) {
    struct hub_fixture *fixture = *state;
    for (uint64_t conn = 1; conn <= 3; conn++)
        join(fixture, conn, "A", NULL);
    join(fixture, 1, "A", "u");
    join(fixture, 2, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 3});
    fixture_command(fixture, &(struct command_message){.conn = 3, .user = sentio_text("u")});
    assert_sent(fixture, "close 3 1008 too many connections of this user\n");
    fixture_leave(fixture, 3);
    fixture_leave(fixture, 2);
    assert_sent(fixture, "gone 3\ngone 2\n");
    join(fixture, 4, "A", "u");
    fixture_command(fixture, &(struct command_message){.conn = 5, .user = sentio_text("u")});
    assert_sent(fixture, "close 5 1008 too many connections of this user\n");
}

static void under_a_limit_that_was_lowered_topics_can_still_be_left(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    join(fixture, 1, "B", "u");
    join(fixture, 1, "C", "u");
    fixture->config.limits.topics = 1;
    SCRIPT(fixture_state(fixture, 0), CALL_UNSUBSCRIBE, 0, {EFFECT_LEAVE, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_UNSUBSCRIBE});
    assert_sent(fixture, "joined 1 B,C at 0\n");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_JOIN, .id = 1, .a = "B"},
           {EFFECT_JOIN, .id = 1, .a = "D"}, {EFFECT_LEAVE, .id = 1, .a = "C"});
    fixture_publish(fixture, 0, "{}");
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "joined 1 B,C at 0\njoined 1 B at 0\n"));
    free(sent);
}

static void anonymous_users_are_not_limited(void **state) {
    struct hub_fixture *fixture = *state;
    for (uint64_t conn = 1; conn <= 4; conn++) {
        join(fixture, conn, "A", "anonymous");
        join(fixture, conn, "A", NULL);
    }
    assert_int_equal(fixture->hub->channels[0]->subscribers, 4);
}

static void users_without_a_limit_are_not_limited(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.per_user = 0;
    for (uint64_t conn = 1; conn <= 4; conn++)
        join(fixture, conn, "A", "u");
    assert_int_equal(fixture->hub->channels[0]->subscribers, 4);
}

static void wrong_filter_is_refused_before_the_plugin_is_asked(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_command(fixture,
                    &(struct command_message){.conn = 1,
                                              .id = sentio_text("1"),
                                              .request = sentio_text("{\"min_confidence\":[]}")});
    assert_sent(fixture, "error 1 " ERROR("1", "invalid_field",
                                          "\\\"min_confidence\\\" must be a number, or null"));
    assert_recorded(fixture, "");
}

static void filter_of_a_refused_subscribe_does_not_count(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "No."});
    fixture_command(
        fixture,
        &(struct command_message){
            .conn = 1, .request = sentio_text("{\"min_confidence\":1,\"interval\":\"1s\"}")});
    free(fixture_sent(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1});
    assert_sent(fixture, "joined 1 A at 0\n");
}

static void only_accepted_subscriptions_have_left(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1, "A", "u");
    fixture->record.text[0] = '\0';
    fixture_leave(fixture, 1);
    assert_recorded(fixture, "a left 1\n");
    assert_int_equal(fixture->hub->channels[0]->subscribers, 0);
    assert_int_equal(fixture->hub->channels[0]->io_subscribers[0], 0);
    stay_silent(fixture, CALL_SUBSCRIBE);
    fixture_subscribe(fixture, 0, 2);
    fixture_subscribe(fixture, 0, 2);
    fixture_leave(fixture, 2);
    fixture_leave(fixture, 5);
    assert_recorded(fixture, "a subscribe 2 \"\" roles=0 topics=0 {}\n");
    assert_sent(fixture, "gone 1\ngone 2\ngone 5\n");
    assert_null(fixture->hub->waiting);
    assert_int_equal(fixture->hub->subscriptions.count, 0);
}

static void commands_that_wait_at_the_end_are_let_go(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_subscribe(fixture, 0, 1);
    fixture_subscribe(fixture, 0, 1);
    fixture_subscribe(fixture, 1, 2);
    fixture_close(fixture);
    assert_sent(fixture, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(subscribe_is_answered_with_all_that_is_subscribed_sorted),
        TEST(subscription_over_a_shared_connection_names_its_channel),
        TEST(later_subscribe_adds_to_what_is_subscribed),
        TEST(refused_subscribe_changes_nothing),
        TEST(refusal_with_a_code_closes_the_connection),
        TEST(failed_subscribe_is_answered_and_its_effects_are_dropped),
        TEST(subscribe_that_returns_not_found_has_failed),
        TEST(plugin_without_the_callback_is_told_from_one_that_fails),
        TEST(unsubscribe_needs_a_subscription),
        TEST(unsubscribe_of_the_last_topic_leaves_nothing),
        TEST(answer_may_come_in_a_later_call),
        TEST(commands_that_come_meanwhile_are_started_in_order),
        TEST(command_without_an_answer_times_out),
        TEST(next_command_is_started_when_one_times_out),
        TEST(command_started_by_a_timeout_may_answer_another_subscription),
        TEST(join_outside_a_command_takes_effect_at_once),
        TEST(connections_that_are_not_the_channels_are_ignored),
        TEST(plugin_closes_a_connection_that_has_nothing_pending),
        TEST(too_many_topics_are_refused_as_a_whole),
        TEST(connections_of_one_user_are_limited),
        TEST(connections_that_wait_for_the_plugin_count_as_well),
        TEST(who_names_the_user_later_counts_from_then_on),
        TEST(under_a_limit_that_was_lowered_topics_can_still_be_left),
        TEST(anonymous_users_are_not_limited),
        TEST(users_without_a_limit_are_not_limited),
        TEST(wrong_filter_is_refused_before_the_plugin_is_asked),
        TEST(filter_of_a_refused_subscribe_does_not_count),
        TEST(only_accepted_subscriptions_have_left),
        TEST(commands_that_wait_at_the_end_are_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
