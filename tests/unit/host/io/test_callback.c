/* SPDX-License-Identifier: MIT */
#include "io/callback.h"

#include "io_client.h"

static void open_peer(struct client *client, struct fixture *fixture, enum via via) {
    if (via == VIA_TLS)
        fixture_use_tls(fixture);
    fixture_start(fixture);
    client_open_ws(client, fixture, via);
}

/* The text of the next command, compared whole. */
static void assert_command(struct fixture *fixture, const char *text) {
    struct command_message *command = hub_take(fixture, MESSAGE_COMMAND);
    assert_text(command->request, text);
    message_destroy(&command->head);
}

static void split_at_every_byte(struct fixture *fixture, enum via via) {
    static const char text[] = "{\"action\":\"subscribe\",\"id\":\"caf\xc3\xa9\"}";
    uint8_t frame[128];
    struct client client;
    open_peer(&client, fixture, via);
    size_t size = ws_make(frame, 0x81, text, sizeof(text) - 1);
    for (size_t cut = 1; cut < size; cut++) {
        client_write(&client, frame, cut);
        ws_make(frame, 0x81, text, sizeof(text) - 1);
        client_write(&client, frame + cut, size - cut);
        assert_command(fixture, text);
    }
    for (size_t i = 0; i < size; i++)
        client_write(&client, frame + i, 1);
    assert_command(fixture, text);
    client_disconnect(&client);
}

static void a_message_may_be_cut_at_every_byte(void **state) {
    split_at_every_byte(*state, VIA_TCP);
}

static void a_message_may_be_cut_at_every_byte_over_tls(void **state) {
    split_at_every_byte(*state, VIA_TLS);
}

/* RFC 6455 section 5.4, with control frames between the fragments. */
static void a_message_may_come_in_fragments_of_any_size(void **state) {
    static const char text[] = "{\"action\":\"subscribe\",\"id\":\"caf\xc3\xa9\"}";
    struct client client;
    open_peer(&client, *state, VIA_TCP);
    for (size_t cut = 0; cut < sizeof(text); cut++) {
        ws_send(&client, 0x01, text, cut);
        ws_send(&client, 0x89, "?", 1);
        struct ws_frame pong = ws_read(&client);
        assert_int_equal(pong.first, 0x8a);
        assert_string_equal((char *)pong.payload, "?");
        free(pong.payload);
        ws_send(&client, 0x80, text + cut, sizeof(text) - 1 - cut);
        assert_command(*state, text);
    }
    ws_send(&client, 0x01, "", 0);
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        ws_send(&client, 0x00, text + i, 1);
    ws_send(&client, 0x80, "", 0);
    assert_command(*state, text);
    client_disconnect(&client);
}

static void many_messages_in_one_segment_are_each_received(void **state) {
    struct client client;
    uint8_t frames[8192];
    char text[64];
    size_t size = 0;
    open_peer(&client, *state, VIA_TCP);
    for (int i = 0; i < 100; i++) {
        int length = snprintf(text, sizeof(text), "{\"action\":\"subscribe\",\"id\":%d}", i);
        size += ws_make(frames + size, 0x81, text, (size_t)length);
    }
    client_write(&client, frames, size);
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "{\"action\":\"subscribe\",\"id\":%d}", i);
        assert_command(*state, text);
    }
    client_disconnect(&client);
}

static void binary_messages_close_with_1003(void **state) {
    struct client client;
    open_peer(&client, *state, VIA_TCP);
    ws_send(&client, 0x82, "{}", 2);
    assert_ws_close(&client, 1003, "messages must be text");
    client_finish_close(&client);
}

static void invalid_utf8_closes_with_1007(void **state) {
    static const char *const texts[] = {"\xff", "{\"action\":\"\xc3\"}", "\xed\xa0\x80"};
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct client client;
        client_open_ws(&client, fixture, VIA_TCP);
        ws_say(&client, texts[i]);
        assert_ws_close(&client, 1007, NULL);
        client_finish_close(&client);
    }
}

/* A message of just that size: a subscribe with spaces. */
static void say_sized(struct client *client, size_t size, bool fragments) {
    char text[2048];
    assert_true(size <= sizeof(text));
    memset(text, ' ', size);
    memcpy(text, "{\"action\":\"subscribe\"}", 22);
    if (!fragments) {
        ws_send(client, 0x81, text, size);
        return;
    }
    ws_send(client, 0x01, text, size / 2);
    ws_send(client, 0x80, text + size / 2, size - size / 2);
}

