/* SPDX-License-Identifier: MIT */
#include "channel/channel_held.h"

#include <unistd.h>

#include "channel/wakeup.h"
#include "hub_fixture.h"

#define OK(offset)                                                                                 \
    "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":" offset ",\"epoch\":\"E\"}\n"

static struct channel *first(struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

static void answer_subscribe(struct hub_fixture *fixture, uint64_t conn) {
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = "A"},
           {EFFECT_ACCEPT, .id = conn});
}

static void held_calls_run_in_their_order_when_they_are_let_go(void **state) {
    struct hub_fixture *fixture = *state;
    answer_subscribe(fixture, 1);
    channel_hold(first(fixture));
    fixture_publish(fixture, 0, "{\"n\":1}");
    fixture_subscribe(fixture, 0, 1);
    fixture_publish(fixture, 0, "{\"n\":2}");
    fixture_publish(fixture, 1, "{\"n\":3}"); /* of another channel */
    assert_recorded(fixture, "b publish publisher key {\"n\":3}\n");
    free(fixture_sent(fixture));
    channel_let_go(first(fixture));
    assert_recorded(fixture, "a publish publisher key {\"n\":1}\n"
                             "a subscribe 1 \"\" roles=0 topics=0 {}\n"
                             "a publish publisher key {\"n\":2}\n");
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "joined 1 A at 0"));
    free(sent);
    assert_int_equal(first(fixture)->held.count, 0);
}

static void who_left_meanwhile_is_told_of_behind_his_subscribe(void **state) {
    struct hub_fixture *fixture = *state;
    answer_subscribe(fixture, 1);
    channel_hold(first(fixture));
    fixture_subscribe(fixture, 0, 1);
    fixture_leave(fixture, 1);
    assert_recorded(fixture, "");
    channel_let_go(first(fixture));
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {}\na left 1\n");
    assert_sent(fixture, "gone 1\n");
    assert_int_equal(first(fixture)->subscribers, 0);
}

static void what_is_published_by_a_call_that_waited_is_observed(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_observes(fixture, 1, "a");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    channel_hold(first(fixture));
    channel_hold(fixture->hub->channels[1]);
    fixture_publish(fixture, 0, "{}");
    channel_let_go(first(fixture));
    assert_recorded(fixture, "a publish publisher key {}\n");
    channel_let_go(fixture->hub->channels[1]);
    assert_recorded(fixture, "b observe a 1\n");
}

static void a_publisher_is_refused_when_too_much_waits(void **state) {
    struct hub_fixture *fixture = *state;
    char body[40000];
    memset(body, ' ', sizeof(body));
    body[0] = '{';
    body[sizeof(body) - 2] = '}';
    body[sizeof(body) - 1] = '\0';
    fixture_state(fixture, 0)->record = NULL;
    channel_hold(first(fixture));
    while (first(fixture)->held.bytes <= (size_t)fixture->config.limits.queue)
        fixture_publish(fixture, 0, body);
    assert_sent(fixture, "");
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture,
                "response 0 503 {\"detail\":\"the channel is behind; try again later\"}\n");
    assert_true(first(fixture)->source_paused);
    channel_let_go(first(fixture));
    assert_false(first(fixture)->source_paused);
    free(fixture_sent(fixture));
}

static void a_readable_descriptor_is_not_told_while_calls_wait(void **state) {
    struct hub_fixture *fixture = *state;
    struct hub *hub = fixture->hub;
    int ends[2];
    char expected[32];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    wakeup_watch(first(fixture), ends[0], true);
    channel_hold(first(fixture));
    wakeup_set(hub->channels[1], 1);
    while (fixture->record.size == 0)
        uv_run(&hub->loop, UV_RUN_ONCE);
    assert_recorded(fixture, "b woken\n");
    assert_int_equal(first(fixture)->held.count, 0);
    SCRIPT(fixture_state(fixture, 0), CALL_READY, 0, {EFFECT_WATCH, .number = ends[0], .on = 0});
    channel_let_go(first(fixture));
    while (fixture->record.size == 0)
        uv_run(&hub->loop, UV_RUN_ONCE);
    snprintf(expected, sizeof(expected), "a ready %d\n", ends[0]);
    assert_recorded(fixture, expected);
    close(ends[0]);
    close(ends[1]);
}

static void answers_are_those_of_calls_that_did_not_wait(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(first(fixture));
    fixture_publish(fixture, 0, "{}");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_FAILED,
           {EFFECT_COUNT, .a = "calls", .id = 1});
    fixture_publish(fixture, 1, "{}");
    free(fixture_sent(fixture));
    channel_let_go(first(fixture));
    assert_sent(fixture,
                "response 0 500 {\"detail\":\"the channel's plugin failed; see the log\"}\n");
    script_set(fixture_state(fixture, 0), CALL_PUBLISH, 0, NULL, 0);
    channel_hold(first(fixture));
    fixture_publish(fixture, 0, "{}");
    channel_let_go(first(fixture));
    assert_sent(fixture, OK("0"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(held_calls_run_in_their_order_when_they_are_let_go),
        TEST(who_left_meanwhile_is_told_of_behind_his_subscribe),
        TEST(what_is_published_by_a_call_that_waited_is_observed),
        TEST(a_publisher_is_refused_when_too_much_waits),
        TEST(a_readable_descriptor_is_not_told_while_calls_wait),
        TEST(answers_are_those_of_calls_that_did_not_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
