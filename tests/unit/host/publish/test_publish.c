/* SPDX-License-Identifier: MIT */
#include "publish/publish.h"

#include <sched.h>

#include "io_client.h"

#define POST "POST /api/v1/publish/"
#define JSON "Host: localhost\r\nContent-Type: application/json\r\n"

/* One publish of `body`; `headers` are further lines. */
static void publish(struct client *client, const char *channel, const char *headers,
                    const char *body) {
    char text[8192];
    int size = snprintf(text, sizeof(text), POST "%s HTTP/1.1\r\n%sContent-Length: %zu\r\n\r\n%s",
                        channel, headers, strlen(body), body);
    assert_in_range(size, 1, sizeof(text) - 1);
    client_say(client, text);
}

static void assert_published(struct fixture *fixture, const char *publisher, const char *body) {
    struct publish_message *message = hub_take(fixture, MESSAGE_PUBLISH);
    assert_text(message->publisher, publisher);
    assert_text(message->body, body);
    assert_int_equal(message->channel, 0);
    hub_answer(fixture, message->request, 200, "{\"accepted\":1}");
    message_destroy(&message->head);
}

static void with_keys(struct fixture *fixture) {
    fixture_write(fixture->paths[4], ALPHA);
    fixture->config.publish.keys_file = fixture->paths[4];
}

static void a_body_reaches_the_hub_and_its_answer_the_publisher(void **state) {
    struct fixture *fixture = *state;
    fixture_use_tls(fixture);
    fixture_start(fixture);
    for (enum via via = VIA_TCP; via < VIA_COUNT; via++) {
        struct client client;
        struct answer answer;
        client_connect(&client, fixture, via);
        for (int i = 0; i < 3; i++) {
            publish(&client, "prices", JSON, "{\"data\":[]}");
            assert_published(fixture, "loopback", "{\"data\":[]}");
            assert_answer(&client, &answer, 200, "{\"accepted\":1}");
        }
        client_disconnect(&client);
    }
}

static void a_body_may_come_byte_by_byte(void **state) {
    static const char body[] = "{\"data\":[1,2,3]}";
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, POST "prices HTTP/1.1\r\n" JSON "Content-Length: 16\r\n\r\n");
    for (size_t i = 0; i < sizeof(body) - 1; i++)
        client_write(&client, body + i, 1);
    assert_published(*state, "loopback", body);
    assert_answer(&client, &answer, 200, NULL);
    client_disconnect(&client);
}

static void a_body_of_the_limit_is_taken_and_one_over_it_is_413(void **state) {
    struct client client;
    struct answer answer;
    char body[4098];
    fixture_use_tls(*state);
    fixture_start(*state);
    client_connect(&client, *state, VIA_TLS);
    memset(body, ' ', sizeof(body));
    body[4096] = '\0';
    publish(&client, "prices", JSON, body);
    assert_published(*state, "loopback", body);
    assert_answer(&client, &answer, 200, NULL);
    body[4096] = ' ';
    body[4097] = '\0';
    publish(&client, "prices", JSON, body);
    assert_answer(&client, &answer, 413, "publish.body_size");
    publish(&client, "prices", JSON, "{}");
    assert_published(*state, "loopback", "{}");
    assert_answer(&client, &answer, 200, NULL);
    client_disconnect(&client);
}

static void a_body_too_big_to_be_read_is_413_at_once(void **state) {
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, POST "prices HTTP/1.1\r\n" JSON "Content-Length: 67108865\r\n\r\n");
    assert_answer(&client, &answer, 413, NULL);
    assert_header(&answer, "Connection", "close");
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_refused_body_is_read_and_the_connection_kept(void **state) {
    static const struct {
        const char *channel;
        const char *headers;
        int status;
    } cases[] = {
        {"nothing", JSON, 404},
        {"silent", JSON, 404}, /* its plugin emits nothing */
        {"prices", "Host: localhost\r\n", 415},
        {"prices", "Host: localhost\r\nContent-Type: text/plain\r\n", 415},
        {"prices", "Host: localhost\r\nContent-Type: application/jsonx\r\n", 415},
    };
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        publish(&client, cases[i].channel, cases[i].headers, "{\"data\":[]}");
        assert_answer(&client, &answer, cases[i].status, "\"detail\"");
    }
    publish(&client, "prices", JSON, "");
    assert_answer(&client, &answer, 422, "JSON object");
    publish(&client, "prices",
            "Host: localhost\r\nContent-Type: Application/JSON; charset=utf-8\r\n", "{}");
    assert_published(*state, "loopback", "{}");
    assert_answer(&client, &answer, 200, NULL);
    client_disconnect(&client);
}

static void with_a_keys_file_a_key_is_required(void **state) {
    struct client client;
    struct answer answer;
    with_keys(*state);
    fixture_start(*state);
    client_connect(&client, *state, VIA_UNIX);
    publish(&client, "prices", JSON, "{}");
    assert_answer(&client, &answer, 401, "publisher key");
    assert_header(&answer, "WWW-Authenticate", "Bearer");
    publish(&client, "prices", JSON "Authorization: Bearer beta\r\n", "{}");
    assert_answer(&client, &answer, 401, NULL);
    publish(&client, "prices", JSON "Authorization: Basic alpha\r\n", "{}");
    assert_answer(&client, &answer, 401, NULL);
    publish(&client, "prices", JSON "Authorization: bearer alpha\r\n", "{}");
    assert_published(*state, "boss", "{}");
    assert_answer(&client, &answer, 200, NULL);
    client_disconnect(&client);
}

