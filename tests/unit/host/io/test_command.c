/* SPDX-License-Identifier: MIT */
#include "io/command.h"

#include "io/client.h"
#include "io_fixture.h"

/* The library is not asked for anything here but to take close frames. */
static uint8_t *last_close(void) {
    static uint8_t frame[256];
    return frame;
}

int lws_write(struct lws *wsi, unsigned char *data, size_t size, enum lws_write_protocol how) {
    (void)wsi;
    assert_int_equal(how, LWS_WRITE_RAW);
    assert_in_range(size, 4, 256);
    memcpy(last_close(), data, size);
    return (int)size;
}

int lws_partial_buffered(struct lws *wsi) {
    (void)wsi;
    return 1;
}

int lws_rx_flow_control(struct lws *wsi, int enable) {
    (void)wsi;
    (void)enable;
    return 0;
}

int lws_callback_on_writable(struct lws *wsi) {
    (void)wsi;
    return 1;
}

struct peer {
    struct fixture *fixture;
    struct connection *connection;
};

static void open_peer(struct peer *peer, void **state, bool named) {
    peer->fixture = *state;
    fixture_write(peer->fixture->paths[3], ALPHA);
    peer->fixture->config.auth.admin_tokens_file = peer->fixture->paths[3];
    fixture_create(peer->fixture);
    peer->connection = connection_create(peer->fixture->io, &peer->fixture->listen[0], NULL);
    assert_non_null(peer->connection);
    client_open(peer->connection, NULL);
    peer->connection->named = named;
    peer->connection->stream = named ? NULL : stream_ref(peer->fixture->streams[0]);
    memset(last_close(), 0, 256);
}

/* The hub's part of it: the members are forgotten. */
static void close_peer(struct peer *peer) {
    connection_destroy(peer->connection);
    for (struct message *message = hub_poll(peer->fixture); message;
         message = hub_poll(peer->fixture)) {
        if (message->kind == MESSAGE_LEFT) {
            struct message *gone = gone_message_create(((struct left_message *)message)->member);
            client_deliver(peer->fixture->io, gone);
            message_destroy(gone);
        }
        message_destroy(message);
    }
}

static void receive(struct peer *peer, const char *text) {
    command_receive(peer->connection, sentio_text(text));
}

/* The one answer that is queued holds `part`. */
static void assert_told(struct peer *peer, const char *part) {
    char text[1024];
    struct outbox *outbox = &peer->fixture->io->outbox;
    uint32_t entry = peer->connection->first_entry;
    assert_int_not_equal(entry, NO_ENTRY);
    struct span span = outbox->entries[entry].span;
    const uint8_t *frame = outbox->arena.data + span.start;
    size_t header = frame[1] == 126 ? 4 : 2;
    assert_int_equal(frame_length(frame, span.end - span.start), span.end - span.start);
    snprintf(text, sizeof(text), "%.*s", (int)(span.end - span.start - header),
             (const char *)frame + header);
    if (strstr(text, part) == NULL) {
        print_error("\"%s\" is not in %s\n", part, text);
        fail();
    }
    outbox_forget(outbox, peer->connection);
}

static void assert_error(struct peer *peer, const char *text, const char *code) {
    char part[64];
    receive(peer, text);
    snprintf(part, sizeof(part), "\"code\":\"%s\"", code);
    assert_told(peer, part);
    assert_null(hub_poll(peer->fixture));
    assert_int_equal(peer->connection->errors, 1);
    peer->connection->errors = 0;
}

static struct command_message *assert_handed_over(struct peer *peer, const char *text) {
    receive(peer, text);
    assert_int_equal(peer->connection->first_entry, NO_ENTRY);
    return hub_take(peer->fixture, MESSAGE_COMMAND);
}

static unsigned close_code(void) {
    return (unsigned)last_close()[2] << 8 | last_close()[3];
}

