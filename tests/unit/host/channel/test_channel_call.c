/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "channel/publication.h"
#include "channel/wakeup.h"
#include "remote_fixture.h"

#define BEHIND "response 0 503 {\"detail\":\"the channel is behind; try again later\"}\n"
#define ACCEPTED "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":0,\"epoch\":\"E\"}\n"

/* Channel "b", which runs in the host. */
static struct channel *inside(const struct hub_fixture *fixture) {
    return fixture->hub->channels[1];
}

static void held_calls_run_in_their_order_when_they_are_let_go(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(inside(fixture));
    SCRIPT(fixture_state(fixture, 1), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_publish(fixture, 1, "{\"x\":1}");
    fixture_subscribe(fixture, 1, 1);
    fixture_publish(fixture, 1, "{\"x\":2}");
    assert_recorded(fixture, "");
    assert_sent(fixture, "");
    assert_int_equal(inside(fixture)->held.count, 3);
    channel_let_go(inside(fixture));
    assert_recorded(fixture, "b publish publisher key {\"x\":1}\n"
                             "b subscribe 1 \"\" roles=0 topics=0 {}\n"
                             "b publish publisher key {\"x\":2}\n");
    char *text = fixture_sent(fixture);
    const char *joined = strstr(text, "joined 1");
    assert_true(text == strstr(text, "response 0 200") && joined);
    assert_non_null(strstr(joined, "response 0 200"));
    free(text);
    assert_int_equal(inside(fixture)->held.count, 0);
}

static void held_calls_of_a_worker_are_given_to_it_when_they_are_let_go(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish(fixture, 0, "{\"x\":1}");
    channel_hold(remote(fixture));
    fixture_publish(fixture, 0, "{\"x\":2}");
    fixture_publish(fixture, 0, "{\"x\":3}");
    remote_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {\"x\":1}\n");
    channel_let_go(remote(fixture));
    fixture_publish(fixture, 0, "{\"x\":4}");
    remote_settle(fixture);
    assert_recorded(fixture,
                    "a publish publisher key {\"x\":2}\na publish publisher key {\"x\":3}\n"
                    "a publish publisher key {\"x\":4}\n");
    assert_sent(fixture, ACCEPTED ACCEPTED ACCEPTED ACCEPTED);
}

static void call_that_comes_of_a_held_one_is_not_held(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_channel(fixture, "a", "scripted");
    fixture_channel(fixture, "b", "scripted");
    fixture_forwards(fixture, 1, "a");
    fixture_observes(fixture, 1, "a");
    assert_true(fixture_open(fixture));
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, {EFFECT_FORWARD, .a = "a", .b = "{}"});
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    channel_hold(inside(fixture));
    fixture_publish(fixture, 1, "{}");
    channel_let_go(inside(fixture));
    assert_recorded(fixture, "b publish publisher key {}\na publish forward b {}\n"
                             "b observe a 1\n");
}

static void subscriber_who_left_while_held_is_not_answered(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(inside(fixture));
    SCRIPT(fixture_state(fixture, 1), CALL_SUBSCRIBE, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture, 1, 1);
    fixture_leave(fixture, 1);
    channel_let_go(inside(fixture));
    assert_recorded(fixture, "b subscribe 1 \"\" roles=0 topics=0 {}\nb left 1\n");
    assert_sent(fixture, "gone 1\n");
}

/* A body of about that many bytes. */
static void publish_much(struct hub_fixture *fixture, uint32_t channel, int size) {
    char *body = NULL;
    assert_int_not_equal(asprintf(&body, "{\"x\":\"%0*d\"}", size, 1), -1);
    fixture_publish(fixture, channel, body);
    free(body);
}

static void full_channel_refuses_publishers_and_subscribers(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.queue = 1000;
    publish_much(fixture, 0, 1200);
    fixture_publish(fixture, 0, "{}");
    fixture_subscribe(fixture, 0, 1);
    assert_sent(fixture,
                BEHIND "error 1 {\"type\":\"error\",\"id\":1,\"message\":\"the channel's plugin is "
                       "not running now\",\"code\":\"not_running\",\"timestamp\":\"T\"}\n");
    remote_settle(fixture);
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    assert_sent(fixture, ACCEPTED ACCEPTED);
}

static void held_channel_is_full_by_the_same_limit(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.queue = 1000;
    channel_hold(inside(fixture));
    publish_much(fixture, 1, 1200);
    fixture_publish(fixture, 1, "{}");
    assert_sent(fixture, BEHIND);
    channel_let_go(inside(fixture));
    fixture_publish(fixture, 1, "{}");
    char *text = fixture_sent(fixture);
    assert_null(strstr(text, "503"));
    free(text);
}

static void call_now(struct channel *channel, enum call_kind kind, uint64_t number) {
    struct call call = {.kind = kind, .number = number};
    channel_call(channel, &call, NULL);
}

static void what_a_plugin_must_not_miss_is_taken_by_a_full_channel(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.queue = 1000;
    SCRIPT(remote_script("a"), CALL_SAVE, 0, {EFFECT_KEEP, .b = "x"});
    publish_much(fixture, 0, 1200);
    call_now(remote(fixture), CALL_LEFT, 5);
    call_now(remote(fixture), CALL_WOKEN, 0);
    call_now(remote(fixture), CALL_READY, 6);
    const struct asker asker = {.id = 4, .presented = true};
    const struct sentio_subscriber subscriber = {.conn = 4};
    struct call call = {.kind = CALL_SUBSCRIBE, .subscriber = &subscriber};
    channel_call(remote(fixture), &call, &asker);
    fixture->config.limits.queue = 1 << 20;
    remote_settle(fixture);
    const char *calls = strchr(fixture->record.text, '\n') + 1;
    assert_string_equal(calls, "a left 5\na woken\na ready 6\n"
                               "a subscribe 4 \"\" roles=0 topics=0 \na save\n");
}

