/* SPDX-License-Identifier: MIT */
#include "http/http.h"

#include "io_client.h"

#define HOST "Host: localhost\r\n"

static void ask(struct client *client, const char *request) {
    client_say(client, request);
}

static void nothing_at_a_path_is_404(void **state) {
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 404, "{\"detail\":\"there is nothing at this path\"}");
    assert_header(&answer, "Content-Type", "application/json");
    client_disconnect(&client);
}

static void other_methods_are_405_with_what_is_allowed(void **state) {
    static const char *const requests[] = {
        "DELETE /api/v1/health HTTP/1.1\r\n" HOST "\r\n",
        "PUT /api/v1/price/AAPL HTTP/1.1\r\n" HOST "\r\n",
        "POST /api/v1/health HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
    };
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct client client;
        struct answer answer;
        client_connect(&client, fixture, VIA_TCP);
        ask(&client, requests[i]);
        assert_answer(&client, &answer, 405, "this resource takes GET");
        assert_header(&answer, "Allow", "GET, HEAD, OPTIONS");
        client_disconnect(&client);
    }
}

static void a_websocket_path_asked_plainly_is_426(void **state) {
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, "GET /ws/prices HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 426, "WebSocket");
    assert_header(&answer, "Upgrade", "websocket");
    client_disconnect(&client);
}

static void a_route_is_asked_of_the_hub_and_answered(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    for (int i = 0; i < 3; i++) { /* one connection, kept alive */
        ask(&client, "GET /api/v1/price/AAPL?user_id=u%201&x=1 HTTP/1.1\r\n" HOST "\r\n");
        struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
        assert_int_equal(query->what, QUERY_ROUTE);
        assert_int_equal(query->route, 0);
        assert_text(query->pattern, "/api/v1/price/{symbol}");
        assert_text(query->path, "/api/v1/price/AAPL");
        assert_text(query->user, "u 1");
        assert_text(query->parameters, "{\"symbol\":\"AAPL\",\"user_id\":\"u 1\",\"x\":\"1\"}");
        hub_answer(fixture, query->request, 200, "{\"price\":1}");
        message_destroy(&query->head);
        assert_answer(&client, &answer, 200, "{\"price\":1}");
    }
    client_disconnect(&client);
}

static void health_and_channels_are_the_hosts_own(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    ask(&client, "GET /api/v1/health HTTP/1.1\r\n" HOST "\r\n");
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    assert_int_equal(query->what, QUERY_HEALTH);
    hub_answer(fixture, query->request, 200, "{}");
    message_destroy(&query->head);
    assert_answer(&client, &answer, 200, "{}");
    ask(&client, "GET /api/v1/channels HTTP/1.1\r\n" HOST "\r\n");
    query = hub_take(fixture, MESSAGE_QUERY);
    assert_int_equal(query->what, QUERY_CHANNELS);
    hub_answer(fixture, query->request, 503, "{}");
    message_destroy(&query->head);
    assert_answer(&client, &answer, 503, "{}");
    assert_header(&answer, "Retry-After", "1");
    client_disconnect(&client);
}

static void head_has_the_length_and_no_body(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "HEAD /api/v1/health HTTP/1.1\r\n" HOST "\r\n");
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    hub_answer(fixture, query->request, 200, "{\"a\":1}");
    message_destroy(&query->head);
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Content-Length", "7");
    ask(&client, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 404, NULL);
    client_disconnect(&client);
}

static void bodies_where_none_belong_are_refused(void **state) {
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"GET /api/v1/health HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}", 400},
        {"GET /api/v1/health HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400},
        {"POST /api/v1/publish/prices HTTP/1.1\r\n" HOST "Content-Length: 2x\r\n\r\n{}", 400},
        {"POST /api/v1/publish/prices HTTP/1.1\r\n" HOST
         "Content-Length: 1234567890123456789\r\n\r\n",
         400},
        {"POST /api/v1/publish/prices HTTP/1.1\r\n" HOST
         "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"POST /api/v1/publish/prices HTTP/1.1\r\n" HOST "\r\n", 411},
        {"POST /api/v1/publish/prices HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 411},
    };
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct client client;
        struct answer answer;
        client_connect(&client, fixture, VIA_TCP);
        ask(&client, cases[i].request);
        assert_answer(&client, &answer, cases[i].status, "\"detail\"");
        client_disconnect(&client);
    }
}

/* libwebsockets takes what follows for its body, so where that reads, the connection ends. */
static void a_post_without_a_length_has_no_body(void **state) {
    static const char *const requests[] = {
        "POST /api/v1/health HTTP/1.1\r\n" HOST "\r\n",
        "PUT /api/v1/health HTTP/1.1\r\n" HOST "\r\n",
    };
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, requests[0]);
    assert_answer(&client, &answer, 405, "takes GET");
    assert_header(&answer, "Connection", NULL);
    for (size_t i = 0; i < 2; i++) {
        ask(&client, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
        assert_answer(&client, &answer, 404, NULL);
        ask(&client, requests[i]);
        assert_answer(&client, &answer, 405, "takes GET");
        assert_header(&answer, "Connection", "close");
        assert_closed(&client);
        client_disconnect(&client);
        client_connect(&client, *state, VIA_TCP);
    }
    client_disconnect(&client);
}