static void messages_over_the_limit_close_with_1009(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (int fragments = 0; fragments < 2; fragments++) {
        struct client client;
        client_open_ws(&client, fixture, VIA_TCP);
        say_sized(&client, 1024, fragments);
        message_destroy(hub_take(fixture, MESSAGE_COMMAND));
        say_sized(&client, 1025, fragments);
        assert_ws_close(&client, 1009, "over limits.message_size");
        hub_forget(fixture);
        client_finish_close(&client);
    }
}

/* RFC 6455 section 7.4: the code is echoed when it may be sent, otherwise it is 1002. */
static void a_close_is_answered_with_its_own_code(void **state) {
    static const struct {
        unsigned code;
        unsigned answer;
    } cases[] = {{1000, 1000}, {1001, 1001}, {1003, 1003}, {1011, 1011}, {3000, 3000},
                 {4101, 4101}, {4999, 4999}, {999, 1002},  {1004, 1002}, {1005, 1002},
                 {1006, 1002}, {1015, 1002}, {2999, 1002}, {5000, 1002}};
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const uint8_t payload[] = {(uint8_t)(cases[i].code >> 8), (uint8_t)cases[i].code, 'x'};
        struct client client;
        client_open_ws(&client, fixture, VIA_TCP);
        ws_send(&client, 0x88, payload, sizeof(payload));
        assert_ws_close(&client, cases[i].answer, NULL);
        assert_closed(&client);
        client_disconnect(&client);
    }
}

static void closes_that_are_malformed_are_answered_1002(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_open_ws(&client, fixture, VIA_TCP);
    ws_send(&client, 0x88, "\x03", 1);
    assert_ws_close(&client, 1002, NULL);
    assert_closed(&client);
    client_disconnect(&client);
    client_open_ws(&client, fixture, VIA_TCP);
    ws_send(&client, 0x88, "\x03\xe8\xff", 3);
    assert_ws_close(&client, 1002, NULL);
    assert_closed(&client);
    client_disconnect(&client);
}

static void a_close_without_a_code_is_answered(void **state) {
    struct client client;
    open_peer(&client, *state, VIA_TCP);
    ws_send(&client, 0x88, "", 0);
    assert_ws_close(&client, 1000, NULL);
    assert_closed(&client);
    client_disconnect(&client);
}

static void nothing_is_received_after_a_close(void **state) {
    struct client client;
    open_peer(&client, *state, VIA_TCP);
    ws_send(&client, 0x82, "{}", 2);
    assert_ws_close(&client, 1003, NULL);
    ws_say(&client, "{\"action\":\"subscribe\"}");
    ws_send(&client, 0x88, "\x03\xeb", 2);
    assert_closed(&client);
    client_disconnect(&client);
    assert_null(hub_poll(*state));
}

/* CVE-2025-11677, h2c and CONNECT: none may reach further into the library. */
static void requests_that_would_leave_http_are_cut_off(void **state) {
    static const char *const requests[] = {
        "GET /ws/prices HTTP/1.1\r\nHost: localhost\r\nUpgrade:\r\nConnection: Upgrade\r\n\r\n",
        ("GET /ws/prices HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
         "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"),
        "CONNECT h:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    };
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct client client;
        char text[512];
        client_connect(&client, fixture, VIA_TCP);
        client_say(&client, requests[i]);
        size_t got = client_read_some(&client, text, sizeof(text) - 1);
        text[got] = '\0';
        assert_null(strstr(text, "101"));
        client_disconnect(&client);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_message_may_be_cut_at_every_byte),
        TEST(a_message_may_be_cut_at_every_byte_over_tls),
        TEST(a_message_may_come_in_fragments_of_any_size),
        TEST(many_messages_in_one_segment_are_each_received),
        TEST(binary_messages_close_with_1003),
        TEST(invalid_utf8_closes_with_1007),
        TEST(messages_over_the_limit_close_with_1009),
        TEST(a_close_is_answered_with_its_own_code),
        TEST(closes_that_are_malformed_are_answered_1002),
        TEST(a_close_without_a_code_is_answered),
        TEST(nothing_is_received_after_a_close),
        TEST(requests_that_would_leave_http_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
