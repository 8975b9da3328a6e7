/* SPDX-License-Identifier: MIT */
#include "admin/admin_api.h"

#include "io_client.h"

#define HOST "Host: localhost\r\n"
#define TOKEN "Authorization: Bearer alpha\r\n"
#define JSON "Content-Type: application/json\r\n"

/* With the administrator "boss", whose token is "alpha"; the unix listener is the control socket.
 */
static void start(struct fixture *fixture) {
    fixture_write(fixture->paths[3], ALPHA);
    fixture->config.auth.admin_tokens_file = fixture->paths[3];
    fixture->listen[1].control = true;
    fixture_start(fixture);
}

static void assert_refused(struct fixture *fixture, enum via via, const char *request, int status,
                           const char *detail) {
    struct client client;
    struct answer answer;
    client_connect(&client, fixture, via);
    client_say(&client, request);
    assert_answer(&client, &answer, status, detail);
    assert_header(&answer, "Content-Type", "application/json");
    client_disconnect(&client);
}

static void only_the_api_s_paths_are_its_own(void **state) {
    static const char *const others[] = {"/api/v1/hosts", "/api/v1/hos", "/api/v1", "/"};
    (void)state;
    assert_true(admin_api_has(sentio_text("/api/v1/host")));
    assert_true(admin_api_has(sentio_text("/api/v1/host/")));
    assert_true(admin_api_has(sentio_text("/api/v1/host/channels")));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(admin_api_has(sentio_text(others[i])));
}

static void a_question_goes_to_the_hub_with_who_asks_and_the_query(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    for (int i = 0; i < 2; i++) { /* one connection, kept alive */
        client_say(&client, "GET /api/v1/host/channels?a=b%20c HTTP/1.1\r\n" HOST TOKEN "\r\n");
        struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
        assert_int_equal(query->what, QUERY_ADMIN);
        assert_text(query->user, "admin:boss");
        assert_text(query->parameters, "{\"a\":\"b c\"}");
        hub_answer(fixture, query->request, 200, "{\"channels\":[]}");
        message_destroy(&query->head);
        assert_answer(&client, &answer, 200, "{\"channels\":[]}");
        assert_header(&answer, "Cache-Control", "no-store");
    }
    client_disconnect(&client);
}

static void the_control_socket_needs_no_token(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    client_say(&client, "GET /api/v1/host HTTP/1.1\r\n" HOST "\r\n");
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    assert_int_equal(query->what, QUERY_ADMIN);
    assert_text(query->user, "control");
    hub_answer(fixture, query->request, 200, "{}");
    message_destroy(&query->head);
    assert_answer(&client, &answer, 200, "{}");
    client_disconnect(&client);
}

static void without_an_admin_token_everything_is_401(void **state) {
    static const char *const requests[] = {
        "GET /api/v1/host HTTP/1.1\r\n" HOST "\r\n",
        "GET /api/v1/host HTTP/1.1\r\n" HOST "Authorization: Bearer beta\r\n\r\n",
        "GET /api/v1/host/nothing HTTP/1.1\r\n" HOST "\r\n",
        "DELETE /api/v1/host HTTP/1.1\r\n" HOST "\r\n",
        "POST /api/v1/host/channels/prices/publish HTTP/1.1\r\n" HOST JSON
        "Content-Length: 2\r\n\r\n{}",
    };
    struct fixture *fixture = *state;
    start(fixture);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        assert_refused(fixture, VIA_TCP, requests[i], 401, "the admin role is required");
}

static void what_is_not_there_is_404(void **state) {
    static const char *const requests[] = {
        "GET /api/v1/host/nothing HTTP/1.1\r\n" HOST TOKEN "\r\n",
        "GET /api/v1/host/ HTTP/1.1\r\n" HOST TOKEN "\r\n",
        "POST /api/v1/host/nothing HTTP/1.1\r\n" HOST TOKEN JSON "Content-Length: 2\r\n\r\n{}",
    };
    struct fixture *fixture = *state;
    start(fixture);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        assert_refused(fixture, VIA_TCP, requests[i], 404, "there is nothing at this path");
}