static void an_allowed_origin_is_named_in_the_answer(void **state) {
    struct client client;
    struct answer answer;
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, "GET /nothing HTTP/1.1\r\n" HOST "Origin: https://dash.example\r\n\r\n");
    assert_answer(&client, &answer, 404, NULL);
    assert_header(&answer, "Access-Control-Allow-Origin", "https://dash.example");
    assert_header(&answer, "Vary", "Origin");
    ask(&client, "OPTIONS /api/v1/health HTTP/1.1\r\n" HOST "Origin: https://dash.example\r\n"
                 "Access-Control-Request-Method: GET\r\n\r\n");
    assert_answer(&client, &answer, 204, NULL);
    assert_header(&answer, "Access-Control-Allow-Origin", "https://dash.example");
    assert_header(&answer, "Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS");
    ask(&client, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 404, NULL);
    assert_header(&answer, "Access-Control-Allow-Origin", NULL);
    client_disconnect(&client);
}

static void another_origin_is_403_for_everything(void **state) {
    static const char *const requests[] = {
        "GET /api/v1/health HTTP/1.1\r\n" HOST "Origin: https://evil.example\r\n\r\n",
        "OPTIONS /api/v1/health HTTP/1.1\r\n" HOST "Origin: null\r\n\r\n",
        "POST /api/v1/publish/prices HTTP/1.1\r\n" HOST "Origin: https://evil.example\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "GET /ws/prices HTTP/1.1\r\n" HOST "Origin: https://evil.example\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    };
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct client client;
        struct answer answer;
        client_connect(&client, fixture, VIA_TCP);
        ask(&client, requests[i]);
        assert_answer(&client, &answer, 403, "origin");
        assert_header(&answer, "Access-Control-Allow-Origin", NULL);
        client_disconnect(&client);
    }
}

static void upgrades_are_refused_in_plain_http(void **state) {
    static const struct {
        const char *path;
        const char *version;
        int status;
    } cases[] = {{"/ws/nothing", "13", 404}, {"/ws/", "13", 404}, {"/ws/prices", "8", 426}};
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct client client;
        struct answer answer;
        char text[512];
        client_connect(&client, fixture, VIA_TCP);
        snprintf(text, sizeof(text),
                 "GET %s HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: %s\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "\r\n",
                 cases[i].path, cases[i].version);
        ask(&client, text);
        assert_answer(&client, &answer, cases[i].status, "\"detail\"");
        client_disconnect(&client);
    }
}

static void over_the_connection_limit_the_answer_is_429(void **state) {
    struct fixture *fixture = *state;
    struct client clients[3];
    struct answer answer;
    fixture->config.limits.connections = 2;
    fixture_start(fixture);
    for (int i = 0; i < 2; i++)
        client_open_ws(&clients[i], fixture, VIA_TCP);
    client_connect(&clients[2], fixture, VIA_TCP);
    ask(&clients[2], "GET /api/v1/health HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&clients[2], &answer, 429, "too many connections");
    assert_header(&answer, "Retry-After", "1");
    for (int i = 0; i < 3; i++)
        client_disconnect(&clients[i]);
}

static void a_header_over_the_limit_is_not_served(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    static char text[20000];
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    size_t at =
        (size_t)snprintf(text, sizeof(text), "GET /api/v1/health HTTP/1.1\r\n" HOST "Cookie: ");
    memset(text + at, 'a', 16000);
    memcpy(text + at + 16000, "\r\n\r\n", 4);
    send(client.fd, text, at + 16004, MSG_NOSIGNAL);
    char answer[64] = "";
    client_read_some(&client, answer, sizeof(answer) - 1);
    assert_null(strstr(answer, " 200 "));
    client_disconnect(&client);
    assert_null(hub_poll(fixture));
}

static void a_path_over_the_limit_is_404(void **state) {
    struct client client;
    struct answer answer;
    char text[2048];
    fixture_start(*state);
    client_connect(&client, *state, VIA_TCP);
    size_t at = (size_t)snprintf(text, sizeof(text), "GET /api/v1/price/");
    memset(text + at, 'a', 1024);
    snprintf(text + at + 1024, 64, " HTTP/1.1\r\n" HOST "\r\n");
    ask(&client, text);
    assert_answer(&client, &answer, 404, NULL);
    client_disconnect(&client);
}

/* With a reset, and with an orderly end; over a socket that the library no longer reads. */
static void a_client_that_goes_away_while_the_hub_has_its_request_is_let_go(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (int reset = 0; reset < 2; reset++) {
        const struct linger linger = {.l_onoff = 1};
        struct client client;
        client_connect(&client, fixture, VIA_TCP);
        ask(&client, "GET /api/v1/health HTTP/1.1\r\n" HOST "\r\n");
        struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
        if (reset)
            setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
        client_disconnect(&client);
        hub_answer(fixture, query->request, 200, "{}");
        message_destroy(&query->head);
    }
    struct client client;
    struct answer answer;
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(&client, &answer, 404, NULL);
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_at_a_path_is_404),
        TEST(other_methods_are_405_with_what_is_allowed),
        TEST(a_websocket_path_asked_plainly_is_426),
        TEST(a_route_is_asked_of_the_hub_and_answered),
        TEST(health_and_channels_are_the_hosts_own),
        TEST(head_has_the_length_and_no_body),
        TEST(bodies_where_none_belong_are_refused),
        TEST(a_post_without_a_length_has_no_body),
        TEST(an_allowed_origin_is_named_in_the_answer),
        TEST(another_origin_is_403_for_everything),
        TEST(upgrades_are_refused_in_plain_http),
        TEST(over_the_connection_limit_the_answer_is_429),
        TEST(a_header_over_the_limit_is_not_served),
        TEST(a_path_over_the_limit_is_404),
        TEST(a_client_that_goes_away_while_the_hub_has_its_request_is_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
