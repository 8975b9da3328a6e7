/* SPDX-License-Identifier: MIT */
#include "http/sse.h"

#include "io_client.h"

#define HOST "Host: localhost\r\n"

enum { TINY = 4096 };

static void ask(struct client *client, const char *target, const char *headers) {
    char text[1024];
    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" HOST "%s\r\n", target, headers);
    client_say(client, text);
}

static struct member *take_subscribe(struct fixture *fixture, const char *request) {
    struct command_message *command = hub_take(fixture, MESSAGE_COMMAND);
    struct member *member = command->member;
    assert_int_equal(command->what, COMMAND_SUBSCRIBE);
    if (request)
        assert_text(command->request, request);
    message_destroy(&command->head);
    return member;
}

static void accept_member(struct fixture *fixture, struct member *member, uint64_t offset) {
    struct joined_message *joined = joined_message_create(&(struct joined_parts){.snapshot = NULL});
    assert_non_null(joined);
    joined->member = member;
    joined->offset = offset;
    hub_say(fixture, &joined->head);
}

static void say(struct fixture *fixture, struct member *member, const char *text) {
    hub_say(fixture, text_message_create(member, false, sentio_text(text)));
}

/* The next block of the stream, up to its blank line. */
static void read_block(struct client *client, char *block, size_t room) {
    size_t at = 0;
    while (at < 2 || memcmp(block + at - 2, "\n\n", 2) != 0) {
        assert_true(at < room - 1);
        client_read(client, block + at++, 1);
    }
    block[at] = '\0';
}

static void assert_block(struct client *client, const char *expected) {
    char block[4096];
    read_block(client, block, sizeof(block));
    assert_string_equal(block, expected);
}

