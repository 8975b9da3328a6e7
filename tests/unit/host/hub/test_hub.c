/* SPDX-License-Identifier: MIT */
#include "hub/hub.h"

#include "hub_fixture.h"
#include "journal/tape.h"

static void messages_wait_while_an_io_thread_is_behind(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->io.queue.limit = 1;
    hub_send(fixture->hub, 0, gone_message_create(&fixture->members[1]));
    fixture_publish(fixture, 0, "{\"n\":1}");
    fixture_publish(fixture, 0, "{\"n\":2}");
    assert_true(fixture->hub->held);
    assert_recorded(fixture, "");
    assert_sent(fixture, "gone 1\n");
    while (fixture->record.size == 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    free(fixture_sent(fixture));
    while (fixture->hub->held)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    assert_recorded(fixture, "a publish publisher key {\"n\":1}\n"
                             "a publish publisher key {\"n\":2}\n");
    assert_false(uv_is_active((uv_handle_t *)&fixture->hub->held_timer));
}

static void hub_that_stops_waits_for_no_io_thread(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->io.queue.limit = 0;
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "");
    hub_stop(fixture->hub);
    uv_run(&fixture->hub->loop, UV_RUN_DEFAULT);
    assert_recorded(fixture, "a publish publisher key {}\n");
}

static void updates_go_only_to_io_threads_with_subscribers(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    fixture_publish(fixture, 0, "{}");
    char *text = fixture_sent(fixture);
    assert_null(strstr(text, "update"));
    free(text);
    fixture->hub->channels[0]->io_subscribers[0] = 1;
    fixture_publish(fixture, 0, "{}");
    text = fixture_sent(fixture);
    assert_non_null(strstr(text, "update a at 2 1\n"));
    free(text);
}

static void error_detail_is_escaped(void **state) {
    struct hub_fixture *fixture = *state;
    hub_respond_error(fixture->hub, 0, (struct request *)&fixture->requests[3], 400,
                      "a \"b\" \\ \n");
    assert_sent(fixture, "response 3 400 {\"detail\":\"a \\\"b\\\" \\\\ \\n\"}\n");
}

static void message_that_could_not_be_made_is_lost_alone(void **state) {
    struct hub_fixture *fixture = *state;
    hub_send(fixture->hub, 0, NULL);
    assert_sent(fixture, "");
}

