/* SPDX-License-Identifier: MIT */
#include "viewer_fixture.h"

static void watch(struct watcher *watcher, struct fixture *fixture) {
    struct answer answer;
    fixture_start(fixture);
    watcher_begin(watcher, fixture, 0, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Content-Type", "text/event-stream");
    assert_watched(watcher, ": ok\nretry: ");
}

static void tell(struct fixture *fixture, struct watcher *watcher, const char *detail, bool last) {
    const struct trace_event event = {.kind = "joined", .detail = detail};
    hub_say(fixture, trace_message_create(watcher->tracer, &event, last));
}

static void events_are_told_in_their_order(void **state) {
    struct watcher watcher;
    watch(&watcher, *state);
    tell(*state, &watcher, "one", false);
    tell(*state, &watcher, "two", false);
    assert_watched(&watcher, "event: trace\ndata: {\"type\":\"trace\",\"time\":\"1970-01-01T00:00:"
                             "00.000Z\",\"kind\":\"joined\",\"detail\":\"one\"}\n\n");
    assert_watched(&watcher, "\"detail\":\"two\"");
    watcher_end(&watcher, *state);
}

static void the_last_event_ends_the_stream(void **state) {
    struct watcher watcher;
    watch(&watcher, *state);
    tell(*state, &watcher, "one", true);
    assert_watched(&watcher, "\"one\"");
    assert_watched(&watcher, "event: close\ndata: {\"type\":\"close\",\"code\":1000,");
    assert_closed(&watcher.client);
    watcher_end(&watcher, *state);
}

/* By and by, without an event; the thread may look in between. */
static void assert_missed(struct watcher *watcher, unsigned long expected) {
    char block[256];
    for (unsigned long missed = 0; missed < expected;) {
        watcher_read(watcher, block, sizeof(block));
        const char *count = strstr(block, "\"kind\":\"missed\",\"count\":");
        assert_non_null(count);
        missed += strtoul(count + strlen("\"kind\":\"missed\",\"count\":"), NULL, 10);
        assert_in_range(missed, 1, expected);
    }
}

static void what_was_missed_is_told_before_what_comes_next(void **state) {
    struct watcher watcher;
    watch(&watcher, *state);
    tracer_miss(watcher.tracer);
    tracer_miss(watcher.tracer);
    assert_missed(&watcher, 2);
    tracer_miss(watcher.tracer);
    tell(*state, &watcher, "one", false);
    assert_watched(&watcher, "\"kind\":\"missed\",\"count\":1}");
    assert_watched(&watcher, "\"one\"");
    watcher_end(&watcher, *state);
}

static void what_is_not_read_is_missed_and_holds_nobody_up(void **state) {
    struct fixture *fixture = *state;
    struct watcher watcher;
    static char text[TRACE_TEXT_MAX];
    unsigned shown = 0;
    unsigned long missed = 0;
    char block[8192];
    enum { EVENTS = 2000 };
    fixture->send_buffer = 4096;
    fixture->receive_buffer = 4096;
    watch(&watcher, fixture);
    memset(text, 'x', sizeof(text));
    for (int i = 0; i < EVENTS; i++) {
        const struct trace_event event = {.kind = "update", .text = {text, sizeof(text)}};
        hub_say(fixture, trace_message_create(watcher.tracer, &event, false));
    }
    while (shown + missed < EVENTS) {
        watcher_read(&watcher, block, sizeof(block));
        const char *count = strstr(block, "\"count\":");
        missed += count ? strtoul(count + 8, NULL, 10) : 0;
        shown += strstr(block, "\"update\"") != NULL;
    }
    assert_int_equal(shown + missed, EVENTS);
    assert_true(missed > 0);
    assert_true(shown >= VIEWER_BUFFER / (2 * TRACE_TEXT_MAX));
    watcher_end(&watcher, fixture);
}

static void a_viewer_that_has_gone_meanwhile_is_told_to_the_hub(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    struct tracer *tracer = tracer_create(0, 0);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "HEAD /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    replace_asked(fixture, query->request, NULL);
    hub_say(fixture, viewer_message_create(tracer, query->request));
    message_destroy(&query->head);
    struct viewer_message *message = hub_take(fixture, MESSAGE_VIEWER);
    assert_ptr_equal(message->tracer, tracer);
    message_destroy(&message->head);
    const struct trace_event event = {.kind = "joined"};
    hub_say(fixture, trace_message_create(tracer, &event, true)); /* for nobody */
    struct answer answer;
    client_read_head(&client, &answer);
    assert_header(&answer, "Content-Type", "text/event-stream");
    assert_closed(&client);
    client_disconnect(&client);
    tracer_unref(tracer);
}

static void a_viewer_is_sent_away_when_the_host_stops(void **state) {
    struct fixture *fixture = *state;
    struct watcher watcher;
    watch(&watcher, fixture);
    io_stop(fixture->io);
    assert_watched(&watcher, "\"code\":1001,");
    assert_closed(&watcher.client);
    watcher_end(&watcher, fixture);
}

#define TRACE "/api/v1/host/trace?channel=prices HTTP/1.1\r\nHost: localhost\r\n"

/* As the administrator "boss", whose token is "alpha". */
static struct request *ask_as_boss(struct watcher *watcher, struct fixture *fixture) {
    fixture_write(fixture->paths[3], ALPHA);
    fixture->config.auth.admin_tokens_file = fixture->paths[3];
    fixture_start(fixture);
    return watcher_ask(watcher, fixture, VIA_TCP, 0,
                       "GET " TRACE "Authorization: Bearer alpha\r\n\r\n");
}

/* A reload, after which the admin tokens' file says `admins`. */
static void reload(struct fixture *fixture, const char *admins) {
    fixture_write(fixture->paths[3], admins);
    fixture->changed = fixture->config;
    struct view *view = fixture_view(fixture, &fixture->changed, 2);
    hub_say(fixture, view_message_create(view_ref(view)));
    message_destroy(hub_take(fixture, MESSAGE_VIEW));
}

static void a_viewer_ends_when_a_reload_takes_its_token_away(void **state) {
    struct fixture *fixture = *state;
    struct watcher watcher;
    struct answer answer;
    struct request *request = ask_as_boss(&watcher, fixture);
    hub_say(fixture, viewer_message_create(watcher.tracer, request));
    client_read_head(&watcher.client, &answer);
    assert_watched(&watcher, ": ok\nretry: ");
    reload(fixture, "# the same, and more\n" ALPHA);
    tell(fixture, &watcher, "it goes on", false);
    assert_watched(&watcher, "it goes on");
    reload(fixture, "");
    assert_watched(&watcher, "\"error\",\"detail\":\"the admin token is no longer valid\"}");
    assert_watched(&watcher, "\"code\":1008,\"reason\":\"the admin token is no longer valid\"");
    assert_closed(&watcher.client);
    watcher_end(&watcher, fixture);
}

static void a_token_that_went_before_the_answer_is_401(void **state) {
    struct fixture *fixture = *state;
    struct watcher watcher;
    struct answer answer;
    struct request *request = ask_as_boss(&watcher, fixture);
    reload(fixture, "");
    hub_say(fixture, viewer_message_create(watcher.tracer, request));
    assert_answer(&watcher.client, &answer, 401, "the admin token is no longer valid");
    struct viewer_message *message = hub_take(fixture, MESSAGE_VIEWER);
    assert_ptr_equal(message->tracer, watcher.tracer);
    message_destroy(&message->head);
    client_disconnect(&watcher.client);
    tracer_unref(watcher.tracer);
}

static void who_needed_no_token_stays(void **state) {
    struct fixture *fixture = *state;
    struct watcher watcher;
    struct answer answer;
    fixture_write(fixture->paths[3], ALPHA);
    fixture->config.auth.admin_tokens_file = fixture->paths[3];
    fixture->listen[1].control = true;
    fixture_start(fixture);
    struct request *request = watcher_ask(&watcher, fixture, VIA_UNIX, 0, "GET " TRACE "\r\n");
    hub_say(fixture, viewer_message_create(watcher.tracer, request));
    client_read_head(&watcher.client, &answer);
    assert_watched(&watcher, ": ok\nretry: ");
    reload(fixture, "");
    tell(fixture, &watcher, "it goes on", false);
    assert_watched(&watcher, "it goes on");
    watcher_end(&watcher, fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(events_are_told_in_their_order),
        TEST(the_last_event_ends_the_stream),
        TEST(what_was_missed_is_told_before_what_comes_next),
        TEST(what_is_not_read_is_missed_and_holds_nobody_up),
        TEST(a_viewer_that_has_gone_meanwhile_is_told_to_the_hub),
        TEST(a_viewer_is_sent_away_when_the_host_stops),
        TEST(a_viewer_ends_when_a_reload_takes_its_token_away),
        TEST(a_token_that_went_before_the_answer_is_401),
        TEST(who_needed_no_token_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