static void source_waits_from_a_quarter_of_the_limit_until_an_eighth(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.queue = 8000;
    publish_much(fixture, 0, 1500);
    assert_false(remote(fixture)->source_paused);
    publish_much(fixture, 0, 800);
    assert_true(remote(fixture)->source_paused);
    remote_flush(fixture);
    assert_true(fake_step(remote_process(fixture)));
    fake_deliver(remote_process(fixture));
    assert_in_range(remote_worker(fixture)->waiting, 800, 1000);
    assert_false(remote(fixture)->source_paused);
    publish_much(fixture, 0, 900);
    assert_false(remote(fixture)->source_paused);
    publish_much(fixture, 0, 800);
    assert_true(remote(fixture)->source_paused);
    fake_step(remote_process(fixture));
    fake_deliver(remote_process(fixture));
    assert_true(remote(fixture)->source_paused);
    remote_settle(fixture);
    assert_false(remote(fixture)->source_paused);
}

static void source_waits_while_held_calls_do(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.queue = 8000;
    channel_hold(inside(fixture));
    publish_much(fixture, 1, 3000);
    channel_press_source(inside(fixture));
    assert_true(inside(fixture)->source_paused);
    channel_let_go(inside(fixture));
    assert_false(inside(fixture)->source_paused);
}

static void failed_channel_takes_nothing_while_it_is_held(void **state) {
    struct hub_fixture *fixture = *state;
    remote(fixture)->failed = true;
    channel_hold(remote(fixture));
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, "response 0 503 {\"detail\":\"the channel has failed: its plugin died too "
                         "often; see the log\"}\n");
    assert_int_equal(remote(fixture)->held.count, 0);
}

static void descriptor_that_is_readable_while_held_is_told_once_afterwards(void **state) {
    struct hub_fixture *fixture = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, {EFFECT_WATCH, .number = ends[0], .on = 1});
    fixture_publish(fixture, 1, "{}");
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
    channel_hold(inside(fixture));
    assert_int_equal(write(ends[1], "x", 1), 1);
    for (int i = 0; i < 20; i++)
        uv_run(&fixture->hub->loop, UV_RUN_NOWAIT);
    assert_int_equal(inside(fixture)->held.count, 0);
    channel_let_go(inside(fixture));
    SCRIPT(fixture_state(fixture, 1), CALL_READY, 0, {EFFECT_WATCH, .number = ends[0], .on = 0});
    while (fixture->record.size == 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    char expected[32];
    snprintf(expected, sizeof(expected), "b ready %d\n", ends[0]);
    assert_recorded(fixture, expected);
    close(ends[0]);
    close(ends[1]);
}

static void plugin_is_woken_after_it_was_held(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(inside(fixture));
    wakeup_set(inside(fixture), 1);
    while (inside(fixture)->held.count == 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    channel_let_go(inside(fixture));
    assert_recorded(fixture, "b woken\n");
}

static void metrics_of_a_worker_are_counted(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(remote_script("a"), CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 3, .a = "orders"});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    remote_kill(fixture);
    remote_settle_lives(fixture);
    /* A call that is repeated counts once. */
    assert_int_equal(fakes()->calls[CALL_PUBLISH], 2);
    assert_int_equal(remote(fixture)->counters->value, 3);
}

static void call_that_a_worker_lacks_is_answered_at_once(void **state) {
    struct hub_fixture *fixture = *state;
    remote_plugin()->publish = NULL;
    remote_plugin()->type = NULL;
    remote_plugin()->message = NULL;
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, "response 0 404 {\"detail\":\"this channel takes no publishes\"}\n");
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    assert_sent(fixture,
                "error 1 {\"type\":\"error\",\"message\":\"there is no such action on this "
                "channel\",\"code\":\"unknown_action\",\"timestamp\":\"T\"}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_REMOTE(held_calls_run_in_their_order_when_they_are_let_go),
        TEST_REMOTE(held_calls_of_a_worker_are_given_to_it_when_they_are_let_go),
        TEST_CONFIGURE(call_that_comes_of_a_held_one_is_not_held),
        TEST_REMOTE(subscriber_who_left_while_held_is_not_answered),
        TEST_REMOTE(full_channel_refuses_publishers_and_subscribers),
        TEST_REMOTE(held_channel_is_full_by_the_same_limit),
        TEST_REMOTE(what_a_plugin_must_not_miss_is_taken_by_a_full_channel),
        TEST_REMOTE(source_waits_from_a_quarter_of_the_limit_until_an_eighth),
        TEST_REMOTE(source_waits_while_held_calls_do),
        TEST_REMOTE(failed_channel_takes_nothing_while_it_is_held),
        TEST_REMOTE(descriptor_that_is_readable_while_held_is_told_once_afterwards),
        TEST_REMOTE(plugin_is_woken_after_it_was_held),
        TEST_REMOTE(metrics_of_a_worker_are_counted),
        TEST_CONFIGURE(call_that_a_worker_lacks_is_answered_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
