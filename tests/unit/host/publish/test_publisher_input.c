/* SPDX-License-Identifier: MIT */
#include "publish/publisher_internal.h"

#include "publisher_fixture.h"

static void requests_are_read_ahead_of_their_answers(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct request *requests[5];
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    for (int number = 0; number < 5; number++)
        say_numbered(&client, number);
    for (int number = 0; number < 5; number++)
        requests[number] = take_numbered(fixture, number);
    for (int number = 0; number < 5; number++)
        answer_numbered(fixture, requests[number], number);
    for (int number = 0; number < 5; number++)
        assert_numbered(&client, number);
    client_disconnect(&client);
}

/* With 64 unanswered the rest is left where it is: the hub sees the next one only after an answer.
 * The other publisher, whose request comes later, shows that it was not on its way. */
static void no_more_than_64_are_read_ahead(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct client other;
    struct request *requests[PUBLISHER_REQUESTS];
    int max = PUBLISHER_REQUESTS;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_connect(&other, fixture, VIA_UNIX);
    for (int number = 0; number < max + 10; number++)
        say_numbered(&client, number);
    for (int number = 0; number < max; number++)
        requests[number] = take_numbered(fixture, number);
    say_numbered(&other, 99999);
    serve_numbered(fixture, 99999);
    assert_numbered(&other, 99999);
    answer_numbered(fixture, requests[0], 0);
    serve_numbered(fixture, max);
    for (int number = 1; number < max; number++)
        answer_numbered(fixture, requests[number], number);
    for (int number = max + 1; number < max + 10; number++)
        serve_numbered(fixture, number);
    for (int number = 0; number < max + 10; number++)
        assert_numbered(&client, number);
    client_disconnect(&client);
    client_disconnect(&other);
}

static void a_pipeline_may_be_cut_anywhere(void **state) {
    static const char text[] = POST_OF("11") "\r\n{\"n\":00001}\r\n\r\n" POST_OF(
        "11") "Connection: keep-alive\r\n\r\n{\"n\":00002}";
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_UNIX);
    for (size_t cut = 1; cut < sizeof(text) - 1; cut++) {
        client_write(&client, text, cut);
        client_write(&client, text + cut, sizeof(text) - 1 - cut);
        serve_numbered(fixture, 1);
        serve_numbered(fixture, 2);
        assert_numbered(&client, 1);
        assert_numbered(&client, 2);
    }
    client_disconnect(&client);
}

static void a_publisher_that_waits_for_room_is_not_read_meanwhile(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    fixture->config.limits.queue = 1;
    fixture_start(fixture);
    client_connect(&first, fixture, VIA_TCP);
    client_connect(&second, fixture, VIA_TCP);
    say_numbered(&first, 0);
    while (!queue_full(&fixture->to_hub))
        sched_yield();
    for (int number = 1; number <= 20; number++)
        say_numbered(&second, number);
    for (int number = 0; number <= 20; number++)
        serve_numbered(fixture, number);
    assert_numbered(&first, 0);
    for (int number = 1; number <= 20; number++)
        assert_numbered(&second, number);
    client_disconnect(&first);
    client_disconnect(&second);
}

static void one_that_waited_too_long_is_503_in_its_place_and_the_rest_go_on(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    struct answer answer;
    fixture->config.limits.queue = 1;
    fixture->config.publish.wait = 20;
    fixture_start(fixture);
    client_connect(&first, fixture, VIA_TCP);
    client_connect(&second, fixture, VIA_TCP);
    say_numbered(&first, 0);
    while (!queue_full(&fixture->to_hub))
        sched_yield();
    say_numbered(&second, 1);
    assert_answer(&second, &answer, 503, "busy");
    assert_header(&answer, "Retry-After", "1");
    serve_numbered(fixture, 0);
    assert_numbered(&first, 0);
    say_numbered(&second, 2);
    serve_numbered(fixture, 2);
    assert_numbered(&second, 2);
    client_disconnect(&first);
    client_disconnect(&second);
}

static void another_post_is_answered_here_as_well(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                        "POST /api/v1/prices HTTP/1.1\r\nHost: localhost\r\n"
                        "Content-Length: 0\r\n\r\n"
                        "POST /%zz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                        "POST /api/v1/publish/prices HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&client, &answer, 404, NULL);
    assert_answer(&client, &answer, 405, "takes GET");
    assert_header(&answer, "Allow", "GET, HEAD, OPTIONS");
    assert_answer(&client, &answer, 400, "target");
    assert_answer(&client, &answer, 411, NULL);
    say_numbered(&client, 1);
    serve_numbered(fixture, 1);
    assert_numbered(&client, 1);
    client_disconnect(&client);
}

static void a_key_may_be_in_the_query(void **state) {
    static const char *const names[] = {"access_token", "admin_token"};
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_write(fixture->paths[4], ALPHA);
    fixture->config.publish.keys_file = fixture->paths[4];
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    for (size_t i = 0; i < 2; i++) {
        char text[256];
        snprintf(text, sizeof(text),
                 "POST /api/v1/publish/prices?a=b&%s=%%61lpha HTTP/1.1\r\nHost: localhost\r\n"
                 "Content-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"n\":00001}",
                 names[i]);
        client_say(&client, text);
        serve_numbered(fixture, 1);
        assert_numbered(&client, 1);
    }
    say_numbered(&client, 2);
    assert_answer(&client, &answer, 401, NULL);
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(requests_are_read_ahead_of_their_answers),
        TEST(no_more_than_64_are_read_ahead),
        TEST(a_pipeline_may_be_cut_anywhere),
        TEST(a_publisher_that_waits_for_room_is_not_read_meanwhile),
        TEST(one_that_waited_too_long_is_503_in_its_place_and_the_rest_go_on),
        TEST(another_post_is_answered_here_as_well),
        TEST(a_key_may_be_in_the_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