/* The answer's header and its first bytes. */
static void assert_begun(struct client *client) {
    struct answer answer;
    char block[64];
    client_read_head(client, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Content-Type", "text/event-stream");
    assert_header(&answer, "Cache-Control", "no-store");
    assert_header(&answer, "X-Accel-Buffering", "no");
    assert_header(&answer, "Connection", "close");
    assert_header(&answer, "Content-Length", NULL);
    read_block(client, block, sizeof(block));
    assert_memory_equal(block, ": ok\nretry: ", 12);
}

static struct member *follow(struct client *client, struct fixture *fixture, enum via via) {
    client_connect(client, fixture, via);
    ask(client, "/sse/prices", "");
    struct member *member = take_subscribe(fixture, "{\"action\":\"subscribe\"}");
    accept_member(fixture, member, 7);
    assert_begun(client);
    assert_block(client, "id: " FIXTURE_EPOCH ":7\n\n");
    return member;
}

static void assert_follows(struct fixture *fixture, enum via via) {
    struct client client;
    struct member *member;
    if (via == VIA_TLS)
        fixture_use_tls(fixture);
    fixture_start(fixture);
    member = follow(&client, fixture, via);
    say(fixture, member, "{\"type\":\"t\",\"offset\":8,\"epoch\":\"" FIXTURE_EPOCH "\"}");
    say(fixture, member, "{\"type\":\"news\"}");
    assert_block(&client,
                 "event: t\nid: " FIXTURE_EPOCH ":8\n"
                 "data: {\"type\":\"t\",\"offset\":8,\"epoch\":\"" FIXTURE_EPOCH "\"}\n\n");
    assert_block(&client, "event: news\ndata: {\"type\":\"news\"}\n\n");
    hub_say(fixture, close_message_create(member, 4000, sentio_text("enough")));
    assert_block(&client, "event: close\n"
                          "data: {\"type\":\"close\",\"code\":4000,\"reason\":\"enough\"}\n\n");
    hub_forget(fixture);
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_reader_gets_events_until_it_is_closed(void **state) {
    assert_follows(*state, VIA_TCP);
}

static void a_reader_gets_events_over_tls(void **state) {
    assert_follows(*state, VIA_TLS);
}

static void a_reader_gets_events_over_a_unix_socket(void **state) {
    assert_follows(*state, VIA_UNIX);
}

static void the_query_is_handed_to_the_hub_as_a_subscribe(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "/sse/prices?symbols=a,b%2Cc&user_id=u%201&last_event_id=0b:1",
        "Last-Event-ID: 0a:5\r\nOrigin: https://dash.example\r\n");
    struct member *member = take_subscribe(
        fixture, "{\"action\":\"subscribe\",\"since\":{\"epoch\":\"0a\",\"offset\":5},"
                 "\"symbols\":[\"a\",\"b\",\"c\"],\"user_id\":\"u 1\"}");
    struct answer answer;
    accept_member(fixture, member, 7);
    client_read_head(&client, &answer);
    assert_header(&answer, "Access-Control-Allow-Origin", "https://dash.example");
    client_disconnect(&client);
    hub_forget(fixture);
}

struct refusal {
    const char *target;
    unsigned code; /* of a close; 0: an error */
    const char *text;
    int status;
    const char *detail;
};

static void assert_refused(struct fixture *fixture, const struct refusal *refusal) {
    struct client client;
    struct answer answer;
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, refusal->target, "");
    struct member *member = take_subscribe(fixture, NULL);
    if (refusal->code)
        hub_say(fixture, close_message_create(member, refusal->code, sentio_text(refusal->text)));
    else
        hub_say(fixture, text_message_create(member, true, sentio_text(refusal->text)));
    hub_forget(fixture);
    assert_answer(&client, &answer, refusal->status, refusal->detail);
    assert_header(&answer, "Connection", "close");
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_refusal_before_the_first_event_is_an_http_status(void **state) {
    static const struct refusal refusals[] = {
        {"/sse/prices", 1008, "user_id required", 401, "{\"detail\":\"user_id required\"}"},
        {"/sse/prices?user_id=u", 1008, "not yours", 403, "not yours"},
        {"/sse/prices?user_id=u", 1008, REASON_PER_USER, 429, REASON_PER_USER},
        {"/sse/prices", 1001, "the channel was removed", 503, "the channel was removed"},
        {"/sse/prices", 0, "{\"type\":\"error\",\"message\":\"a \\\"b\\\"\",\"code\":\"other\"}",
         422, "{\"detail\":\"a \\\"b\\\"\"}"},
        {"/sse/prices", 0, "{\"type\":\"error\",\"message\":\"m\",\"code\":\"timeout\"}", 503, "m"},
        {"/sse/prices", 0, "{\"type\":\"error\",\"message\":\"m\",\"code\":\"failed\"}", 500, "m"},
        {"/sse/prices", 0, "{\"type\":\"error\",\"message\":\"m\",\"code\":\"channel_removed\"}",
         404, "m"},
    };
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        assert_refused(fixture, &refusals[i]);
}

static void what_no_hub_need_be_asked_is_refused_at_once(void **state) {
    static const struct {
        const char *target;
        const char *headers;
        int status;
    } table[] = {
        {"/sse/nothing", "", 404},
        {"/sse/", "", 404},
        {"/sse", "", 400},
        {"/sse?channels=", "", 400},
        {"/sse?channels=a", "", 404},
        {"/sse?channels=prices,x", "", 404},
        {"/sse/prices,silent", "", 404},
        {"/sse/prices?x=%ff", "", 400},
        {"/sse/prices", "Origin: https://evil.example\r\n", 403},
        {"/sse/prices?user_id=*", "", 422},
        {"/sse/prices?id=1&channel=silent", "", 404},
        {"/sse/prices", "Last-Event-ID: closed\r\n", 204},
    };
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct client client;
        struct answer answer;
        client_connect(&client, fixture, VIA_TCP);
        ask(&client, table[i].target, table[i].headers);
        assert_answer(&client, &answer, table[i].status, NULL);
        client_disconnect(&client);
    }
}

static void head_is_answered_without_a_subscription(void **state) {
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, "HEAD /sse/prices HTTP/1.1\r\n" HOST "\r\n");
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Content-Type", "text/event-stream");
    assert_closed(&client);
    client_disconnect(&client);
}

