/* SPDX-License-Identifier: MIT */
#include "admin/census.h"

#include "io_client.h"

enum { CLIENTS = 600 };

static struct connection *add(struct fixture *fixture) {
    struct connection *connection = connection_create(fixture->io, &fixture->listen[0], NULL);
    assert_non_null(connection);
    connection->state = CONNECTION_OPEN;
    return connection;
}

/* The whole answer, in as many pieces as the thread makes of it. */
static unsigned take(struct fixture *fixture, struct census_message *message) {
    unsigned pieces = 1;
    assert_non_null(message);
    while (!census_take(fixture->io, message))
        pieces++;
    return pieces;
}

static struct census_message *question(const char *user, uint32_t limit) {
    struct census_message *message =
        census_message_create(sentio_text(""), sentio_text(user), limit);
    assert_non_null(message);
    return message;
}

static void assert_row(const struct census_message *message, size_t row, const char *part) {
    struct sentio_bytes text = sentio_written(&message->text);
    assert_true(row < message->count);
    assert_non_null(memmem(text.data + message->rows[row].start,
                           message->rows[row].end - message->rows[row].start, part, strlen(part)));
}

static void a_row_says_what_the_thread_knows(void **state) {
    struct fixture *fixture = *state;
    fixture_create(fixture);
    struct connection *connection = add(fixture);
    connection->user = strdup("m\"e");
    connection->opened = 1500;
    connection->messages_out = 5;
    connection->bytes_out = 600;
    connection->messages_in = 7;
    connection->conflated = 8;
    connection->dropped = 9;
    connection->form = FORM_PACKED;
    struct census_message *message = question("", 10);
    take(fixture, message);
    assert_int_equal(message->count, 1);
    assert_int_equal(message->rows[0].id, connection->id);
    assert_row(message, 0,
               "\"address\":\"unknown\",\"transport\":\"websocket\",\"user\":\"m\\\"e\","
               "\"connected_at\":\"1970-01-01T00:00:01.500Z\",\"messages_out\":5,"
               "\"bytes_out\":600,\"messages_in\":7,\"outbox_bytes\":0,"
               "\"outbox_limit\":1048576,\"conflated\":8,\"dropped\":9,\"slow\":false,"
               "\"compressed\":true,\"publisher\":false");
    message_destroy(&message->head);
    connection_destroy(connection);
}

static void only_clients_are_counted(void **state) {
    struct fixture *fixture = *state;
    struct connection *peers[4];
    fixture_create(fixture);
    for (int i = 0; i < 4; i++)
        peers[i] = add(fixture);
    peers[0]->state = CONNECTION_HTTP;
    peers[1]->state = CONNECTION_CLOSING;
    peers[2]->viewing = true;
    struct census_message *message = question("", 10);
    take(fixture, message);
    assert_int_equal(message->total, 1);
    assert_int_equal(message->rows[0].id, peers[3]->id);
    message_destroy(&message->head);
    for (int i = 0; i < 4; i++) {
        peers[i]->viewing = false;
        connection_destroy(peers[i]);
    }
}

static void a_thread_answers_piece_by_piece_while_clients_come_and_go(void **state) {
    struct fixture *fixture = *state;
    static struct connection *peers[CLIENTS];
    fixture_create(fixture);
    for (int i = 0; i < CLIENTS; i++)
        peers[i] = add(fixture);
    struct census_message *message = question("", 3);
    uint64_t first = peers[10]->id;
    message->after = peers[9]->id;
    assert_false(census_take(fixture->io, message));
    for (int i = 0; i < CLIENTS - 1; i++)
        connection_destroy(peers[i]);
    struct connection *late = add(fixture);
    assert_true(take(fixture, message) == 1);
    assert_int_equal(message->count, 3);
    assert_int_equal(message->rows[0].id, first);
    assert_int_equal(message->total, 256 + 2);
    assert_int_equal(message->later, message->total - 10);
    message_destroy(&message->head);
    connection_destroy(peers[CLIENTS - 1]);
    connection_destroy(late);
}

static void users_and_slow_clients_can_be_asked_for(void **state) {
    struct fixture *fixture = *state;
    struct connection *peers[3];
    fixture_create(fixture);
    for (int i = 0; i < 3; i++)
        peers[i] = add(fixture);
    peers[0]->user = strdup("me");
    peers[1]->user = strdup("mee");
    peers[1]->slowed = io_now(fixture->io);
    peers[2]->congested = true;
    struct census_message *message = question("me", 10);
    take(fixture, message);
    assert_int_equal(message->total, 1);
    assert_int_equal(message->rows[0].id, peers[0]->id);
    message_destroy(&message->head);
    message = question("", 10);
    message->slow = true;
    take(fixture, message);
    assert_int_equal(message->total, 2);
    assert_row(message, 0, "\"slow\":true");
    message_destroy(&message->head);
    peers[1]->slowed = io_now(fixture->io) - 60000;
    message = question("mee", 10);
    message->slow = true;
    take(fixture, message);
    assert_int_equal(message->total, 0);
    message_destroy(&message->head);
    for (int i = 0; i < 3; i++)
        connection_destroy(peers[i]);
}

static void a_peer_is_named_by_its_address(void **state) {
    struct fixture *fixture = *state;
    struct client clients[2];
    fixture_start(fixture);
    client_open_ws(&clients[0], fixture, VIA_TCP);
    client_open_ws(&clients[1], fixture, VIA_UNIX);
    hub_say(fixture, &question("", 10)->head);
    struct census_message *message = hub_take(fixture, MESSAGE_CENSUS);
    assert_int_equal(message->total, 2);
    assert_row(message, 0, "\"address\":\"127.0.0.1:");
    assert_row(message, 1, "\"address\":\"unix\"");
    message_destroy(&message->head);
    client_disconnect(&clients[0]);
    client_disconnect(&clients[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_row_says_what_the_thread_knows),
        TEST(only_clients_are_counted),
        TEST(a_thread_answers_piece_by_piece_while_clients_come_and_go),
        TEST(users_and_slow_clients_can_be_asked_for),
        TEST(a_peer_is_named_by_its_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
