/* SPDX-License-Identifier: MIT */
#include "io/listener.h"

#include "io_client.h"

static void assert_served(struct client *client) {
    struct answer answer;
    client_say(client, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(client, &answer, 404, NULL);
}

static void every_transport_is_accepted_in_one_thread(void **state) {
    struct fixture *fixture = *state;
    struct client clients[VIA_COUNT];
    fixture_use_tls(fixture);
    fixture_start(fixture);
    for (enum via via = VIA_TCP; via < VIA_COUNT; via++)
        client_connect(&clients[via], fixture, via);
    for (enum via via = VIA_TCP; via < VIA_COUNT; via++)
        assert_served(&clients[via]);
    for (enum via via = VIA_TCP; via < VIA_COUNT; via++)
        client_disconnect(&clients[via]);
}

static void plain_text_on_a_tls_port_is_not_served(void **state) {
    struct fixture *fixture = *state;
    struct client client = {.fd = -1};
    char text[64] = "";
    fixture_use_tls(fixture);
    fixture_start(fixture);
    client_connect_socket(&client, fixture, VIA_TLS);
    client_say(&client, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client_read_some(&client, text, sizeof(text) - 1);
    assert_null(strstr(text, "404"));
    client_disconnect(&client);
}

static void a_hundred_that_connect_at_once_are_all_served(void **state) {
    struct fixture *fixture = *state;
    struct client clients[100];
    fixture_start(fixture);
    for (int i = 0; i < 100; i++)
        client_connect(&clients[i], fixture, i % 2 ? VIA_TCP : VIA_UNIX);
    for (int i = 0; i < 100; i++)
        assert_served(&clients[i]);
    for (int i = 0; i < 100; i++)
        client_disconnect(&clients[i]);
}

/* A hundred over the limit are still told why; more are not. */
static void far_over_the_limit_connections_are_closed_unanswered(void **state) {
    struct fixture *fixture = *state;
    struct client clients[101];
    struct client last;
    struct answer answer;
    fixture->config.limits.connections = 1;
    fixture_start(fixture);
    for (int i = 0; i < 101; i++)
        client_connect(&clients[i], fixture, VIA_UNIX);
    client_say(&clients[100], "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&clients[100], &answer, 429, NULL);
    client_connect(&last, fixture, VIA_UNIX);
    assert_closed(&last);
    client_disconnect(&last);
    for (int i = 0; i < 101; i++)
        client_disconnect(&clients[i]);
}

static void after_stop_nobody_is_accepted(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    assert_served(&client);
    client_disconnect(&client);
    fixture_stop(fixture);
    io_destroy(fixture->io);
    fixture->io = NULL;
    queue_finish(&fixture->to_hub, message_destroy);
    quota_finish(&fixture->host.quota);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = htons(fixture->ports[CONFIG_TCP]);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), -1);
    assert_int_equal(errno, ECONNREFUSED);
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_transport_is_accepted_in_one_thread),
        TEST(plain_text_on_a_tls_port_is_not_served),
        TEST(a_hundred_that_connect_at_once_are_all_served),
        TEST(far_over_the_limit_connections_are_closed_unanswered),
        TEST(after_stop_nobody_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