static void the_answer_waits_for_every_channel(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "/sse?channels=silent,prices&prices.symbols=a", "");
    struct member *first =
        take_subscribe(fixture, "{\"action\":\"subscribe\",\"channel\":\"silent\"}");
    struct member *second = take_subscribe(
        fixture, "{\"action\":\"subscribe\",\"channel\":\"prices\",\"symbols\":[\"a\"]}");
    accept_member(fixture, second, 7);
    say(fixture, second,
        "{\"type\":\"early\",\"channel\":\"prices\",\"offset\":8,\"epoch\":\"1\"}");
    accept_member(fixture, second, 7); /* a change of its own, and no answer */
    accept_member(fixture, first, 3);
    assert_begun(&client);
    assert_block(&client, "id: prices=" FIXTURE_EPOCH ":7\n\n");
    assert_block(&client,
                 "event: early\nid: prices=1:8\n"
                 "data: "
                 "{\"type\":\"early\",\"channel\":\"prices\",\"offset\":8,\"epoch\":\"1\"}\n\n");
    assert_block(&client, "id: silent=" FIXTURE_EPOCH ":3,prices=1:8\n\n");
    client_disconnect(&client);
    hub_forget(fixture);
    hub_forget(fixture);
}

static void one_channels_refusal_is_the_answer_for_all(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "/sse?channels=prices,silent", "");
    struct member *first = take_subscribe(fixture, NULL);
    struct member *second = take_subscribe(fixture, NULL);
    accept_member(fixture, first, 7);
    hub_say(fixture, close_message_create(second, 1008, sentio_text("no")));
    hub_forget(fixture);
    hub_forget(fixture);
    assert_answer(&client, &answer, 401, "{\"detail\":\"no\"}");
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_reader_that_goes_before_it_is_answered_leaves(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "/sse/prices", "");
    struct member *member = take_subscribe(fixture, NULL);
    client_disconnect(&client);
    accept_member(fixture, member, 7);
    hub_forget(fixture);
}

static void a_refusal_of_1008_is_marked_by_its_id(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    struct member *member = follow(&client, fixture, VIA_TCP);
    hub_say(fixture, close_message_create(member, 1008, sentio_text("kicked")));
    assert_block(&client, "event: close\nid: closed\n"
                          "data: {\"type\":\"close\",\"code\":1008,\"reason\":\"kicked\"}\n\n");
    hub_forget(fixture);
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_silent_reader_is_pinged_again_and_again(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture->config.server.heartbeat = 100;
    fixture->config.server.heartbeat_timeout = 100;
    fixture_start(fixture);
    follow(&client, fixture, VIA_TCP);
    for (int i = 0; i < 5; i++)
        assert_block(&client, ": ping\n\n");
    client_disconnect(&client);
    hub_forget(fixture);
}

static void a_host_that_ends_tells_its_readers(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    follow(&client, fixture, VIA_TCP);
    io_stop(fixture->io);
    assert_block(&client, "event: close\ndata: {\"type\":\"close\",\"code\":1001,"
                          "\"reason\":\"the host is going away\"}\n\n");
    assert_closed(&client);
    client_disconnect(&client);
    hub_forget(fixture);
}

static void a_host_that_ends_refuses_who_waits(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "/sse/prices", "");
    struct member *member = take_subscribe(fixture, NULL);
    io_stop(fixture->io);
    accept_member(fixture, member, 7);
    assert_answer(&client, &answer, 503, "the host is shutting down");
    assert_header(&answer, "Retry-After", "5");
    client_disconnect(&client);
    hub_forget(fixture);
}

/* A message of that size, whose number is known by its first bytes. */
static void say_large(struct fixture *fixture, struct member *member, int number, size_t size) {
    char *text = malloc(size + 64);
    assert_non_null(text);
    int used = snprintf(text, 64, "{\"type\":\"n%d\",\"data\":\"", number);
    memset(text + used, 'a' + number % 26, size);
    memcpy(text + used + size, "\"}", 3);
    say(fixture, member, text);
    free(text);
}

static void assert_large(struct client *client, int number, size_t size) {
    char *text = malloc(size + 128);
    char expected[64];
    assert_non_null(text);
    read_block(client, text, size + 128);
    int used = snprintf(expected, sizeof(expected),
                        "event: n%d\ndata: {\"type\":\"n%d\",\"data\":\"", number, number);
    assert_memory_equal(text, expected, used);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(text[(size_t)used + i], 'a' + number % 26);
    assert_string_equal(text + used + size, "\"}\n\n");
    free(text);
}

