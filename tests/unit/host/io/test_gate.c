/* SPDX-License-Identifier: MIT */
#include "io/gate.h"

#include "io_client.h"

#define HOST "Host: localhost\r\n"
#define EMPTY "Content-Length: 0\r\n"

/* The fixture's unix listener becomes the control socket. */
static void start(struct fixture *fixture) {
    fixture->listen[1].control = true;
    fixture_start(fixture);
}

static struct query_message *take_query(struct fixture *fixture, const char *path) {
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    assert_int_equal(query->what, QUERY_CONTROL);
    assert_true(sentio_is(query->path, path));
    return query;
}

static void a_question_goes_to_the_hub_with_its_parameters(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    for (int i = 0; i < 3; i++) { /* one connection, kept alive */
        client_say(&client, "GET /control/v1/status?a=b%20c HTTP/1.1\r\n" HOST "\r\n");
        struct query_message *query = take_query(fixture, "/control/v1/status");
        assert_false(query->post);
        assert_true(sentio_is(query->parameters, "{\"a\":\"b c\"}"));
        hub_answer(fixture, query->request, 200, "{\"pid\":1}");
        message_destroy(&query->head);
        assert_answer(&client, &answer, 200, "{\"pid\":1}");
    }
    client_disconnect(&client);
}

static void nothing_of_the_public_api_is_on_the_control_socket(void **state) {
    static const char *const requests[] = {
        "GET /api/v1/health HTTP/1.1\r\n" HOST "\r\n",
        "GET /api/v1/price/AAPL HTTP/1.1\r\n" HOST "\r\n",
        "GET /ws/prices HTTP/1.1\r\n" HOST "\r\n",
        "POST /api/v1/publish/prices HTTP/1.1\r\n" HOST EMPTY "\r\n",
        "GET /control/v1/ HTTP/1.1\r\n" HOST "\r\n",
        "GET /control/v1/status/ HTTP/1.1\r\n" HOST "\r\n",
    };
    struct fixture *fixture = *state;
    start(fixture);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct client client;
        struct answer answer;
        client_connect(&client, fixture, VIA_UNIX);
        client_say(&client, requests[i]);
        assert_answer(&client, &answer, 404, "there is nothing at this path of the control socket");
        client_disconnect(&client);
    }
}

static void a_websocket_is_refused_on_the_control_socket(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, "GET /ws/prices HTTP/1.1\r\n" HOST "Upgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    assert_answer(&client, &answer, 404, "there is no such channel");
    client_disconnect(&client);
}

static void a_public_listener_has_nothing_of_the_control_socket(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "GET /control/v1/status HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 404, "{\"detail\":\"there is nothing at this path\"}");
    client_disconnect(&client);
}

static void a_wrong_method_is_405_with_the_right_one(void **state) {
    static const char *const requests[] = {
        "POST /control/v1/status HTTP/1.1\r\n" HOST EMPTY "\r\n",
        "DELETE /control/v1/status HTTP/1.1\r\n" HOST "\r\n",
        "OPTIONS /control/v1/channels HTTP/1.1\r\n" HOST "\r\n",
    };
    struct fixture *fixture = *state;
    start(fixture);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct client client;
        struct answer answer;
        client_connect(&client, fixture, VIA_UNIX);
        client_say(&client, requests[i]);
        assert_answer(&client, &answer, 405, "this takes GET");
        assert_header(&answer, "Allow", "GET, HEAD, OPTIONS");
        client_disconnect(&client);
    }
}

static void what_takes_post_says_so(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, "GET /control/v1/reload HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 405, "this takes POST");
    assert_header(&answer, "Allow", "POST, OPTIONS");
    client_disconnect(&client);
}

static void posts_are_answered_in_order_however_late_the_first_is(void **state) {
    static const char post[] = "POST /control/v1/reload?n=1 HTTP/1.1\r\n" HOST EMPTY "\r\n"
                               "POST /control/v1/reload?n=2 HTTP/1.1\r\n" HOST EMPTY "\r\n";
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, post);
    struct query_message *first = take_query(fixture, "/control/v1/reload");
    assert_true(first->post);
    assert_true(sentio_is(first->parameters, "{\"n\":\"1\"}"));
    struct query_message *second = take_query(fixture, "/control/v1/reload");
    assert_true(sentio_is(second->parameters, "{\"n\":\"2\"}"));
    hub_answer(fixture, second->request, 409, "{\"n\":2}");
    hub_answer(fixture, first->request, 200, "{\"n\":1}");
    message_destroy(&first->head);
    message_destroy(&second->head);
    assert_answer(&client, &answer, 200, "{\"n\":1}");
    assert_answer(&client, &answer, 409, "{\"n\":2}");
    client_disconnect(&client);
}

/* After a GET it is libwebsockets that has the connection. */
static void a_post_after_a_get_on_one_connection_is_answered(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, "GET /control/v1/status HTTP/1.1\r\n" HOST "\r\n");
    struct query_message *query = take_query(fixture, "/control/v1/status");
    hub_answer(fixture, query->request, 200, "{}");
    message_destroy(&query->head);
    assert_answer(&client, &answer, 200, "{}");
    for (int i = 0; i < 3; i++) {
        client_say(&client, "POST /control/v1/reload HTTP/1.1\r\n" HOST EMPTY "\r\n");
        query = take_query(fixture, "/control/v1/reload");
        assert_true(query->post);
        hub_answer(fixture, query->request, 200, "{\"ok\":true}");
        message_destroy(&query->head);
        assert_answer(&client, &answer, 200, "{\"ok\":true}");
    }
    client_disconnect(&client);
}

static void a_body_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, "POST /control/v1/reload HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    assert_answer(&client, &answer, 400, "send no body");
    client_disconnect(&client);
}

static void a_query_that_is_not_utf8_is_400(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, "GET /control/v1/status?a=%FF HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 400, "the query is not valid");
    client_disconnect(&client);
}

static void the_answer_to_a_client_that_has_gone_is_dropped(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, "GET /control/v1/status HTTP/1.1\r\n" HOST "\r\n");
    struct query_message *query = take_query(fixture, "/control/v1/status");
    client_disconnect(&client);
    hub_answer(fixture, query->request, 200, "{}");
    message_destroy(&query->head);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_question_goes_to_the_hub_with_its_parameters),
        TEST(nothing_of_the_public_api_is_on_the_control_socket),
        TEST(a_websocket_is_refused_on_the_control_socket),
        TEST(a_public_listener_has_nothing_of_the_control_socket),
        TEST(a_wrong_method_is_405_with_the_right_one),
        TEST(what_takes_post_says_so),
        TEST(posts_are_answered_in_order_however_late_the_first_is),
        TEST(a_post_after_a_get_on_one_connection_is_answered),
        TEST(a_body_is_refused),
        TEST(a_query_that_is_not_utf8_is_400),
        TEST(the_answer_to_a_client_that_has_gone_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
