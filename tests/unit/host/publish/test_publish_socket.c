/* SPDX-License-Identifier: MIT */
#include "publish/publish_socket.h"

#include "io_client.h"

#define UPDATE "{\"channel\":\"prices\",\"data\":[]}"
#define ACCEPTED "{\"channel\":\"prices\",\"accepted\":1}"

static void open_socket(struct fixture *fixture, struct client *client) {
    client_connect(client, fixture, VIA_TCP);
    client_upgrade(client, "/ws/publish", "");
}

static void start(struct fixture *fixture, struct client *client) {
    fixture_start(fixture);
    open_socket(fixture, client);
}

/* The next update that the hub gets; it is to be answered. */
static struct request *take(struct fixture *fixture, const char *body) {
    struct publish_message *message = hub_take(fixture, MESSAGE_PUBLISH);
    struct request *request = message->request;
    assert_text(message->publisher, "loopback");
    assert_text(message->body, body);
    assert_int_equal(message->key.size, 0);
    assert_int_equal(message->channel, 0);
    assert_false(message->lines);
    message_destroy(&message->head);
    return request;
}

static void assert_ws_whole(struct client *client, const char *text) {
    struct ws_frame frame = ws_read(client);
    assert_int_equal(frame.first, 0x81);
    assert_string_equal((char *)frame.payload, text);
    free(frame.payload);
}

static void an_update_reaches_the_hub_and_its_answer_the_publisher(void **state) {
    struct fixture *fixture = *state;
    fixture_use_tls(fixture);
    fixture_start(fixture);
    for (enum via via = VIA_TCP; via < VIA_COUNT; via++) {
        struct client client;
        client_connect(&client, fixture, via);
        client_upgrade(&client, "/ws/publish", "");
        ws_say(&client, " " UPDATE "\n");
        hub_answer(fixture, take(fixture, UPDATE), 200, ACCEPTED);
        assert_ws_whole(&client, "{\"status\":200,\"channel\":\"prices\",\"accepted\":1}");
        client_disconnect(&client);
    }
}

static void answers_wait_for_those_before_them(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct request *requests[3];
    start(fixture, &client);
    ws_say(&client, "{\"id\":\"a\",\"channel\":\"prices\"}");
    ws_say(&client, "{\"id\":2,\"channel\":\"prices\"}");
    ws_say(&client, UPDATE);
    ws_say(&client, "{\"id\":4,\"channel\":\"none\"}");
    requests[0] = take(fixture, "{\"id\":\"a\",\"channel\":\"prices\"}");
    requests[1] = take(fixture, "{\"id\":2,\"channel\":\"prices\"}");
    requests[2] = take(fixture, UPDATE);
    hub_answer(fixture, requests[2], 503, "{\"detail\":\"x\"}");
    hub_answer(fixture, requests[1], 422, "{\"detail\":\"y\",\"errors\":[]}");
    hub_answer(fixture, requests[0], 200, ACCEPTED);
    assert_ws_whole(&client, "{\"id\":\"a\",\"status\":200,\"channel\":\"prices\",\"accepted\":1}");
    assert_ws_whole(&client, "{\"id\":2,\"status\":422,\"channel\":\"prices\",\"detail\":\"y\","
                             "\"errors\":[]}");
    assert_ws_whole(&client, "{\"status\":503,\"channel\":\"prices\",\"detail\":\"x\"}");
    assert_ws_whole(&client, "{\"id\":4,\"status\":404,\"detail\":\"there is no such channel, or "
                             "it takes no publishes\"}");
    client_disconnect(&client);
}

static void what_the_hub_need_not_see_is_refused_at_once(void **state) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"[]", "{\"status\":400,\"detail\":\"the message must be a JSON object with a "
               "\\\"channel\\\"\"}"},
        {"{\"channel\":}", "{\"status\":400,\"detail\":\"the message is not valid JSON: "},
        {"{\"id\":1}", "{\"id\":1,\"status\":422,\"detail\":\"\\\"channel\\\": "},
        {"{\"id\":[],\"channel\":1}", "{\"status\":422,\"detail\":\"\\\"channel\\\": "},
        {"{\"channel\":\"silent\"}", "{\"status\":404,\"detail\":"},
    };
    struct client client;
    start(*state, &client);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ws_say(&client, cases[i].text);
        assert_ws_text(&client, cases[i].answer);
    }
    ws_say(&client, UPDATE);
    hub_answer(*state, take(*state, UPDATE), 200, ACCEPTED);
    assert_ws_text(&client, "\"status\":200");
    client_disconnect(&client);
}

static void answer_next(struct fixture *fixture, struct client *client, struct request *request) {
    hub_answer(fixture, request, 200, ACCEPTED);
    assert_ws_text(client, "\"status\":200");
}