static void read_late(struct fixture *fixture, enum via via) {
    enum { COUNT = 60, SIZE = 15000 };
    struct client client;
    fixture->send_buffer = fixture->receive_buffer = TINY;
    if (via == VIA_TLS)
        fixture_use_tls(fixture);
    fixture_start(fixture);
    struct member *member = follow(&client, fixture, via);
    for (int i = 0; i < COUNT; i++)
        say_large(fixture, member, i, SIZE);
    for (int i = 0; i < COUNT; i++)
        assert_large(&client, i, SIZE);
    client_disconnect(&client);
    hub_forget(fixture);
}

static void a_late_reader_gets_everything_in_order(void **state) {
    read_late(*state, VIA_TCP);
}

static void a_late_reader_gets_everything_in_order_over_tls(void **state) {
    read_late(*state, VIA_TLS);
}

static void read_too_late(struct fixture *fixture, enum via via) {
    enum { COUNT = 200, SIZE = 15000 };
    struct client client;
    char block[SIZE + 128];
    int got = 0;
    fixture->send_buffer = fixture->receive_buffer = TINY;
    if (via == VIA_TLS)
        fixture_use_tls(fixture);
    fixture_start(fixture);
    struct member *member = follow(&client, fixture, via);
    for (int i = 0; i < COUNT; i++)
        say_large(fixture, member, i, SIZE);
    hub_forget(fixture);
    read_block(&client, block, sizeof(block));
    for (; memcmp(block, "event: close\n", 13) != 0; got++) {
        char expected[64];
        int size = snprintf(expected, sizeof(expected), "event: n%d\n", got);
        assert_memory_equal(block, expected, size);
        read_block(&client, block, sizeof(block));
    }
    assert_in_range(got, 1, COUNT - 1);
    assert_non_null(strstr(block, "\"code\":4101"));
    assert_null(strstr(block, "id:"));
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_reader_that_is_too_slow_gets_whole_events_and_4101(void **state) {
    read_too_late(*state, VIA_TCP);
}

static void a_reader_that_is_too_slow_gets_whole_events_and_4101_over_tls(void **state) {
    read_too_late(*state, VIA_TLS);
}

static void what_a_reader_says_is_passed_over(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    struct member *member = follow(&client, fixture, VIA_TCP);
    ask(&client, "/api/v1/health", "");
    say(fixture, member, "{\"type\":\"t\"}");
    assert_block(&client, "event: t\ndata: {\"type\":\"t\"}\n\n");
    client_disconnect(&client);
    hub_forget(fixture);
}

static void a_channel_that_goes_takes_its_readers_with_it(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    follow(&client, fixture, VIA_TCP);
    struct view *view = fixture_view(fixture, &fixture->config, 0);
    hub_say(fixture, view_message_create(view_ref(view)));
    assert_block(&client, "event: close\ndata: {\"type\":\"close\",\"code\":1001,"
                          "\"reason\":\"the channel was removed\"}\n\n");
    hub_forget(fixture);
    message_destroy(hub_take(fixture, MESSAGE_VIEW));
    assert_closed(&client);
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_reader_gets_events_until_it_is_closed),
        TEST(a_reader_gets_events_over_tls),
        TEST(a_reader_gets_events_over_a_unix_socket),
        TEST(the_query_is_handed_to_the_hub_as_a_subscribe),
        TEST(a_refusal_before_the_first_event_is_an_http_status),
        TEST(what_no_hub_need_be_asked_is_refused_at_once),
        TEST(head_is_answered_without_a_subscription),
        TEST(the_answer_waits_for_every_channel),
        TEST(one_channels_refusal_is_the_answer_for_all),
        TEST(a_reader_that_goes_before_it_is_answered_leaves),
        TEST(a_refusal_of_1008_is_marked_by_its_id),
        TEST(a_silent_reader_is_pinged_again_and_again),
        TEST(a_host_that_ends_tells_its_readers),
        TEST(a_host_that_ends_refuses_who_waits),
        TEST(a_late_reader_gets_everything_in_order),
        TEST(a_late_reader_gets_everything_in_order_over_tls),
        TEST(a_reader_that_is_too_slow_gets_whole_events_and_4101),
        TEST(a_reader_that_is_too_slow_gets_whole_events_and_4101_over_tls),
        TEST(what_a_reader_says_is_passed_over),
        TEST(a_channel_that_goes_takes_its_readers_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