static void a_subscribe_is_handed_over_whole(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    static const char text[] =
        "{\"action\":\"subscribe\",\"user_id\":\"u1\",\"id\":7,\"symbols\":[\"AAPL\"]}";
    struct command_message *command = assert_handed_over(&peer, text);
    assert_int_equal(command->what, COMMAND_SUBSCRIBE);
    assert_int_equal(command->channel, 0);
    assert_false(command->named);
    assert_text(command->user, "u1");
    assert_text(command->id, "7");
    assert_text(command->request, text);
    assert_ptr_equal(command->member, peer.connection->members);
    uint64_t conn = command->conn;
    message_destroy(&command->head);
    command = assert_handed_over(&peer, "{\"action\":\"unsubscribe\"}");
    assert_int_equal(command->what, COMMAND_UNSUBSCRIBE);
    assert_int_equal(command->conn, conn);
    assert_text(command->user, "u1");
    message_destroy(&command->head);
    command = assert_handed_over(&peer, "{\"action\":\"presence\"}");
    assert_int_equal(command->what, COMMAND_PRESENCE);
    message_destroy(&command->head);
    command = assert_handed_over(&peer, "{\"action\":\"ack\"}");
    assert_int_equal(command->what, COMMAND_ACK);
    assert_int_equal(command->sent, 0);
    message_destroy(&command->head);
    command = assert_handed_over(&peer, "{\"action\":\"buy\"}");
    assert_int_equal(command->what, COMMAND_OTHER);
    assert_text(command->action, "buy");
    message_destroy(&command->head);
    close_peer(&peer);
}

static void what_is_malformed_is_answered_and_changes_nothing(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    assert_error(&peer, "", "invalid_json");
    assert_error(&peer, "{", "invalid_json");
    assert_error(&peer, "[]", "invalid_json");
    assert_error(&peer, "{} {}", "invalid_json");
    assert_error(&peer, "{}", "invalid_field");
    assert_error(&peer, "{\"action\":1}", "invalid_field");
    assert_error(&peer, "{\"action\":\"ping\",\"action\":\"ping\"}", "invalid_field");
    assert_error(&peer, "{\"action\":\"ping\",\"id\":{}}", "invalid_field");
    assert_error(&peer, "{\"action\":\"subscribe\",\"user_id\":5}", "invalid_field");
    assert_error(&peer, "{\"action\":\"subscribe\",\"user_id\":\"*\"}", "invalid_field");
    assert_error(&peer, "{\"action\":\"subscribe\",\"user_id\":\"a\\u0000b\"}", "invalid_field");
    assert_error(&peer, "{\"action\":\"unsubscribe\"}", "not_subscribed");
    assert_error(&peer, "{\"action\":\"presence\"}", "not_subscribed");
    assert_error(&peer, "{\"action\":\"ack\"}", "not_subscribed");
    assert_error(&peer, "{\"action\":\"subscribe\",\"channel\":\"silent\"}", "unknown_channel");
    assert_null(peer.connection->members);
    assert_null(peer.connection->user);
    close_peer(&peer);
}

static void an_error_carries_the_id(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    receive(&peer, "{\"action\":5,\"id\":\"x\"}");
    assert_told(&peer, "\"id\":\"x\"");
    receive(&peer, "{\"action\":\"unsubscribe\",\"id\":1.5e3}");
    assert_told(&peer, "\"id\":1.5e3");
    close_peer(&peer);
}

static void a_ping_is_answered_with_its_id(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    peer.connection->errors = 10;
    receive(&peer, "{\"action\":\"ping\",\"id\":\"p\"}");
    assert_told(&peer, "\"type\":\"pong\",\"id\":\"p\"");
    assert_int_equal(peer.connection->errors, 0);
    close_peer(&peer);
}

static void on_ws_each_message_names_its_channel(void **state) {
    struct peer peer;
    open_peer(&peer, state, true);
    assert_error(&peer, "{\"action\":\"subscribe\"}", "unknown_channel");
    assert_error(&peer, "{\"action\":\"subscribe\",\"channel\":\"x\"}", "unknown_channel");
    struct command_message *command =
        assert_handed_over(&peer, "{\"action\":\"subscribe\",\"channel\":\"silent\"}");
    assert_int_equal(command->channel, 1);
    assert_true(command->named);
    message_destroy(&command->head);
    command = assert_handed_over(&peer, "{\"action\":\"subscribe\",\"channel\":\"prices\"}");
    assert_int_equal(command->channel, 0);
    message_destroy(&command->head);
    assert_int_equal(peer.fixture->io->member_count, 2);
    close_peer(&peer);
}