static void a_wrong_method_is_405_with_the_right_one(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "DELETE /api/v1/host HTTP/1.1\r\n" HOST TOKEN "\r\n");
    assert_answer(&client, &answer, 405, "this takes GET");
    assert_header(&answer, "Allow", "GET, HEAD, OPTIONS");
    client_disconnect(&client);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "GET /api/v1/host/channels/prices/publish HTTP/1.1\r\n" HOST TOKEN "\r\n");
    assert_answer(&client, &answer, 405, "this takes POST");
    assert_header(&answer, "Allow", "POST, OPTIONS");
    client_disconnect(&client);
    assert_refused(fixture, VIA_TCP,
                   "POST /api/v1/host HTTP/1.1\r\n" HOST TOKEN JSON "Content-Length: 2\r\n\r\n{}",
                   405, "this takes GET");
}

static void a_refused_post_s_connection_goes_on_once_its_body_is_read(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "POST /api/v1/host/nothing HTTP/1.1\r\n" HOST TOKEN JSON
                        "Content-Length: 2\r\n\r\n");
    client_say(&client, "{}");
    assert_answer(&client, &answer, 404, "there is nothing at this path");
    client_say(&client, "POST /api/v1/host HTTP/1.1\r\n" HOST TOKEN "Content-Length: 0\r\n\r\n");
    assert_answer(&client, &answer, 405, "this takes GET");
    client_disconnect(&client);
}

static void a_query_that_is_not_utf8_is_400(void **state) {
    start(*state);
    assert_refused(*state, VIA_TCP, "GET /api/v1/host?a=%FF HTTP/1.1\r\n" HOST TOKEN "\r\n", 400,
                   "the query is not valid");
}

static void an_administrator_publishes_by_name(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "POST /api/v1/host/channels/prices/publish HTTP/1.1\r\n" HOST TOKEN JSON
                        "Idempotency-Key: k1\r\nContent-Length: 11\r\n\r\n{\"data\":[]}");
    struct publish_message *message = hub_take(fixture, MESSAGE_PUBLISH);
    assert_text(message->publisher, "admin:boss");
    assert_text(message->key, "k1");
    assert_text(message->body, "{\"data\":[]}");
    assert_int_equal(message->channel, 0);
    assert_false(message->lines);
    hub_answer(fixture, message->request, 200, "{\"accepted\":0}");
    message_destroy(&message->head);
    assert_answer(&client, &answer, 200, "{\"accepted\":0}");
    client_disconnect(&client);
}

static void a_publish_is_checked_as_any_other_is(void **state) {
    struct fixture *fixture = *state;
    start(fixture);
    assert_refused(fixture, VIA_TCP,
                   "POST /api/v1/host/channels/none/publish HTTP/1.1\r\n" HOST TOKEN JSON
                   "Content-Length: 2\r\n\r\n{}",
                   404, "there is no such channel");
    assert_refused(fixture, VIA_TCP,
                   "POST /api/v1/host/channels/prices/publish HTTP/1.1\r\n" HOST TOKEN
                   "Content-Length: 2\r\n\r\n{}",
                   415, "the Content-Type must be application/json");
    assert_refused(fixture, VIA_TCP,
                   "POST /api/v1/host/channels/prices/publish HTTP/1.1\r\n" HOST TOKEN JSON
                   "Content-Length: 0\r\n\r\n",
                   422, "the body must be a JSON object");
    assert_refused(fixture, VIA_TCP,
                   "POST /api/v1/host/channels/prices/publish HTTP/1.1\r\n" HOST TOKEN JSON
                   "Origin: https://evil.example\r\nContent-Length: 2\r\n\r\n{}",
                   403, "this origin or host is not allowed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_api_s_paths_are_its_own),
        TEST(a_question_goes_to_the_hub_with_who_asks_and_the_query),
        TEST(the_control_socket_needs_no_token),
        TEST(without_an_admin_token_everything_is_401),
        TEST(what_is_not_there_is_404),
        TEST(a_wrong_method_is_405_with_the_right_one),
        TEST(a_refused_post_s_connection_goes_on_once_its_body_is_read),
        TEST(a_query_that_is_not_utf8_is_400),
        TEST(an_administrator_publishes_by_name),
        TEST(a_publish_is_checked_as_any_other_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
