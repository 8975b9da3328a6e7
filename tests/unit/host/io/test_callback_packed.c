/* SPDX-License-Identifier: MIT */
#include "io/callback.h"

#include "frame/deflate.h"
#include "io_client.h"

/* Clients that send compressed messages, and what they may not send. */

static const char subscribe[] = "{\"action\":\"subscribe\",\"id\":\"caf\xc3\xa9 caf\xc3\xa9\"}";

static void start(struct fixture *fixture, enum via via) {
    fixture->config.compress.enabled = true;
    fixture->config.compress.min = 256;
    fixture->config.compress.level = 3;
    if (via == VIA_TLS)
        fixture_use_tls(fixture);
    fixture_start(fixture);
}

static void open_packer(struct client *client, struct fixture *fixture, enum via via) {
    client_connect(client, fixture, via);
    client_upgrade(client, "/ws/prices", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
}

/* Without the tail that RFC 7692 section 7.2.1 takes away. */
static size_t pack(uint8_t *packed, size_t room, const void *text, size_t size) {
    z_stream stream = {.next_out = packed, .avail_out = (uInt)room};
    stream.next_in = (Bytef *)text;
    stream.avail_in = (uInt)size;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, 0), Z_OK);
    assert_int_equal(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
    size_t made = stream.total_out - 4;
    deflateEnd(&stream);
    return made;
}

static void assert_command(struct fixture *fixture, const char *text) {
    struct command_message *command = hub_take(fixture, MESSAGE_COMMAND);
    assert_text(command->request, text);
    message_destroy(&command->head);
}

static void assert_closes(struct fixture *fixture, const uint8_t *frames, size_t size,
                          unsigned code, const char *reason) {
    struct client client;
    open_packer(&client, fixture, VIA_TCP);
    client_write(&client, frames, size);
    assert_ws_close(&client, code, reason);
    client_finish_close(&client);
}

static void cut_at_every_byte(struct fixture *fixture, enum via via) {
    uint8_t packed[128];
    uint8_t frame[128];
    struct client client;
    start(fixture, via);
    open_packer(&client, fixture, via);
    size_t size = pack(packed, sizeof(packed), subscribe, sizeof(subscribe) - 1);
    size_t length = ws_make(frame, 0xc1, packed, size);
    for (size_t cut = 1; cut < length; cut++) {
        client_write(&client, frame, cut);
        client_write(&client, frame + cut, length - cut);
        assert_command(fixture, subscribe);
    }
    client_disconnect(&client);
}

static void a_compressed_message_may_be_cut_at_every_byte(void **state) {
    cut_at_every_byte(*state, VIA_TCP);
}

static void a_compressed_message_may_be_cut_at_every_byte_over_tls(void **state) {
    cut_at_every_byte(*state, VIA_TLS);
}

static void ask_for_pong(struct client *client) {
    ws_send(client, 0x89, "?", 1);
    struct ws_frame pong = ws_read(client);
    assert_int_equal(pong.first, 0x8a);
    free(pong.payload);
}

/* RFC 7692 section 7.2.3.1: RSV1 in the first fragment alone; control frames come in between. */
static void a_compressed_message_may_come_in_fragments(void **state) {
    struct fixture *fixture = *state;
    uint8_t packed[128];
    struct client client;
    start(fixture, VIA_TCP);
    open_packer(&client, fixture, VIA_TCP);
    size_t size = pack(packed, sizeof(packed), subscribe, sizeof(subscribe) - 1);
    for (size_t cut = 0; cut <= size; cut++) {
        ws_send(&client, 0x41, packed, cut);
        ask_for_pong(&client);
        ws_send(&client, 0x8a, "unasked", 7);
        ws_send(&client, 0x80, packed + cut, size - cut);
        assert_command(fixture, subscribe);
    }
    ws_send(&client, 0x41, "", 0);
    for (size_t i = 0; i < size; i++)
        ws_send(&client, 0x00, packed + i, 1);
    ask_for_pong(&client);
    ws_send(&client, 0x80, "", 0);
    assert_command(fixture, subscribe);
    client_disconnect(&client);
}

static void plain_and_compressed_messages_may_be_mixed(void **state) {
    struct fixture *fixture = *state;
    uint8_t packed[128];
    struct client client;
    start(fixture, VIA_TCP);
    open_packer(&client, fixture, VIA_TCP);
    size_t size = pack(packed, sizeof(packed), subscribe, sizeof(subscribe) - 1);
    for (int i = 0; i < 10; i++) {
        ws_send(&client, 0xc1, packed, size);
        ws_say(&client, subscribe);
        ws_send(&client, 0x01, subscribe, 10);
        ws_send(&client, 0x80, subscribe + 10, sizeof(subscribe) - 11);
    }
    for (int i = 0; i < 30; i++)
        assert_command(fixture, subscribe);
    client_disconnect(&client);
}

static void a_compressed_message_is_checked_like_any_other(void **state) {
    struct fixture *fixture = *state;
    uint8_t packed[128];
    uint8_t frame[128];
    struct client client;
    start(fixture, VIA_TCP);
    size_t size = pack(packed, sizeof(packed), "{\"action\":\"\xed\xa0\x80\"}", 16);
    assert_closes(fixture, frame, ws_make(frame, 0xc1, packed, size), 1007,
                  "the text is not valid UTF-8");
    assert_closes(fixture, frame, ws_make(frame, 0xc2, packed, size), 1003, NULL);
    open_packer(&client, fixture, VIA_TCP);
    ws_send(&client, 0xc1, "\0", 1);
    assert_ws_text(&client, "\"invalid_json\"");
    size = pack(packed, sizeof(packed), "{\"action\":", 10);
    ws_send(&client, 0xc1, packed, size);
    assert_ws_text(&client, "\"invalid_json\"");
    client_disconnect(&client);
}

