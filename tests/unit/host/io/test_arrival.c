/* SPDX-License-Identifier: MIT */
#include "io/arrival.h"

#include "publisher_fixture.h"

static void assert_served(struct client *client, const char *rest) {
    struct answer answer;
    client_say(client, rest);
    assert_answer(client, &answer, 404, NULL);
}

static void what_begins_otherwise_is_libwebsockets_business(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < 2; i++) {
        struct client client;
        client_connect(&client, fixture, plain_ways[i]);
        assert_served(&client, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client_disconnect(&client);
    }
}

/* "P" may be either; what follows decides. */
static void a_first_byte_that_two_methods_share_decides_nothing(void **state) {
    static const char *const methods[] = {"POST", "PUT", "PATCH"};
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        struct client client;
        char text[128];
        client_connect(&client, fixture, VIA_UNIX);
        client_say(&client, "P");
        snprintf(text, sizeof(text), "%s /nothing HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                 methods[i] + 1, i == 0 ? "Content-Length: 0\r\n" : "");
        assert_served(&client, text);
        client_disconnect(&client);
    }
}

static void one_that_closes_without_a_word_is_let_go(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    for (int i = 0; i < 10; i++) {
        client_connect(&client, fixture, i % 2 ? VIA_TCP : VIA_UNIX);
        client_disconnect(&client);
    }
    client_connect(&client, fixture, VIA_UNIX);
    assert_served(&client, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client_disconnect(&client);
}

static void one_that_says_nothing_is_ended_in_time(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture->config.server.handshake = 20;
    fixture_start(fixture);
    for (size_t i = 0; i < 2; i++) {
        client_connect(&client, fixture, plain_ways[i]);
        assert_closed(&client);
        client_disconnect(&client);
    }
}

static void an_end_that_comes_with_the_first_bytes_is_seen(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (int i = 0; i < 40; i++) {
        struct client client;
        client_connect(&client, fixture, plain_ways[i % 2]);
        say_numbered(&client, i);
        assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
        serve_numbered(fixture, i);
        assert_numbered(&client, i);
        assert_closed(&client);
        client_disconnect(&client);
    }
}

static void silent_ones_are_closed_when_the_host_ends(void **state) {
    struct fixture *fixture = *state;
    struct client silent;
    struct client half;
    fixture->config.server.drain = 20;
    fixture_start(fixture);
    client_connect(&silent, fixture, VIA_TCP);
    client_connect(&half, fixture, VIA_TCP);
    client_say(&half, POST_OF("9"));
    fixture_stop(fixture);
    assert_closed(&silent);
    assert_closed(&half);
    client_disconnect(&silent);
    client_disconnect(&half);
}

static void over_the_limit_a_publisher_is_429(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    struct answer answer;
    fixture->config.limits.connections = 1;
    fixture_start(fixture);
    client_connect(&first, fixture, VIA_UNIX);
    say_numbered(&first, 1);
    serve_numbered(fixture, 1);
    assert_numbered(&first, 1);
    client_connect(&second, fixture, VIA_UNIX);
    say_numbered(&second, 2);
    assert_answer(&second, &answer, 429, NULL);
    assert_header(&answer, "Retry-After", "1");
    client_disconnect(&first);
    client_disconnect(&second);
}

static void a_websocket_that_follows_publishes_is_one(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    say_numbered(&client, 1);
    serve_numbered(fixture, 1);
    assert_numbered(&client, 1);
    client_upgrade(&client, "/ws/prices", "");
    ws_say(&client, "{\"action\":\"ping\"}");
    assert_ws_text(&client, "pong");
    ws_send(&client, 0x88, "\x03\xe8", 2);
    assert_ws_close(&client, 1000, NULL);
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_begins_otherwise_is_libwebsockets_business),
        TEST(a_first_byte_that_two_methods_share_decides_nothing),
        TEST(one_that_closes_without_a_word_is_let_go),
        TEST(one_that_says_nothing_is_ended_in_time),
        TEST(an_end_that_comes_with_the_first_bytes_is_seen),
        TEST(silent_ones_are_closed_when_the_host_ends),
        TEST(over_the_limit_a_publisher_is_429),
        TEST(a_websocket_that_follows_publishes_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
