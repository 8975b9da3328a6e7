/* SPDX-License-Identifier: MIT */
#include "io/deadline.h"

#include "io/client.h"
#include "io_client.h"

enum { PEERS = 4 };

static void make_peers(struct fixture *fixture, struct connection **peers) {
    fixture_create(fixture);
    for (int i = 0; i < PEERS; i++) {
        peers[i] = connection_create(fixture->io, &fixture->listen[0], NULL);
        assert_non_null(peers[i]);
    }
}

static void destroy_peers(struct connection **peers) {
    for (int i = 0; i < PEERS; i++)
        connection_destroy(peers[i]);
}

/* The list, as digits of the peers' numbers, is the same from both ends. */
static void assert_list(struct fixture *fixture, enum deadline kind, struct connection **peers,
                        const char *expected) {
    const struct deadline_list *list = &fixture->io->deadlines[kind];
    const struct connection *before = NULL;
    char text[PEERS + 1] = "";
    size_t count = 0;
    for (const struct connection *at = list->first; at; before = at, at = at->later) {
        assert_ptr_equal(at->earlier, before);
        for (int i = 0; i < PEERS; i++)
            if (peers[i] == at)
                text[count++] = (char)('0' + i);
    }
    assert_ptr_equal(list->last, before);
    assert_string_equal(text, expected);
}

static void lists_are_in_the_order_of_setting(void **state) {
    struct connection *peers[PEERS];
    make_peers(*state, peers);
    for (int i = 0; i < PEERS; i++)
        deadline_set(peers[i], DEADLINE_QUIET);
    assert_list(*state, DEADLINE_QUIET, peers, "0123");
    deadline_set(peers[1], DEADLINE_QUIET);
    deadline_set(peers[0], DEADLINE_QUIET);
    assert_list(*state, DEADLINE_QUIET, peers, "2310");
    deadline_set(peers[3], DEADLINE_PONG);
    deadline_set(peers[0], DEADLINE_NONE);
    deadline_set(peers[0], DEADLINE_NONE);
    assert_list(*state, DEADLINE_QUIET, peers, "21");
    assert_list(*state, DEADLINE_PONG, peers, "3");
    destroy_peers(peers);
    assert_list(*state, DEADLINE_QUIET, peers, "");
}

static void an_expired_connection_is_first_to_be_closed(void **state) {
    struct connection *peers[PEERS];
    make_peers(*state, peers);
    deadline_set(peers[0], DEADLINE_CLOSE);
    deadline_set(peers[1], DEADLINE_QUIET);
    deadline_expire(peers[1]);
    deadline_expire(peers[0]);
    assert_list(*state, DEADLINE_CLOSE, peers, "01");
    assert_list(*state, DEADLINE_QUIET, peers, "");
    assert_true(peers[0]->since < 0);
    destroy_peers(peers);
}

static void a_quiet_peer_is_pinged_and_lives_when_it_answers(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture->config.server.heartbeat = 1;
    fixture_start(fixture);
    client_open_ws(&client, fixture, VIA_TCP);
    for (int i = 0; i < 2; i++) {
        struct ws_frame ping = ws_read(&client);
        assert_int_equal(ping.first, 0x89);
        assert_true(ping.size > 0);
        ws_send(&client, 0x8a, ping.payload, ping.size);
        free(ping.payload);
    }
    client_disconnect(&client);
}

static void a_peer_that_answers_no_ping_is_dropped(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture->config.server.heartbeat = 1;
    fixture->config.server.heartbeat_timeout = 1;
    fixture_start(fixture);
    client_open_ws(&client, fixture, VIA_TCP);
    struct ws_frame ping = ws_read(&client);
    assert_int_equal(ping.first, 0x89);
    free(ping.payload);
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_request_that_does_not_come_is_cut_off(void **state) {
    static const char *const parts[] = {
        "", "GET /api/v1/health HTTP/1.1\r\n",
        ("POST /api/v1/publish/prices HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         "Content-Length: 9\r\n\r\n{")};
    struct fixture *fixture = *state;
    struct client clients[sizeof(parts) / sizeof(parts[0])];
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        client_connect(&clients[i], fixture, VIA_UNIX);
        client_say(&clients[i], parts[i]);
    }
    hub_shorten_handshake(fixture);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        assert_closed(&clients[i]);
        client_disconnect(&clients[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(lists_are_in_the_order_of_setting),
        TEST(an_expired_connection_is_first_to_be_closed),
        TEST(a_quiet_peer_is_pinged_and_lives_when_it_answers),
        TEST(a_peer_that_answers_no_ping_is_dropped),
        TEST(a_request_that_does_not_come_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