static void unanswered_commands_and_requests_end_with_the_hubs_tick(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.plugins.answer = 0;
    fixture_subscribe(fixture, 0, 1);
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    while (fixture->hub->inquiries.count > 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    char *text = fixture_sent(fixture);
    assert_non_null(strstr(text, "error 1 "));
    assert_non_null(strstr(text, "response 1 503 "));
    free(text);
}

/* Hears of the hub while it opens its channels. */
struct spy {
    struct tape tape;
    const struct host *host;
    bool heard;
    bool ticking;
};

static void spy_note(struct tape *tape, const struct tape_entry *entry) {
    struct spy *spy = (struct spy *)tape;
    const char *queue = (const char *)spy->host->to_hub;
    const struct hub *hub = (const struct hub *)(queue - offsetof(struct hub, queue));
    (void)entry;
    spy->heard = true;
    spy->ticking = spy->ticking || uv_is_active((const uv_handle_t *)&hub->tick);
}

static void spy_keep(struct tape *tape, const char *path, const char *digest) {
    (void)tape, (void)path, (void)digest;
}

/* An open() in a worker may take longer than that, and the loop turns meanwhile. */
static void hub_does_not_tick_before_its_channels_are_open(void **state) {
    struct hub_fixture *fixture = *state;
    struct spy spy = {
        .tape = {.note = spy_note, .keep = spy_keep},
        .host = &fixture->host,
    };
    fixture_channel(fixture, "a", "scripted");
    fixture->host.tape = &spy.tape;
    assert_true(fixture_open(fixture));
    fixture->hub->tape = NULL;
    fixture->host.tape = NULL;
    assert_true(spy.heard);
    assert_false(spy.ticking);
    assert_true(uv_is_active((uv_handle_t *)&fixture->hub->tick));
}

static void hub_runs_in_its_own_thread_until_it_is_stopped(void **state) {
    struct hub_fixture *fixture = *state;
    assert_int_equal(hub_start(fixture->hub), 0);
    struct publish_message *message =
        publish_message_create(sentio_text("key"), sentio_text(""), sentio_text("{}"));
    assert_non_null(message);
    message->channel = 1;
    queue_push(&fixture->hub->queue, &message->head);
    hub_stop(fixture->hub);
    hub_join(fixture->hub);
    assert_recorded(fixture, "b publish publisher key {}\na close\nb close\n");
}

struct watched {
    struct hub *hub;
    const char *label;
    const char *call;
};

static void look_until_it_hangs(struct sentio_call *call, void *context) {
    struct watched *watched = context;
    (void)call;
    while (!hub_hangs(watched->hub, 1, &watched->label, &watched->call))
        continue;
    assert_false(hub_hangs(watched->hub, 0, &watched->label, &watched->call));
    assert_false(hub_hangs(watched->hub, 3600000, &watched->label, &watched->call));
}

static void call_that_holds_the_hub_is_named(void **state) {
    struct hub_fixture *fixture = *state;
    struct watched watched = {.hub = fixture->hub};
    assert_false(hub_hangs(fixture->hub, 1, &watched.label, &watched.call));
    script_during(fixture_state(fixture, 1), CALL_PUBLISH, look_until_it_hangs, &watched);
    fixture_publish(fixture, 1, "{}");
    assert_string_equal(watched.label, "channel b");
    assert_string_equal(watched.call, "publish");
    assert_false(hub_hangs(fixture->hub, 1, &watched.label, &watched.call));
}

/* Of the time in which nobody looked, a second counts. */
static void process_that_stood_still_does_not_hang(void **state) {
    struct hub_fixture *fixture = *state;
    struct watched watched = {.hub = fixture->hub};
    atomic_store(&fixture->hub->busy_label, "channel b");
    atomic_store(&fixture->hub->busy_call, "publish");
    atomic_store(&fixture->hub->busy_since, (int64_t)(uv_hrtime() / 1000000) - 3600000);
    for (int look = 0; look < 4; look++) {
        assert_false(hub_hangs(fixture->hub, 5000, &watched.label, &watched.call));
        fixture->hub->seen_at -= 3600000;
    }
    assert_true(hub_hangs(fixture->hub, 5000, &watched.label, &watched.call));
    assert_string_equal(watched.label, "channel b");
    atomic_store(&fixture->hub->busy_since, (int64_t)(uv_hrtime() / 1000000));
    assert_false(hub_hangs(fixture->hub, 5000, &watched.label, &watched.call));
    atomic_store(&fixture->hub->busy_since, 0);
}

static void clock_goes_on_with_what_comes_and_never_back(void **state) {
    struct hub_fixture *fixture = *state;
    int64_t now = io_time();
    fixture->hub->now = now - 5000;
    fixture_publish_item(fixture, 0, "A");
    assert_true(hub_time(fixture->hub) >= now);
    fixture->hub->now = now + 3600000;
    fixture_publish_item(fixture, 0, "A");
    assert_true(hub_time(fixture->hub) == now + 3600000);
    assert_true(fixture->hub->channels[0]->engine.time == now + 3600000);
}

static void clock_that_is_ahead_goes_half_as_fast(void **state) {
    struct hub_fixture *fixture = *state;
    struct hub *hub = fixture->hub;
    int64_t ahead = io_time() + 3600000;
    hub->now = ahead;
    for (int i = 0; i < 4; i++)
        hub->tick.timer_cb(&hub->tick);
    assert_true(hub_time(hub) == ahead + 2000);
}

static void hub_without_channels_is_allowed(void **state) {
    struct hub_fixture *fixture = *state;
    assert_true(fixture_open(fixture));
    assert_int_equal(fixture->hub->channel_count, 0);
    assert_ptr_equal(fixture->host.to_hub, &fixture->hub->queue);
    hub_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(messages_wait_while_an_io_thread_is_behind),
        TEST(hub_that_stops_waits_for_no_io_thread),
        TEST(updates_go_only_to_io_threads_with_subscribers),
        TEST(error_detail_is_escaped),
        TEST(message_that_could_not_be_made_is_lost_alone),
        TEST(unanswered_commands_and_requests_end_with_the_hubs_tick),
        cmocka_unit_test_setup_teardown(hub_does_not_tick_before_its_channels_are_open,
                                        fixture_prepare, fixture_teardown),
        TEST(hub_runs_in_its_own_thread_until_it_is_stopped),
        TEST(call_that_holds_the_hub_is_named),
        TEST(process_that_stood_still_does_not_hang),
        TEST(clock_goes_on_with_what_comes_and_never_back),
        TEST(clock_that_is_ahead_goes_half_as_fast),
        TEST_CLOSED(hub_without_channels_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
