/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "channel/wakeup.h"
#include "hub_fixture.h"
#include "subscription/subscription.h"

/* A subscription of channel "a" that was accepted. */
static void subscribe(struct hub_fixture *fixture, uint32_t channel, uint64_t conn) {
    SCRIPT(fixture_state(fixture, channel), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = conn});
    fixture_subscribe(fixture, channel, conn);
    free(fixture_sent(fixture));
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
}

static struct channel *first(const struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

static void present_all(struct hub_fixture *fixture) {
    subscription_present_all(first(fixture), channel_call);
}

static void accepted_subscriptions_of_the_channel_are_presented(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_COUNT, .id = 1, .a = "asked"});
    fixture_subscribe(fixture, 0, 4);
    subscribe(fixture, 1, 2);
    subscribe(fixture, 0, 1);
    present_all(fixture);
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {}\n");
    assert_sent(fixture, "");
}

static void presented_subscription_is_as_it_was_made_last(void **state) {
    struct hub_fixture *fixture = *state;
    static const char *const requests[] = {"{\"n\":1}", "{\"n\":2}"};
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    for (int i = 0; i < 2; i++)
        fixture_command(fixture, &(struct command_message){.conn = 1,
                                                           .user = sentio_text("ann"),
                                                           .roles = SENTIO_ROLE_PUBLISHER,
                                                           .request = sentio_text(requests[i])});
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "no"});
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .roles = SENTIO_ROLE_PUBLISHER,
                                                       .request = sentio_text("{\"n\":3}")});
    free(fixture_sent(fixture));
    fixture->record.size = 0;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    present_all(fixture);
    assert_recorded(fixture, "a subscribe 1 \"ann\" roles=2 topics=0 {\"n\":2}\n");
}

static void roles_are_those_that_the_subscribe_was_accepted_with(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .roles = SENTIO_ROLE_ADMIN});
    SCRIPT(fixture_state(fixture, 0), CALL_UNSUBSCRIBE, 0, {EFFECT_LEAVE, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_UNSUBSCRIBE});
    free(fixture_sent(fixture));
    fixture->record.size = 0;
    present_all(fixture);
    assert_recorded(fixture, "a subscribe 1 \"\" roles=1 topics=0 {}\n");
}

static void subscription_without_a_subscribe_is_presented_with_a_bare_one(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    fixture->record.size = 0;
    present_all(fixture);
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {\"action\":\"subscribe\"}\n");
}

static void answers_joins_and_greetings_are_not_given_again(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1}, {EFFECT_SEND, .id = 1, .a = "welcome", .b = "1"},
           {EFFECT_COUNT, .id = 1, .a = "subscribed"});
    present_all(fixture);
    assert_sent(fixture, "");
    assert_null(first(fixture)->counters);
    assert_int_equal(first(fixture)->subscribers, 1);
}

static void what_the_plugin_asks_for_itself_counts(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_WAKE, .number = 60000},
           {EFFECT_WATCH, .number = STDIN_FILENO, .on = 1}, {EFFECT_ACCEPT, .id = 1});
    present_all(fixture);
    assert_true(uv_is_active((uv_handle_t *)first(fixture)->wake));
    wakeup_end(first(fixture));
}

static void subscription_that_is_refused_now_is_closed(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .number = 4003, .a = "no", .b = "not any more"});
    present_all(fixture);
    assert_sent(fixture, "close 1 4003 not any more\n");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "not any more"});
    present_all(fixture);
    assert_sent(fixture, "close 1 1008 not any more\n");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_CLOSE, .id = 1, .number = 4005, .b = "out"});
    present_all(fixture);
    assert_sent(fixture, "close 1 4005 out\n");
}

static void refusal_of_another_or_by_a_failed_call_does_not_count(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    subscribe(fixture, 1, 2);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 2, .a = "no", .b = "no"});
    present_all(fixture);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, SENTIO_FAILED,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "no"}, {EFFECT_WAKE, .number = 60000});
    present_all(fixture);
    assert_sent(fixture, "");
    assert_false(uv_is_active((uv_handle_t *)first(fixture)->wake));
}

static void refusal_of_one_who_is_gone_is_passed_over(void **state) {
    struct hub_fixture *fixture = *state;
    struct effects effects = {0};
    const struct result result = {.outcome = OUTCOME_RETURNED, .effects = &effects};
    effects_add(&effects, EFFECT_REFUSE, sentio_text("no"), sentio_text("no"))->id = 1;
    subscription_presented(first(fixture), 1, &result);
    assert_sent(fixture, "");
    effects_finish(&effects);
}

static void plugin_that_takes_no_subscribers_is_told_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    first(fixture)->instance->callbacks &= ~(1u << CALL_SUBSCRIBE);
    present_all(fixture);
    assert_recorded(fixture, "");
}

static void all_subscribers_of_a_channel_are_told(void **state) {
    struct hub_fixture *fixture = *state;
    subscribe(fixture, 0, 1);
    subscribe(fixture, 1, 2);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_COUNT, .id = 1, .a = "asked"});
    fixture_subscribe(fixture, 0, 3);
    subscription_tell_all(first(fixture), "channel_failed", "it has");
    assert_sent(fixture, "text 1 {\"type\":\"error\",\"message\":\"it has\",\"code\":"
                         "\"channel_failed\",\"timestamp\":\"T\"}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(accepted_subscriptions_of_the_channel_are_presented),
        TEST(roles_are_those_that_the_subscribe_was_accepted_with),
        TEST(presented_subscription_is_as_it_was_made_last),
        TEST(subscription_without_a_subscribe_is_presented_with_a_bare_one),
        TEST(answers_joins_and_greetings_are_not_given_again),
        TEST(what_the_plugin_asks_for_itself_counts),
        TEST(subscription_that_is_refused_now_is_closed),
        TEST(refusal_of_another_or_by_a_failed_call_does_not_count),
        TEST(refusal_of_one_who_is_gone_is_passed_over),
        TEST(plugin_that_takes_no_subscribers_is_told_nothing),
        TEST(all_subscribers_of_a_channel_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
