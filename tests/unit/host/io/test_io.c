/* SPDX-License-Identifier: MIT */
#include "io/io.h"

#include "io_client.h"

enum { MESSAGES = 300, TEXT_MAX = 20000, TINY = 4096 };

/* One stream of numbered texts, whose size and content follow from the number. */
struct stream_check {
    uint32_t texts;
    uint32_t pings; /* sent */
    uint32_t pong;  /* the last one that came */
};

static size_t text_size(uint32_t number) {
    static const size_t sizes[] = {9, 125, 126, 5000, 300, TEXT_MAX, 65, 1500};
    return sizes[number % (sizeof(sizes) / sizeof(sizes[0]))] + number % 7;
}

static void make_text(char *text, uint32_t number) {
    size_t size = text_size(number);
    snprintf(text, 9, "%08u", number);
    for (size_t i = 8; i < size; i++)
        text[i] = (char)('a' + (i * 7 + number) % 26);
}

static void say_number(struct fixture *fixture, struct member *member, uint32_t number) {
    char text[TEXT_MAX + 16];
    make_text(text, number);
    hub_say(fixture, text_message_create(member, false, sentio_bytes(text, text_size(number))));
}

static void ping(struct client *client, struct stream_check *check) {
    char payload[9];
    snprintf(payload, sizeof(payload), "%08u", ++check->pings);
    ws_send(client, 0x89, payload, 8);
}

/* One frame, which must be the next text or a newer pong. False: it closes. */
static bool check_frame(struct client *client, struct stream_check *check) {
    char text[TEXT_MAX + 16];
    struct ws_frame frame = ws_read(client);
    bool open = frame.first != 0x88;
    if (frame.first == 0x81) {
        make_text(text, check->texts);
        assert_int_equal(frame.size, text_size(check->texts));
        assert_memory_equal(frame.payload, text, frame.size);
        check->texts++;
    } else if (frame.first == 0x8a) {
        uint32_t number = (uint32_t)strtoul((char *)frame.payload, NULL, 10);
        assert_int_equal(frame.size, 8);
        assert_in_range(number, check->pong + 1, check->pings);
        check->pong = number;
    } else {
        assert_false(open);
        assert_int_equal(frame.payload[0] << 8 | frame.payload[1], 1000);
    }
    free(frame.payload);
    return open;
}

/* A reader that is always behind, with pings in between and a close at the end. */
static void read_slowly(struct fixture *fixture, enum via via) {
    struct stream_check check = {.texts = 0};
    struct client client;
    fixture->send_buffer = fixture->receive_buffer = TINY;
    fixture->config.limits.outbox = 64 << 20;
    if (via == VIA_TLS)
        fixture_use_tls(fixture);
    fixture_start(fixture);
    client_open_ws(&client, fixture, via);
    struct member *member = ws_subscribe(&client, fixture);
    for (uint32_t sent = 0; sent < MESSAGES;) {
        for (uint32_t burst = 0; burst < 10; burst++)
            say_number(fixture, member, sent++);
        ping(&client, &check);
        for (int i = 0; i < 3; i++)
            assert_true(check_frame(&client, &check));
    }
    hub_say(fixture, close_message_create(member, 1000, sentio_text("done")));
    while (check_frame(&client, &check))
        continue;
    assert_int_equal(check.texts, MESSAGES);
    assert_true(check.pong > 0);
    client_finish_close(&client);
    hub_forget(fixture);
}

static void every_byte_arrives_in_order_over_plain_text(void **state) {
    read_slowly(*state, VIA_TCP);
}

static void every_byte_arrives_in_order_over_tls(void **state) {
    read_slowly(*state, VIA_TLS);
}

static void every_byte_arrives_in_order_over_a_unix_socket(void **state) {
    read_slowly(*state, VIA_UNIX);
}

/* Sends to a client that reads nothing until the host gives it up; how many bytes that took. */
static size_t send_until_it_leaves(struct fixture *fixture, struct member *member) {
    char text[2048];
    size_t sent = 0;
    memset(text, 'a', sizeof(text));
    for (;;) {
        struct message *message = hub_poll(fixture);
        if (message != NULL) {
            assert_int_equal(message->kind, MESSAGE_LEFT);
            hub_say(fixture, gone_message_create(member));
            message_destroy(message);
            return sent;
        }
        if (atomic_load(&fixture->io->queue.bytes) > 0)
            continue; /* one at a time: only the outbox fills */
        hub_say(fixture, text_message_create(member, false, sentio_bytes(text, sizeof(text))));
        sent += sizeof(text);
        assert_true(sent < 16 << 20);
    }
}

