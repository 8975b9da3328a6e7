/* SPDX-License-Identifier: MIT */
#include "trace/trace.h"

#include "overseer_fixture.h"

/* Begins a trace of channel "a"; the viewer's message is the caller's. */
static struct viewer_message *begin(struct overseer *overseer) {
    assert_asked(overseer, trace_ask, "{\"channel\":\"a\"}", "");
    struct viewer_message *message = overseer_take(overseer, MESSAGE_VIEWER);
    assert_ptr_equal(message->request, &overseer->fixture->requests[2]);
    return message;
}

/* The next event, which has that kind and detail. */
static void assert_told(struct overseer *overseer, const char *kind, const char *detail,
                        bool last) {
    struct trace_message *message = overseer_take(overseer, MESSAGE_TRACE);
    char text[1024];
    assert_true(message->text.size < sizeof(text));
    memcpy(text, message->text.data, message->text.size);
    text[message->text.size] = '\0';
    assert_non_null(strstr(text, kind));
    assert_non_null(strstr(text, detail));
    assert_int_equal(message->last, last);
    message_destroy(&message->head);
}

static void a_channel_is_watched_until_nobody_does(void **state) {
    struct overseer *overseer = *state;
    struct hub *hub = overseer->fixture->hub;
    assert_null(hub->traces);
    struct viewer_message *viewer = begin(overseer);
    assert_non_null(hub->traces);
    fixture_send(overseer->fixture, &viewer->head);
    assert_null(hub->traces);
    assert_nothing_kept(overseer);
}

static void a_client_is_watched_once_its_thread_has_found_it(void **state) {
    struct overseer *overseer = *state;
    assert_asked(overseer, trace_ask, "{\"client\":\"256\"}", "");
    struct tap_message *tap = overseer_take(overseer, MESSAGE_TAP);
    assert_int_equal(tap->tracer->client, 256);
    assert_true(tap->on);
    tap->found = true;
    fixture_send(overseer->fixture, &tap->head);
    struct viewer_message *viewer = overseer_take(overseer, MESSAGE_VIEWER);
    fixture_send(overseer->fixture, &viewer->head);
    tap = overseer_take(overseer, MESSAGE_TAP);
    assert_false(tap->on);
    message_destroy(&tap->head);
    assert_null(overseer->fixture->hub->traces);
}

static void a_client_that_is_not_there_is_404(void **state) {
    struct overseer *overseer = *state;
    static const char unknown[] =
        "response 2 404 {\"detail\":\"there is no such client; it may have left\"}\n";
    assert_asked(overseer, trace_ask, "{\"client\":\"256\"}", "");
    struct tap_message *tap = overseer_take(overseer, MESSAGE_TAP);
    fixture_send(overseer->fixture, &tap->head);
    assert_sent(overseer->fixture, unknown);
    assert_asked(overseer, trace_ask, "{\"client\":\"257\"}", unknown); /* of no thread */
    assert_null(overseer->fixture->hub->traces);
}

static void a_trace_ends_with_its_client(void **state) {
    struct overseer *overseer = *state;
    assert_asked(overseer, trace_ask, "{\"client\":\"256\"}", "");
    struct tap_message *tap = overseer_take(overseer, MESSAGE_TAP);
    struct tracer *tracer = tracer_ref(tap->tracer);
    tap->found = true;
    fixture_send(overseer->fixture, &tap->head);
    struct viewer_message *viewer = overseer_take(overseer, MESSAGE_VIEWER);
    fixture_send(overseer->fixture, tap_message_create(tracer, false));
    assert_told(overseer, "\"left\"", "the client's connection has ended", true);
    assert_null(overseer->fixture->hub->traces);
    fixture_send(overseer->fixture, &viewer->head);
    assert_nothing_kept(overseer);
    tracer_unref(tracer);
}

static void a_trace_ends_with_its_channel(void **state) {
    struct overseer *overseer = *state;
    struct viewer_message *viewer = begin(overseer);
    trace_channel_removed(overseer->fixture->hub->channels[1]);
    assert_nothing_kept(overseer);
    trace_channel_removed(overseer->fixture->hub->channels[0]);
    assert_told(overseer, "\"error\"", "the channel was removed", true);
    assert_null(overseer->fixture->hub->traces);
    message_destroy(&viewer->head);
}

static void there_are_eight_at_most(void **state) {
    struct overseer *overseer = *state;
    for (int i = 0; i < TRACERS_MAX; i++)
        message_destroy(&begin(overseer)->head);
    assert_asked(overseer, trace_ask, "{\"channel\":\"b\"}",
                 "response 2 429 {\"detail\":\"eight traces run already; end one of them\"}\n");
}

static void one_channel_or_one_client_is_named(void **state) {
    static const char both[] =
        "response 2 422 {\"detail\":\"name a \\\"channel\\\" or a \\\"client\\\"\"}\n";
    assert_asked(*state, trace_ask, "{}", both);
    assert_asked(*state, trace_ask, "{\"channel\":\"a\",\"client\":\"256\"}", both);
    assert_asked(*state, trace_ask, "{\"channel\":\"c\"}",
                 "response 2 404 {\"detail\":\"there is no such channel\"}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        OVERSEER_TEST(a_channel_is_watched_until_nobody_does),
        OVERSEER_TEST(a_client_is_watched_once_its_thread_has_found_it),
        OVERSEER_TEST(a_client_that_is_not_there_is_404),
        OVERSEER_TEST(a_trace_ends_with_its_client),
        OVERSEER_TEST(a_trace_ends_with_its_channel),
        OVERSEER_TEST(there_are_eight_at_most),
        OVERSEER_TEST(one_channel_or_one_client_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
