/* SPDX-License-Identifier: MIT */
#include "publish/publisher.h"

#include "publisher_fixture.h"

static void publishers_come_and_go_over_every_plain_transport(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < 2; i++) {
        struct client client;
        client_connect(&client, fixture, plain_ways[i]);
        for (int number = 0; number < 3; number++) {
            say_numbered(&client, number);
            serve_numbered(fixture, number);
            assert_numbered(&client, number);
        }
        client_disconnect(&client);
    }
}

static void a_publisher_that_is_gone_is_forgotten_with_all_its_requests(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct request *requests[3];
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    for (int number = 0; number < 3; number++)
        say_numbered(&client, number);
    client_say(&client, POST_OF("9") "\r\n{\"ha");
    for (int number = 0; number < 3; number++)
        requests[number] = take_numbered(fixture, number);
    answer_numbered(fixture, requests[1], 1);
    client_disconnect(&client);
    answer_numbered(fixture, requests[2], 2);
    answer_numbered(fixture, requests[0], 0);
}

static void a_request_must_be_complete_in_time(void **state) {
    static const char *const parts[] = {"P", POST_OF("9"), POST_OF("9") "\r\n{\"ha"};
    struct fixture *fixture = *state;
    struct client clients[3];
    fixture_start(fixture);
    for (int i = 0; i < 3; i++) {
        client_connect(&clients[i], fixture, VIA_TCP);
        client_say(&clients[i], parts[i]);
    }
    hub_shorten_handshake(fixture);
    for (int i = 0; i < 3; i++) {
        assert_closed(&clients[i]);
        client_disconnect(&clients[i]);
    }
}

static void time_that_the_hub_takes_is_not_the_publishers(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct client other;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    say_numbered(&client, 1);
    client_say(&client, POST_OF("11"));
    struct request *request = take_numbered(fixture, 1);
    client_connect(&other, fixture, VIA_TCP);
    hub_shorten_handshake(fixture);
    assert_closed(&other); /* so the time has passed */
    client_disconnect(&other);
    hub_show(fixture, &fixture->config); /* and is long again: the rest may be late */
    answer_numbered(fixture, request, 1);
    assert_numbered(&client, 1);
    client_say(&client, "\r\n{\"n\":00002}");
    serve_numbered(fixture, 2);
    assert_numbered(&client, 2);
    client_disconnect(&client);
}

static void at_a_stop_what_is_in_hand_is_answered_and_idle_publishers_end(void **state) {
    struct fixture *fixture = *state;
    struct client busy;
    struct client idle;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&busy, fixture, VIA_TCP);
    client_connect(&idle, fixture, VIA_UNIX);
    say_numbered(&idle, 0);
    serve_numbered(fixture, 0);
    assert_numbered(&idle, 0);
    say_numbered(&busy, 1);
    say_numbered(&busy, 2);
    struct request *first = take_numbered(fixture, 1);
    struct request *second = take_numbered(fixture, 2);
    io_stop(fixture->io);
    assert_closed(&idle);
    answer_numbered(fixture, first, 1);
    answer_numbered(fixture, second, 2);
    assert_answer(&busy, &answer, 200, "00001");
    assert_header(&answer, "Connection", NULL);
    assert_answer(&busy, &answer, 200, "00002");
    assert_header(&answer, "Connection", "close");
    assert_closed(&busy);
    client_disconnect(&busy);
    client_disconnect(&idle);
}

/* Reads nothing of what the host sends until it is made to: the kernel resets a connection that is
 * closed on unread bytes, and its peer may then lose what it was sent. */
static void what_comes_after_the_last_answer_does_not_spoil_it(void **state) {
    static char rubbish[256 * 1024];
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, POST_OF("99999999"));
    client_say(&client, "\r\n");
    client_write(&client, rubbish, sizeof(rubbish));
    assert_answer(&client, &answer, 413, NULL);
    assert_header(&answer, "Connection", "close");
    assert_closed(&client);
    client_disconnect(&client);
}

static void another_request_makes_libwebsockets_take_over(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    say_numbered(&client, 1);
    client_say(&client, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        "GET /api/v1/prices HTTP/1.1\r\nHost: localhost\r\n\r\n");
    struct request *request = take_numbered(fixture, 1);
    answer_numbered(fixture, request, 1);
    assert_numbered(&client, 1);
    assert_answer(&client, &answer, 404, NULL);
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    hub_answer(fixture, query->request, 200, "{}");
    message_destroy(&query->head);
    assert_answer(&client, &answer, 200, "{}");
    say_numbered(&client, 2);
    serve_numbered(fixture, 2);
    assert_numbered(&client, 2);
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(publishers_come_and_go_over_every_plain_transport),
        TEST(a_publisher_that_is_gone_is_forgotten_with_all_its_requests),
        TEST(a_request_must_be_complete_in_time),
        TEST(time_that_the_hub_takes_is_not_the_publishers),
        TEST(at_a_stop_what_is_in_hand_is_answered_and_idle_publishers_end),
        TEST(what_comes_after_the_last_answer_does_not_spoil_it),
        TEST(another_request_makes_libwebsockets_take_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