static void nothing_is_read_while_64_updates_are_not_answered(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct request *requests[PUBLISH_SOCKET_FRAMES];
    start(fixture, &client);
    for (int i = 0; i < PUBLISH_SOCKET_FRAMES; i++)
        ws_say(&client, UPDATE);
    for (int i = 0; i < PUBLISH_SOCKET_FRAMES; i++)
        requests[i] = take(fixture, UPDATE);
    /* If it was read, its pong would come at once. */
    ws_send(&client, 0x89, "late", 4);
    ws_say(&client, "{\"id\":\"late\"}");
    for (int i = 0; i < PUBLISH_SOCKET_FRAMES / 2 - 1; i++)
        answer_next(fixture, &client, requests[i]);
    for (int i = PUBLISH_SOCKET_FRAMES / 2 - 1; i < PUBLISH_SOCKET_FRAMES; i++)
        hub_answer(fixture, requests[i], 200, ACCEPTED);
    int pongs = 0;
    int late = 0;
    for (int i = 0; i < PUBLISH_SOCKET_FRAMES / 2 + 3; i++) {
        struct ws_frame frame = ws_read(&client);
        pongs += frame.first == 0x8a;
        late += strstr((char *)frame.payload, "{\"id\":\"late\",\"status\":422,") != NULL;
        free(frame.payload);
    }
    assert_int_equal(pongs, 1);
    assert_int_equal(late, 1);
    client_disconnect(&client);
}

static void eleven_messages_in_a_row_that_are_no_json_end_it(void **state) {
    struct client client;
    start(*state, &client);
    for (int i = 0; i < 10; i++)
        ws_say(&client, "{");
    ws_say(&client, "{}");
    for (int i = 0; i < 11; i++)
        ws_say(&client, "{");
    for (int i = 0; i < 22; i++)
        assert_ws_text(&client, i == 10 ? "\"status\":422" : "\"status\":400");
    assert_ws_close(&client, 1008, "too many errors in a row");
    client_finish_close(&client);
}

static void text_that_is_not_utf8_closes_it(void **state) {
    struct client client;
    start(*state, &client);
    ws_say(&client, "{\"channel\":\"\xff\"}");
    assert_ws_close(&client, 1007, "the text is not valid UTF-8");
    client_finish_close(&client);
}

static void body_size_bounds_a_message(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    char text[4098];
    fixture->config.publish.body_size = 4096;
    fixture->config.limits.message_size = 256;
    memset(text, ' ', sizeof(text));
    memcpy(text, UPDATE, sizeof(UPDATE) - 1);
    start(fixture, &client);
    ws_send(&client, 0x81, text, 4096);
    hub_answer(fixture, take(fixture, UPDATE), 200, ACCEPTED);
    assert_ws_text(&client, "\"status\":200");
    ws_send(&client, 0x81, text, 4097);
    assert_ws_close(&client, 1009, "over publish.body_size");
    client_finish_close(&client);
}

static void a_key_is_asked_for_before_the_upgrade(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_write(fixture->paths[4], ALPHA);
    fixture->config.publish.keys_file = fixture->paths[4];
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "GET /ws/publish HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    client_read_answer(&client, &answer);
    assert_int_equal(answer.status, 401);
    client_disconnect(&client);
    client_connect(&client, fixture, VIA_TCP);
    client_upgrade(&client, "/ws/publish", "Authorization: Bearer alpha\r\n");
    ws_say(&client, UPDATE);
    struct publish_message *message = hub_take(fixture, MESSAGE_PUBLISH);
    assert_text(message->publisher, "boss");
    hub_answer(fixture, message->request, 200, ACCEPTED);
    message_destroy(&message->head);
    assert_ws_text(&client, "\"status\":200");
    client_disconnect(&client);
}

static void a_stop_waits_for_the_answers(void **state) {
    struct fixture *fixture = *state;
    struct client idle;
    struct client client;
    start(fixture, &client);
    open_socket(fixture, &idle);
    ws_say(&client, UPDATE);
    struct request *request = take(fixture, UPDATE);
    io_stop(fixture->io);
    assert_ws_close(&idle, 1001, "the host is going away");
    hub_answer(fixture, request, 200, ACCEPTED);
    assert_ws_text(&client, "\"status\":200");
    assert_ws_close(&client, 1001, "the host is going away");
    client_finish_close(&idle);
    client_finish_close(&client);
}

static void a_publisher_that_is_gone_is_not_answered(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    start(fixture, &client);
    ws_say(&client, UPDATE);
    struct request *request = take(fixture, UPDATE);
    ws_send(&client, 0x88, "\x03\xe8", 2);
    assert_ws_close(&client, 1000, "");
    assert_closed(&client);
    client_disconnect(&client);
    hub_answer(fixture, request, 200, ACCEPTED);
    open_socket(fixture, &client);
    ws_say(&client, UPDATE);
    hub_answer(fixture, take(fixture, UPDATE), 200, ACCEPTED);
    assert_ws_text(&client, "\"status\":200");
    client_disconnect(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_update_reaches_the_hub_and_its_answer_the_publisher),
        TEST(answers_wait_for_those_before_them),
        TEST(what_the_hub_need_not_see_is_refused_at_once),
        TEST(nothing_is_read_while_64_updates_are_not_answered),
        TEST(eleven_messages_in_a_row_that_are_no_json_end_it),
        TEST(text_that_is_not_utf8_closes_it),
        TEST(body_size_bounds_a_message),
        TEST(a_key_is_asked_for_before_the_upgrade),
        TEST(a_stop_waits_for_the_answers),
        TEST(a_publisher_that_is_gone_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
