/* SPDX-License-Identifier: MIT */
#include "io/connection.h"

#include "io/client.h"
#include "io/deadline.h"
#include "io_client.h"

static void a_new_connection_is_counted_and_belongs_to_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture_create(fixture);
    struct connection *one = connection_create(fixture->io, &fixture->listen[0], "127.0.0.1");
    struct connection *two = connection_create(fixture->io, &fixture->listen[2], "127.0.0.1");
    assert_int_equal(fixture->io->connection_count, 2);
    assert_int_equal(atomic_load(&fixture->host.quota.connections), 2);
    assert_true(one->id != two->id);
    assert_int_equal(one->first_entry, NO_ENTRY);
    assert_int_equal(one->deadline, DEADLINE_NONE);
    assert_int_equal(one->state, CONNECTION_HTTP);
    assert_false(one->tls);
    assert_true(two->tls);
    assert_true(one->loopback);
    assert_null(one->address); /* not counted without limits.per_address */
    connection_destroy(one);
    connection_destroy(two);
    assert_int_equal(fixture->io->connection_count, 0);
}

static void over_the_limit_of_an_address_it_is_marked_429(void **state) {
    struct fixture *fixture = *state;
    fixture->config.limits.per_address = 1;
    fixture_create(fixture);
    struct connection *one = connection_create(fixture->io, &fixture->listen[0], "10.0.0.1");
    struct connection *two = connection_create(fixture->io, &fixture->listen[0], "10.0.0.1");
    struct connection *other = connection_create(fixture->io, &fixture->listen[0], "10.0.0.2");
    struct connection *local = connection_create(fixture->io, &fixture->listen[1], NULL);
    assert_int_equal(one->refused, 0);
    assert_int_equal(two->refused, 429);
    assert_int_equal(other->refused, 0);
    assert_int_equal(local->refused, 0);
    connection_destroy(one);
    connection_destroy(two);
    one = connection_create(fixture->io, &fixture->listen[0], "10.0.0.1");
    assert_int_equal(one->refused, 0);
    connection_destroy(one);
    connection_destroy(other);
    connection_destroy(local);
}

static void no_limit_counts_the_control_socket(void **state) {
    struct fixture *fixture = *state;
    fixture->config.limits.connections = 1;
    fixture->listen[1].control = true;
    fixture_create(fixture);
    struct connection *control = connection_create(fixture->io, &fixture->listen[1], NULL);
    struct connection *client = connection_create(fixture->io, &fixture->listen[0], NULL);
    struct connection *again = connection_create(fixture->io, &fixture->listen[1], NULL);
    assert_true(control->control);
    assert_false(client->control);
    assert_int_equal(client->refused, 0);
    assert_int_equal(again->refused, 0);
    assert_int_equal(atomic_load(&fixture->host.quota.connections), 1);
    connection_destroy(control);
    connection_destroy(again);
    assert_int_equal(atomic_load(&fixture->host.quota.connections), 1);
    connection_destroy(client);
    assert_int_equal(atomic_load(&fixture->host.quota.connections), 0);
}

static void a_lost_connection_leaves_its_members_lists_and_outbox(void **state) {
    struct fixture *fixture = *state;
    fixture_create(fixture);
    struct connection *connection = connection_create(fixture->io, &fixture->listen[0], NULL);
    client_open(connection, NULL);
    struct member *member = client_add_member(connection, fixture->streams[0]);
    client_text(connection, sentio_text("{}"));
    assert_true(connection->dirty);
    assert_int_equal(tally_read(&fixture->io->websockets), 1);
    connection_lost(connection);
    connection_lost(connection);
    assert_int_equal(connection->state, CONNECTION_CLOSING);
    assert_false(connection->dirty);
    assert_int_equal(connection->deadline, DEADLINE_NONE);
    assert_null(fixture->io->deadlines[DEADLINE_QUIET].first);
    assert_null(connection->members);
    assert_null(member->connection);
    connection_destroy(connection);
    outbox_flush(&fixture->io->outbox);
    struct left_message *left = hub_take(fixture, MESSAGE_LEFT);
    assert_ptr_equal(left->member, member);
    struct message *gone = gone_message_create(member);
    client_deliver(fixture->io, gone);
    message_destroy(gone);
    message_destroy(&left->head);
    assert_int_equal(fixture->io->member_count, 0);
    assert_null(hub_poll(fixture));
}

static void a_reset_tells_the_hub_that_the_subscriber_left(void **state) {
    const struct linger linger = {.l_onoff = 1};
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (int reset = 0; reset < 2; reset++) {
        struct client client;
        client_open_ws(&client, fixture, VIA_TCP);
        ws_subscribe(&client, fixture);
        if (reset)
            setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
        client_disconnect(&client);
        hub_forget(fixture);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_new_connection_is_counted_and_belongs_to_nothing),
        TEST(over_the_limit_of_an_address_it_is_marked_429),
        TEST(no_limit_counts_the_control_socket),
        TEST(a_lost_connection_leaves_its_members_lists_and_outbox),
        TEST(a_reset_tells_the_hub_that_the_subscriber_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