static void the_first_user_named_stays(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    struct command_message *command =
        assert_handed_over(&peer, "{\"action\":\"subscribe\",\"user_id\":\"u1\"}");
    message_destroy(&command->head);
    assert_error(&peer, "{\"action\":\"subscribe\",\"user_id\":\"u2\"}", "user_mismatch");
    command = assert_handed_over(&peer, "{\"action\":\"subscribe\",\"user_id\":null}");
    assert_text(command->user, "u1");
    message_destroy(&command->head);
    close_peer(&peer);
}

static void a_token_in_the_message_counts_instead_of_the_handshakes(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    static const struct {
        const char *text;
        uint32_t roles;
    } cases[] = {
        {"{\"action\":\"subscribe\"}", SENTIO_ROLE_ADMIN},
        {"{\"action\":\"subscribe\",\"token\":\"beta\"}", 0},
        {"{\"action\":\"subscribe\",\"token\":\"alpha\"}", SENTIO_ROLE_ADMIN},
        {"{\"action\":\"subscribe\",\"admin_token\":\"alpha\"}", SENTIO_ROLE_ADMIN},
        {"{\"action\":\"subscribe\",\"admin_token\":\"x\",\"token\":\"alpha\"}", 0},
    };
    peer.connection->roles = SENTIO_ROLE_ADMIN;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct command_message *command = assert_handed_over(&peer, cases[i].text);
        assert_int_equal(command->roles, cases[i].roles);
        message_destroy(&command->head);
    }
    close_peer(&peer);
}

static void over_ten_errors_in_a_row_close_with_1008(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    for (int i = 0; i < 10; i++)
        receive(&peer, "{");
    assert_int_equal(peer.connection->state, CONNECTION_OPEN);
    receive(&peer, "{\"action\":\"ping\"}");
    for (int i = 0; i < 10; i++)
        receive(&peer, "{");
    assert_int_equal(peer.connection->state, CONNECTION_OPEN);
    outbox_forget(&peer.fixture->io->outbox, peer.connection);
    receive(&peer, "{");
    assert_int_equal(peer.connection->state, CONNECTION_CLOSING);
    close_peer(&peer);
}

static void over_the_rate_the_connection_is_closed_with_1008(void **state) {
    struct peer peer;
    ((struct fixture *)*state)->config.limits.message_rate = 5;
    open_peer(&peer, state, false);
    for (int i = 0; i < 20; i++)
        receive(&peer, "{\"action\":\"ping\"}");
    assert_int_equal(peer.connection->state, CONNECTION_OPEN);
    outbox_forget(&peer.fixture->io->outbox, peer.connection);
    receive(&peer, "{\"action\":\"ping\"}");
    assert_int_equal(peer.connection->state, CONNECTION_CLOSING);
    assert_int_equal(close_code(), 1008);
    assert_memory_equal(last_close() + 4, "rate limit", 10);
    close_peer(&peer);
}

static void invalid_utf8_closes_with_1007(void **state) {
    struct peer peer;
    open_peer(&peer, state, false);
    receive(&peer, "{\"action\":\"\xff\"}");
    assert_int_equal(peer.connection->state, CONNECTION_CLOSING);
    assert_int_equal(close_code(), 1007);
    close_peer(&peer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_subscribe_is_handed_over_whole),
        TEST(what_is_malformed_is_answered_and_changes_nothing),
        TEST(an_error_carries_the_id),
        TEST(a_ping_is_answered_with_its_id),
        TEST(on_ws_each_message_names_its_channel),
        TEST(the_first_user_named_stays),
        TEST(a_token_in_the_message_counts_instead_of_the_handshakes),
        TEST(over_ten_errors_in_a_row_close_with_1008),
        TEST(over_the_rate_the_connection_is_closed_with_1008),
        TEST(invalid_utf8_closes_with_1007),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