static void a_text_over_the_limit_closes_with_1009_however_small_it_was(void **state) {
    static const char over[] = "over limits.message_size";
    struct fixture *fixture = *state;
    char text[1025];
    uint8_t packed[64];
    uint8_t frame[2048];
    struct client client;
    start(fixture, VIA_TCP);
    memset(text, ' ', sizeof(text));
    memcpy(text, "{\"action\":\"subscribe\"}", 22);
    open_packer(&client, fixture, VIA_TCP);
    ws_send(&client, 0xc1, packed, pack(packed, sizeof(packed), text, 1024));
    message_destroy(hub_take(fixture, MESSAGE_COMMAND));
    ws_send(&client, 0xc1, packed, pack(packed, sizeof(packed), text, 1025));
    assert_ws_close(&client, 1009, over);
    hub_forget(fixture);
    client_finish_close(&client);
    /* Empty blocks alone: what was received counts too. */
    memset(text, 0, sizeof(text));
    assert_closes(fixture, frame, ws_make(frame, 0xc1, text, 1025), 1009, over);
    assert_closes(fixture, frame, ws_make(frame, 0x41, text, 1025), 1009, over);
}

static void corrupt_and_truncated_messages_close_with_1007(void **state) {
    static const char reason[] = "the compressed text is corrupt";
    struct fixture *fixture = *state;
    uint8_t packed[128];
    uint8_t frame[128];
    start(fixture, VIA_TCP);
    size_t size = pack(packed, sizeof(packed), subscribe, sizeof(subscribe) - 1);
    for (size_t cut = 0; cut < size; cut += 7)
        assert_closes(fixture, frame, ws_make(frame, 0xc1, packed, cut), 1007, reason);
    assert_closes(fixture, frame, ws_make(frame, 0xc1, "\x06", 1), 1007, reason);
    assert_closes(fixture, frame, ws_make(frame, 0xc1, "\xf2\0\x11\0\0", 5), 1007, reason);
    assert_closes(fixture, frame, ws_make(frame, 0xc1, subscribe, 20), 1007, reason);
}

static void rsv1_within_a_message_closes_with_1002(void **state) {
    struct fixture *fixture = *state;
    uint8_t frames[256];
    start(fixture, VIA_TCP);
    for (int packed = 0; packed < 2; packed++) {
        size_t size = ws_make(frames, packed ? 0x41 : 0x01, "{", 1);
        size += ws_make(frames + size, 0xc0, "}", 1);
        assert_closes(fixture, frames, size, 1002, "RSV1 within a message");
        size = ws_make(frames, packed ? 0x41 : 0x01, "", 0);
        size += ws_make(frames + size, 0x40, "", 0);
        assert_closes(fixture, frames, size, 1002, "RSV1 within a message");
    }
}

static void rsv1_in_a_pong_or_close_closes_with_1002(void **state) {
    struct fixture *fixture = *state;
    uint8_t frame[64];
    struct client client;
    start(fixture, VIA_TCP);
    assert_closes(fixture, frame, ws_make(frame, 0xca, "?", 1), 1002, "RSV1 in a control frame");
    open_packer(&client, fixture, VIA_TCP);
    ws_send(&client, 0xc8, "\x03\xe8", 2);
    assert_ws_close(&client, 1002, NULL);
    assert_closed(&client);
    client_disconnect(&client);
}

/* Of a ping the library tells nobody: it must do no harm to the message around it. */
static void rsv1_in_a_ping_changes_nothing(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    start(fixture, VIA_TCP);
    open_packer(&client, fixture, VIA_TCP);
    ws_send(&client, 0x01, subscribe, 10);
    ws_send(&client, 0xc9, "?", 1);
    ws_send(&client, 0x80, subscribe + 10, sizeof(subscribe) - 11);
    assert_command(fixture, subscribe);
    client_disconnect(&client);
}

static void reserved_bits_that_nobody_negotiated_close_with_1002(void **state) {
    static const uint8_t firsts[] = {0xa1, 0x91, 0xb1, 0xe1, 0xd1, 0xf1, 0xa9, 0x98};
    struct fixture *fixture = *state;
    struct client client;
    start(fixture, VIA_TCP);
    for (size_t i = 0; i < sizeof(firsts); i++) {
        open_packer(&client, fixture, VIA_TCP);
        ws_send(&client, firsts[i], "{}", 2);
        assert_ws_close(&client, 1002, NULL);
        client_disconnect(&client);
    }
    for (int i = 0; i < 2; i++) {
        client_open_ws(&client, fixture, VIA_TCP);
        ws_send(&client, i ? 0xc1 : 0xc9, "\x02\x00", 2);
        assert_ws_close(&client, 1002, NULL);
        client_disconnect(&client);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_compressed_message_may_be_cut_at_every_byte),
        TEST(a_compressed_message_may_be_cut_at_every_byte_over_tls),
        TEST(a_compressed_message_may_come_in_fragments),
        TEST(plain_and_compressed_messages_may_be_mixed),
        TEST(a_compressed_message_is_checked_like_any_other),
        TEST(a_text_over_the_limit_closes_with_1009_however_small_it_was),
        TEST(corrupt_and_truncated_messages_close_with_1007),
        TEST(rsv1_within_a_message_closes_with_1002),
        TEST(rsv1_in_a_pong_or_close_closes_with_1002),
        TEST(rsv1_in_a_ping_changes_nothing),
        TEST(reserved_bits_that_nobody_negotiated_close_with_1002),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
