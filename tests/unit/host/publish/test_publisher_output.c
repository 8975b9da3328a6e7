/* SPDX-License-Identifier: MIT */
#include "publish/publisher_internal.h"

#include "publisher_fixture.h"

static void answers_go_out_in_the_order_of_the_requests(void **state) {
    static const int order[] = {3, 1, 4, 0, 2};
    struct fixture *fixture = *state;
    struct client client;
    struct request *requests[5];
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    for (int number = 0; number < 5; number++)
        say_numbered(&client, number);
    for (int number = 0; number < 5; number++)
        requests[number] = take_numbered(fixture, number);
    for (int i = 0; i < 5; i++)
        answer_numbered(fixture, requests[order[i]], order[i]);
    for (int number = 0; number < 5; number++)
        assert_numbered(&client, number);
    client_disconnect(&client);
}

static void a_refusal_waits_for_the_answers_before_it(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    say_numbered(&client, 1);
    client_say(&client, POST_OF("0") "\r\n");
    say_numbered(&client, 2);
    struct request *first = take_numbered(fixture, 1);
    answer_numbered(fixture, take_numbered(fixture, 2), 2);
    answer_numbered(fixture, first, 1);
    assert_numbered(&client, 1);
    assert_answer(&client, &answer, 422, NULL);
    assert_numbered(&client, 2);
    client_disconnect(&client);
}

static void a_client_that_expects_100_is_told_when_it_is_its_turn(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    say_numbered(&client, 1);
    client_say(&client, POST_OF("11") "Expect: 100-continue\r\n\r\n");
    answer_numbered(fixture, take_numbered(fixture, 1), 1);
    assert_numbered(&client, 1);
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 100);
    client_say(&client, "{\"n\":00002}");
    serve_numbered(fixture, 2);
    assert_numbered(&client, 2);
    client_disconnect(&client);
}

struct writer {
    pthread_t thread;
    struct client *client;
    int count;
};

static void *write_refused(void *context) {
    struct writer *writer = context;
    for (int i = 0; i < writer->count; i++)
        client_say(writer->client, POST_OF("0") "\r\n");
    say_numbered(writer->client, 1);
    return NULL;
}

/* The host stops reading, so the writer would never end if nobody read the answers. */
static void a_peer_that_reads_late_loses_no_answer(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct writer writer = {.client = &client, .count = 5000};
    fixture->send_buffer = 4096;
    fixture->receive_buffer = 4096;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    assert_int_equal(pthread_create(&writer.thread, NULL, write_refused, &writer), 0);
    for (int i = 0; i < writer.count; i++) {
        struct answer answer;
        assert_answer(&client, &answer, 422, "JSON object");
    }
    serve_numbered(fixture, 1);
    assert_numbered(&client, 1);
    assert_int_equal(pthread_join(writer.thread, NULL), 0);
    client_disconnect(&client);
}

static void http_1_0_is_told_that_its_connection_is_kept(void **state) {
    static const char head[] = "POST /api/v1/publish/prices HTTP/1.0\r\n";
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, head);
    client_say(&client, "Connection: keep-alive\r\nContent-Length: 0\r\n\r\n");
    assert_answer(&client, &answer, 415, NULL);
    assert_header(&answer, "Connection", "keep-alive");
    client_say(&client, head);
    client_say(&client, "Content-Length: 0\r\n\r\n");
    assert_answer(&client, &answer, 415, NULL);
    assert_header(&answer, "Connection", "close");
    assert_closed(&client);
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(answers_go_out_in_the_order_of_the_requests),
        TEST(a_refusal_waits_for_the_answers_before_it),
        TEST(a_client_that_expects_100_is_told_when_it_is_its_turn),
        TEST(a_peer_that_reads_late_loses_no_answer),
        TEST(http_1_0_is_told_that_its_connection_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
