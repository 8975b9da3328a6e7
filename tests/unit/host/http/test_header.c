/* SPDX-License-Identifier: MIT */
#include "http/header.h"

#include "io_client.h"

/* What the hub is told of a GET of `target` with those header lines; the caller's. */
static struct query_message *query(struct fixture *fixture, struct client *client,
                                   const char *target, const char *headers) {
    static char text[8192];
    int size = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", target,
                        headers);
    assert_in_range(size, 1, sizeof(text) - 1);
    client_say(client, text);
    return hub_take(fixture, MESSAGE_QUERY);
}

static void finish(struct fixture *fixture, struct client *client, struct query_message *query) {
    struct answer answer;
    hub_answer(fixture, query->request, 200, "{}");
    message_destroy(&query->head);
    assert_answer(client, &answer, 200, "{}");
}

static void assert_parameters(struct fixture *fixture, struct client *client, const char *target,
                              const char *expected) {
    struct query_message *message = query(fixture, client, target, "");
    assert_text(message->parameters, expected);
    finish(fixture, client, message);
}

static void start(struct fixture *fixture, struct client *client) {
    fixture_write(fixture->paths[3], ALPHA);
    fixture->config.auth.admin_tokens_file = fixture->paths[3];
    fixture_start(fixture);
    client_connect(client, fixture, VIA_TCP);
}

static void parameters_are_decoded_and_the_first_of_a_name_counts(void **state) {
    static const struct {
        const char *target;
        const char *expected;
    } cases[] = {
        {"/api/v1/prices", "{}"},
        {"/api/v1/prices?", "{}"},
        {"/api/v1/prices?a=1&b=2", "{\"a\":\"1\",\"b\":\"2\"}"},
        {"/api/v1/prices?a=1&a=2", "{\"a\":\"1\"}"},
        {"/api/v1/prices?a", "{\"a\":\"\"}"},
        {"/api/v1/prices?a=", "{\"a\":\"\"}"},
        {"/api/v1/prices?a=b=c", "{\"a\":\"b=c\"}"},
        {"/api/v1/prices?s=A%2CB%22", "{\"s\":\"A,B\\\"\"}"},
        {"/api/v1/prices?s=caf%C3%A9", "{\"s\":\"caf\xc3\xa9\"}"},
    };
    struct client client;
    start(*state, &client);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_parameters(*state, &client, cases[i].target, cases[i].expected);
    client_disconnect(&client);
}

static void parameters_that_are_not_utf8_are_refused(void **state) {
    struct client client;
    struct answer answer;
    start(*state, &client);
    client_say(&client, "GET /api/v1/prices?a=%FF HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&client, &answer, 400, "not UTF-8");
    client_disconnect(&client);
}

static void thirty_two_parameters_are_taken_and_one_more_is_refused(void **state) {
    struct client client;
    struct answer answer;
    char target[512];
    start(*state, &client);
    size_t at = (size_t)snprintf(target, sizeof(target), "/api/v1/prices?z=");
    for (int i = 1; i < 32; i++)
        at += (size_t)snprintf(target + at, sizeof(target) - at, "&p%d=1", i);
    finish(*state, &client, query(*state, &client, target, ""));
    char text[640];
    snprintf(text, sizeof(text), "GET %s&more=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
    client_say(&client, text);
    assert_answer(&client, &answer, 400, NULL);
    client_disconnect(&client);
}

static void a_token_is_taken_from_any_of_its_places(void **state) {
    static const struct {
        const char *target;
        const char *headers;
        uint32_t roles;
    } cases[] = {
        {"/api/v1/prices", "", 0},
        {"/api/v1/prices", "Authorization: Bearer alpha\r\n", SENTIO_ROLE_ADMIN},
        {"/api/v1/prices", "Authorization: BEARER alpha\r\n", SENTIO_ROLE_ADMIN},
        {"/api/v1/prices", "Authorization: Bearer beta\r\n", 0},
        {"/api/v1/prices", "Authorization: Bearer\r\n", 0},
        {"/api/v1/prices?access_token=alpha", "", SENTIO_ROLE_ADMIN},
        {"/api/v1/prices?admin_token=alpha", "", SENTIO_ROLE_ADMIN},
        {"/api/v1/prices?access_token=alpha", "Authorization: Bearer beta\r\n", 0},
        {"/api/v1/prices?token=alpha", "", 0},
    };
    struct client client;
    start(*state, &client);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct query_message *message = query(*state, &client, cases[i].target, cases[i].headers);
        assert_int_equal(message->roles, cases[i].roles);
        finish(*state, &client, message);
    }
    client_disconnect(&client);
}

/* A target with a parameter of 300 bytes before the one that is looked for. */
static void a_long_parameter_does_not_hide_those_behind_it(void **state) {
    struct client client;
    char target[512];
    start(*state, &client);
    size_t at = (size_t)snprintf(target, sizeof(target), "/api/v1/prices?symbols=");
    memset(target + at, 'A', 300);
    snprintf(target + at + 300, sizeof(target) - at - 300, "&user_id=u1");
    struct query_message *message = query(*state, &client, target, "");
    assert_text(message->user, "u1");
    finish(*state, &client, message);
    client_disconnect(&client);
}

static void a_user_that_is_too_long_is_refused_and_not_forgotten(void **state) {
    static const size_t sizes[] = {129, 254, 300};
    struct client client;
    start(*state, &client);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char text[512];
        struct answer answer;
        size_t at = (size_t)snprintf(text, sizeof(text), "GET /api/v1/prices?user_id=");
        memset(text + at, 'u', sizes[i]);
        snprintf(text + at + sizes[i], 32, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client_say(&client, text);
        struct message *message = NULL;
        char byte;
        while (message == NULL && recv(client.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == -1)
            message = hub_poll(*state);
        bool asked = message != NULL;
        if (asked) /* so that the fixture can end */
            finish(*state, &client, (struct query_message *)message);
        assert_false(asked);
        assert_answer(&client, &answer, 400, NULL);
    }
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(parameters_are_decoded_and_the_first_of_a_name_counts),
        TEST(parameters_that_are_not_utf8_are_refused),
        TEST(thirty_two_parameters_are_taken_and_one_more_is_refused),
        TEST(a_token_is_taken_from_any_of_its_places),
        TEST(a_long_parameter_does_not_hide_those_behind_it),
        TEST(a_user_that_is_too_long_is_refused_and_not_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
