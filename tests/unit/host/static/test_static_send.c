/* SPDX-License-Identifier: MIT */
#include "static/static_send.h"

#include "site_fixture.h"

#define BIG_REQUEST "GET /assets/big.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define SMALL_REQUEST "GET /assets/small.js HTTP/1.1\r\nHost: localhost\r\n\r\n"

/* Sockets that take far less than the file. */
static void create_narrow(struct fixture *fixture) {
    fixture->send_buffer = 4096;
    fixture->receive_buffer = 4096;
    fixture_use_tls(fixture);
    site_create(fixture);
}

static void start_narrow(struct fixture *fixture) {
    create_narrow(fixture);
    fixture_run(fixture);
}

static void assert_big(struct client *client) {
    struct answer answer;
    size_t size;
    client_read_head(client, &answer);
    assert_int_equal(answer.status, 200);
    char *body = site_read(client, &answer, &size);
    char *expected = site_big();
    assert_int_equal(size, BIG);
    assert_memory_equal(body, expected, BIG);
    free(expected);
    free(body);
}

static void a_big_file_arrives_whole_by_every_way(void **state) {
    start_narrow(*state);
    for (int via = 0; via < VIA_COUNT; via++) {
        struct client client;
        struct answer answer;
        client_connect(&client, *state, (enum via)via);
        for (int i = 0; i < 2; i++) { /* the connection is given back to the library in between */
            client_say(&client, BIG_REQUEST);
            assert_big(&client);
            client_say(&client, SMALL_REQUEST);
            assert_answer(&client, &answer, 200, "let a = 1;");
        }
        client_disconnect(&client);
    }
}

static void requests_sent_ahead_wait_for_the_file_before_them(void **state) {
    struct client client;
    struct answer answer;
    start_narrow(*state);
    for (int via = 0; via < VIA_COUNT; via++) {
        client_connect(&client, *state, (enum via)via);
        client_say(&client, BIG_REQUEST SMALL_REQUEST BIG_REQUEST);
        assert_big(&client);
        assert_answer(&client, &answer, 200, "let a = 1;");
        assert_big(&client);
        client_disconnect(&client);
    }
}

static void a_reader_of_files_may_become_a_websocket(void **state) {
    struct client client;
    start_narrow(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, BIG_REQUEST);
    assert_big(&client);
    client_upgrade(&client, "/ws/prices", "");
    client_disconnect(&client);
}

/* The fixture sees at its end that nothing of the connection is left. */
static void a_peer_may_go_in_the_middle(void **state) {
    struct client client;
    struct answer answer;
    start_narrow(*state);
    for (int via = 0; via < VIA_COUNT; via++) {
        client_connect(&client, *state, (enum via)via);
        client_say(&client, BIG_REQUEST);
        client_read_head(&client, &answer);
        client_disconnect(&client);
    }
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, SMALL_REQUEST);
    assert_answer(&client, &answer, 200, "let a = 1;");
    client_disconnect(&client);
}

/* Until there are no more connections than that; each answer shows that the thread goes on. */
static void await_connections(const struct fixture *fixture, struct client *witness, size_t count) {
    while (atomic_load(&fixture->host.quota.connections) > count) {
        struct answer answer;
        client_say(witness, SMALL_REQUEST);
        assert_answer(witness, &answer, 200, "let a = 1;");
    }
}

static void a_peer_that_takes_nothing_is_cut_off(void **state) {
    struct fixture *fixture = *state;
    struct client witness;
    create_narrow(fixture);
    fixture->io->deadlines[DEADLINE_SEND].timeout = 1;
    fixture_run(fixture);
    client_connect(&witness, fixture, VIA_TCP);
    for (int via = 0; via < VIA_COUNT; via++) {
        struct client client;
        char byte;
        client_connect(&client, fixture, (enum via)via);
        client_say(&client, BIG_REQUEST);
        /* It is counted. Of a TLS record there may never be more. */
        assert_int_equal(recv(client.fd, &byte, 1, 0), 1);
        await_connections(fixture, &witness, 1);
        client_disconnect(&client);
    }
    client_disconnect(&witness);
}

static void a_peer_that_has_said_all_still_gets_the_file(void **state) {
    struct client client;
    start_narrow(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, BIG_REQUEST);
    assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
    assert_big(&client);
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_file_on_its_way_is_finished_while_the_host_stops(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    size_t size;
    fixture->config.server.drain = 60000;
    start_narrow(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, BIG_REQUEST);
    client_read_head(&client, &answer);
    io_stop(fixture->io);
    char *body = site_read(&client, &answer, &size);
    assert_int_equal(size, BIG);
    assert_closed(&client);
    free(body);
    client_disconnect(&client);
}

/* The view that it came from is not the thread's any more. */
static void a_file_on_its_way_outlives_a_reload(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    size_t size;
    start_narrow(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, BIG_REQUEST);
    client_read_head(&client, &answer);
    fixture->changed = fixture->config;
    struct view *view = fixture_view(fixture, &fixture->changed, 2);
    hub_say(fixture, view_message_create(view_ref(view)));
    struct view_message *shown = hub_take(fixture, MESSAGE_VIEW);
    message_destroy(&shown->head);
    static_site_unref(fixture->views[0]->site);
    fixture->views[0]->site = NULL;
    char *body = site_read(&client, &answer, &size);
    char *expected = site_big();
    assert_int_equal(size, BIG);
    assert_memory_equal(body, expected, BIG);
    free(expected);
    free(body);
    client_say(&client, SMALL_REQUEST);
    assert_answer(&client, &answer, 404, NULL);
    client_disconnect(&client);
}

#define IO_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        IO_TEST(a_big_file_arrives_whole_by_every_way),
        IO_TEST(requests_sent_ahead_wait_for_the_file_before_them),
        IO_TEST(a_reader_of_files_may_become_a_websocket),
        IO_TEST(a_peer_may_go_in_the_middle),
        IO_TEST(a_peer_that_takes_nothing_is_cut_off),
        IO_TEST(a_peer_that_has_said_all_still_gets_the_file),
        IO_TEST(a_file_on_its_way_is_finished_while_the_host_stops),
        IO_TEST(a_file_on_its_way_outlives_a_reload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