static void stop_reading(struct fixture *fixture, enum via via) {
    struct client client;
    struct client other;
    fixture->send_buffer = fixture->receive_buffer = TINY;
    fixture->config.limits.outbox = 64 << 10;
    if (via == VIA_TLS)
        fixture_use_tls(fixture);
    fixture_start(fixture);
    client_open_ws(&client, fixture, via);
    client_open_ws(&other, fixture, via);
    struct member *member = ws_subscribe(&client, fixture);
    size_t sent = send_until_it_leaves(fixture, member);
    assert_in_range(sent, 64 << 10, 1 << 20);
    ws_say(&other, "{\"action\":\"ping\"}");
    assert_ws_text(&other, "\"pong\"");
    struct ws_frame frame = ws_read(&client);
    for (; frame.first == 0x81; frame = ws_read(&client)) {
        assert_int_equal(frame.size, 2048);
        sent -= frame.size;
        free(frame.payload);
    }
    assert_int_equal(frame.first, 0x88);
    assert_int_equal(frame.payload[0] << 8 | frame.payload[1], 4101);
    free(frame.payload);
    /* What the backlog held was let go. */
    assert_true(sent >= 62 << 10);
    client_finish_close(&client);
    client_disconnect(&other);
}

static void a_reader_that_stops_is_closed_with_4101(void **state) {
    stop_reading(*state, VIA_TCP);
}

static void a_reader_that_stops_is_closed_with_4101_over_tls(void **state) {
    stop_reading(*state, VIA_TLS);
}

static void stop_closes_websockets_with_1001_and_ends(void **state) {
    struct fixture *fixture = *state;
    struct client clients[2];
    struct client idle;
    struct answer answer;
    fixture_start(fixture);
    client_open_ws(&clients[0], fixture, VIA_TCP);
    client_open_ws(&clients[1], fixture, VIA_UNIX);
    ws_subscribe(&clients[0], fixture);
    client_connect(&idle, fixture, VIA_TCP);
    client_say(&idle, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&idle, &answer, 404, NULL);
    io_stop(fixture->io);
    for (int i = 0; i < 2; i++) {
        assert_ws_close(&clients[i], 1001, "the host is going away");
        client_finish_close(&clients[i]);
    }
    assert_closed(&idle);
    client_disconnect(&idle);
    fixture_stop(fixture);
    assert_int_equal(fixture->io->connection_count, 0);
    assert_int_equal(fixture->io->member_count, 0);
}

static void after_drain_what_is_left_is_cut_off(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct client silent;
    fixture->config.server.drain = 50;
    fixture_start(fixture);
    client_open_ws(&client, fixture, VIA_TCP);
    client_connect(&silent, fixture, VIA_TCP);
    client_say(&silent, "GET ");
    fixture_stop(fixture);
    assert_ws_close(&client, 1001, NULL);
    client_disconnect(&client);
    client_disconnect(&silent);
}

static void while_stopping_new_requests_are_answered_503(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct client open;
    struct answer answer;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n");
    client_open_ws(&open, fixture, VIA_TCP);
    io_stop(fixture->io);
    assert_ws_close(&open, 1001, NULL);
    client_say(&client, "\r\n");
    assert_answer(&client, &answer, 503, "shutting down");
    assert_header(&answer, "Retry-After", "5");
    assert_header(&answer, "Connection", "close");
    assert_closed(&client);
    client_disconnect(&client);
    client_finish_close(&open);
}

static void an_io_that_was_never_started_is_destroyed(void **state) {
    fixture_create(*state);
    io_destroy(NULL);
}

static void ids_are_unique_and_name_their_thread(void **state) {
    struct fixture *fixture = *state;
    fixture_create(fixture);
    uint64_t first = io_draw_id(fixture->io);
    uint64_t second = io_draw_id(fixture->io);
    assert_int_not_equal(first, 0);
    assert_true(second > first);
    assert_int_equal(first & 0xff, fixture->io->index);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_byte_arrives_in_order_over_plain_text),
        TEST(every_byte_arrives_in_order_over_tls),
        TEST(every_byte_arrives_in_order_over_a_unix_socket),
        TEST(a_reader_that_stops_is_closed_with_4101),
        TEST(a_reader_that_stops_is_closed_with_4101_over_tls),
        TEST(stop_closes_websockets_with_1001_and_ends),
        TEST(after_drain_what_is_left_is_cut_off),
        TEST(while_stopping_new_requests_are_answered_503),
        TEST(an_io_that_was_never_started_is_destroyed),
        TEST(ids_are_unique_and_name_their_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