static void without_keys_only_loopback_may_publish(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture->listen[0].loopback = false;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    publish(&client, "prices", JSON, "{}");
    assert_answer(&client, &answer, 401, NULL);
    client_disconnect(&client);
}

static void other_methods_are_405_with_post_allowed(void **state) {
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, "GET /api/v1/publish/prices HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&client, &answer, 405, NULL);
    assert_header(&answer, "Allow", "POST, OPTIONS");
    client_disconnect(&client);
}

static void a_client_that_expects_100_is_told_to_go_on(void **state) {
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client,
               POST "prices HTTP/1.1\r\n" JSON "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 100);
    client_say(&client, "{}");
    assert_published(*state, "loopback", "{}");
    assert_answer(&client, &answer, 200, NULL);
    client_disconnect(&client);
}

/* libwebsockets hands the second one's head over as a body. */
static void over_tls_what_is_pipelined_is_refused(void **state) {
    struct client client;
    struct fixture *fixture = *state;
    fixture_use_tls(fixture);
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TLS);
    static const char request[] =
        POST "prices HTTP/1.1\r\n" JSON "Content-Length: 7\r\n\r\n{\"a\":1}";
    char text[512];
    snprintf(text, sizeof(text), "%s%s", request, request);
    client_say(&client, text);
    assert_published(fixture, "loopback", "{\"a\":1}");
    struct answer answer;
    assert_answer(&client, &answer, 200, NULL);
    assert_answer(&client, &answer, 503, "send it again");
    assert_header(&answer, "Connection", "close");
    assert_closed(&client);
    client_disconnect(&client);
    fixture_stop(fixture);
    assert_null(hub_poll(fixture));
}

/* Fills the hub's queue with a first publish, so that the next one waits. */
static void fill_queue(struct fixture *fixture, struct client *first, struct client *second) {
    fixture->config.limits.queue = 1;
    fixture_start(fixture);
    client_connect(first, fixture, VIA_TCP);
    client_connect(second, fixture, VIA_UNIX);
    publish(first, "prices", JSON, "{\"first\":1}");
    while (!queue_full(&fixture->to_hub))
        sched_yield();
    publish(second, "prices", JSON, "{\"second\":2}");
}

static void a_publisher_that_waits_is_served_when_there_is_room(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    struct answer answer;
    fill_queue(fixture, &first, &second);
    assert_published(fixture, "loopback", "{\"first\":1}");
    assert_answer(&first, &answer, 200, NULL);
    assert_published(fixture, "loopback", "{\"second\":2}");
    assert_answer(&second, &answer, 200, NULL);
    client_disconnect(&first);
    client_disconnect(&second);
}

static void a_publisher_that_waits_too_long_is_answered_503(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    struct answer answer;
    fixture->config.publish.wait = 20;
    fill_queue(fixture, &first, &second);
    assert_answer(&second, &answer, 503, "busy");
    assert_header(&answer, "Retry-After", "1");
    assert_published(fixture, "loopback", "{\"first\":1}");
    assert_answer(&first, &answer, 200, NULL);
    publish(&second, "prices", JSON, "{\"again\":2}");
    assert_published(fixture, "loopback", "{\"again\":2}");
    assert_answer(&second, &answer, 200, NULL);
    client_disconnect(&first);
    client_disconnect(&second);
}

static void a_publisher_that_goes_away_is_let_go(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    publish(&client, "prices", JSON, "{}");
    struct publish_message *message = hub_take(fixture, MESSAGE_PUBLISH);
    client_disconnect(&client);
    hub_answer(fixture, message->request, 200, "{}");
    message_destroy(&message->head);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, POST "prices HTTP/1.1\r\n" JSON "Content-Length: 9\r\n\r\n{\"ha");
    client_disconnect(&client);
}

static void a_publisher_that_goes_away_while_it_waits_is_let_go(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    struct answer answer;
    fill_queue(fixture, &first, &second);
    client_disconnect(&second);
    assert_published(fixture, "loopback", "{\"first\":1}");
    assert_answer(&first, &answer, 200, NULL);
    client_disconnect(&first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_body_reaches_the_hub_and_its_answer_the_publisher),
        TEST(a_body_may_come_byte_by_byte),
        TEST(a_body_of_the_limit_is_taken_and_one_over_it_is_413),
        TEST(a_body_too_big_to_be_read_is_413_at_once),
        TEST(a_refused_body_is_read_and_the_connection_kept),
        TEST(with_a_keys_file_a_key_is_required),
        TEST(without_keys_only_loopback_may_publish),
        TEST(other_methods_are_405_with_post_allowed),
        TEST(a_client_that_expects_100_is_told_to_go_on),
        TEST(over_tls_what_is_pipelined_is_refused),
        TEST(a_publisher_that_waits_is_served_when_there_is_room),
        TEST(a_publisher_that_waits_too_long_is_answered_503),
        TEST(a_publisher_that_goes_away_is_let_go),
        TEST(a_publisher_that_goes_away_while_it_waits_is_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
