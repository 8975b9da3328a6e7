/* SPDX-License-Identifier: MIT */
#include "io/io.h"

#include "io_client.h"

enum { TEXT = 2048, TEXTS = 512, TINY = 4096 };

/* A connection that is there before and after, and is not to notice. */
struct witness {
    struct client client;
    struct member *member;
};

static void witness_begin(struct witness *witness, struct fixture *fixture, enum via via) {
    client_open_ws(&witness->client, fixture, via);
    witness->member = ws_subscribe(&witness->client, fixture);
}

/* The io thread has done what it was told so far. */
static void witness_sees(struct witness *witness, struct fixture *fixture) {
    hub_say(fixture, text_message_create(witness->member, false, sentio_text("{\"seen\":1}")));
    assert_ws_text(&witness->client, "seen");
}

static void witness_ends(struct witness *witness, struct fixture *fixture) {
    ws_say(&witness->client, "{\"action\":\"ping\"}");
    assert_ws_text(&witness->client, "\"pong\"");
    client_disconnect(&witness->client);
    hub_forget(fixture);
}

static void await_shown(struct fixture *fixture) {
    struct view_message *shown = hub_take(fixture, MESSAGE_VIEW);
    message_destroy(&shown->head);
}

/* The io thread goes by another view from now on. */
static void begin_show(struct fixture *fixture, struct config *config, size_t channels) {
    struct view *view = fixture_view(fixture, config, channels);
    hub_say(fixture, view_message_create(view_ref(view)));
}

/* The same, and it has said so. */
static void show(struct fixture *fixture, struct config *config, size_t channels) {
    begin_show(fixture, config, channels);
    await_shown(fixture);
}

static void assert_upgrade(struct fixture *fixture, const char *origin, int status) {
    struct client client;
    struct answer answer;
    char text[512];
    snprintf(text, sizeof(text),
             "GET /ws/prices HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Version: 13\r\nOrigin: %s\r\n\r\n",
             origin);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, text);
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, status);
    client_disconnect(&client);
}

static void other_origins_are_asked_of_new_connections_only(void **state) {
    struct fixture *fixture = *state;
    static char origin[] = "https://new.example";
    static char *origins[] = {origin};
    struct config *changed = &fixture->changed;
    struct witness witness;
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TCP);
    assert_upgrade(fixture, "https://dash.example", 101);
    assert_upgrade(fixture, "https://new.example", 403);
    *changed = fixture->config;
    changed->server.origins = (struct config_strings){origins, 1};
    show(fixture, changed, 2);
    witness_sees(&witness, fixture);
    assert_upgrade(fixture, "https://dash.example", 403);
    assert_upgrade(fixture, "https://new.example", 101);
    witness_ends(&witness, fixture);
}

static void a_smaller_message_size_holds_for_those_that_are_there(void **state) {
    struct fixture *fixture = *state;
    struct config *changed = &fixture->changed;
    struct witness witness;
    struct client client;
    char text[512];
    memset(text, ' ', sizeof(text));
    memcpy(text, "{\"action\":\"ping\"}", 17);
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TCP);
    client_open_ws(&client, fixture, VIA_TCP);
    ws_send(&client, 0x81, text, sizeof(text));
    assert_ws_text(&client, "\"pong\"");
    *changed = fixture->config;
    changed->limits.message_size = 256;
    show(fixture, changed, 2);
    witness_sees(&witness, fixture);
    ws_send(&client, 0x81, text, sizeof(text));
    assert_ws_close(&client, 1009, "over limits.message_size");
    client_finish_close(&client);
    witness_ends(&witness, fixture);
}

static void a_smaller_outbox_ends_the_reader_that_is_behind(void **state) {
    struct fixture *fixture = *state;
    struct config *changed = &fixture->changed;
    struct witness witness;
    char text[TEXT];
    memset(text, 'a', sizeof(text));
    fixture->send_buffer = fixture->receive_buffer = TINY;
    fixture->config.limits.outbox = 64 << 20;
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TCP);
    for (int i = 0; i < TEXTS; i++)
        hub_say(fixture,
                text_message_create(witness.member, false, sentio_bytes(text, sizeof(text))));
    *changed = fixture->config;
    changed->limits.outbox = 64 << 10;
    show(fixture, changed, 2);
    hub_say(fixture, text_message_create(witness.member, false, sentio_bytes(text, sizeof(text))));
    hub_forget(fixture);
    struct ws_frame frame = ws_read(&witness.client);
    for (; frame.first == 0x81; frame = ws_read(&witness.client))
        free(frame.payload);
    assert_int_equal(frame.payload[0] << 8 | frame.payload[1], 4101);
    free(frame.payload);
    client_finish_close(&witness.client);
}

static void a_shorter_heartbeat_counts_for_those_that_are_there(void **state) {
    struct fixture *fixture = *state;
    struct config *changed = &fixture->changed;
    struct client client;
    fixture_start(fixture);
    client_open_ws(&client, fixture, VIA_TCP);
    *changed = fixture->config;
    changed->server.heartbeat = 1;
    show(fixture, changed, 2);
    struct ws_frame frame = ws_read(&client);
    assert_int_equal(frame.first, 0x89);
    free(frame.payload);
    client_disconnect(&client);
}

static int publish_status(struct fixture *fixture, const char *headers) {
    struct client client;
    struct answer answer;
    char text[512];
    snprintf(text, sizeof(text),
             "POST /api/v1/publish/prices HTTP/1.1\r\nHost: localhost\r\n%s"
             "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n",
             headers);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, text);
    client_read_answer(&client, &answer);
    client_disconnect(&client);
    return answer.status;
}

static void other_publisher_keys_hold_at_once(void **state) {
    static const char key[] = "Authorization: Bearer alpha\r\n";
    struct fixture *fixture = *state;
    struct config *changed = &fixture->changed;
    struct witness witness;
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TCP);
    assert_int_equal(publish_status(fixture, ""), 422); /* an empty body, but allowed */
    fixture_write(fixture->paths[4], ALPHA);
    assert_int_equal(chmod(fixture->paths[4], 0600), 0);
    *changed = fixture->config;
    changed->publish.keys_file = fixture->paths[4];
    show(fixture, changed, 2);
    witness_sees(&witness, fixture);
    assert_int_equal(publish_status(fixture, ""), 401);
    assert_int_equal(publish_status(fixture, key), 422);
    witness_ends(&witness, fixture);
}

/* The digest of the certificate that the connection was shown. */
static void peer_digest(const struct client *client, unsigned char digest[EVP_MAX_MD_SIZE]) {
    X509 *certificate = SSL_get1_peer_certificate(client->ssl);
    assert_non_null(certificate);
    memset(digest, 0, EVP_MAX_MD_SIZE);
    assert_int_equal(X509_digest(certificate, EVP_sha256(), digest, NULL), 1);
    X509_free(certificate);
}

static void another_certificate(struct fixture *fixture, EVP_PKEY *key) {
    unsigned char before[EVP_MAX_MD_SIZE];
    unsigned char after[EVP_MAX_MD_SIZE];
    struct config *config = &fixture->config;
    struct witness witness;
    struct client client;
    fixture_use_tls(fixture);
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TLS);
    peer_digest(&witness.client, before);
    fixture_write_pair(fixture, key);
    client_connect(&client, fixture, VIA_TLS); /* the files alone change nothing */
    peer_digest(&client, after);
    assert_memory_equal(before, after, sizeof(before));
    client_disconnect(&client);
    show(fixture, config, 2);
    witness_sees(&witness, fixture);
    client_connect(&client, fixture, VIA_TLS);
    peer_digest(&client, after);
    assert_memory_not_equal(before, after, sizeof(before));
    EVP_PKEY *shown = X509_get0_pubkey(SSL_get0_peer_certificate(client.ssl));
    assert_int_equal(EVP_PKEY_eq(shown, key), 1);
    client_disconnect(&client);
    witness_ends(&witness, fixture);
    EVP_PKEY_free(key);
}

static void a_new_certificate_is_for_new_connections(void **state) {
    another_certificate(*state, EVP_EC_gen("P-256"));
}

static void a_certificate_of_another_kind_takes_the_place_of_the_old(void **state) {
    another_certificate(*state, EVP_RSA_gen(2048));
}

static void a_view_without_a_certificate_leaves_the_last_one(void **state) {
    unsigned char before[EVP_MAX_MD_SIZE];
    unsigned char after[EVP_MAX_MD_SIZE];
    struct fixture *fixture = *state;
    struct witness witness;
    struct client client;
    fixture_use_tls(fixture);
    struct config *changed = &fixture->changed;
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TLS);
    peer_digest(&witness.client, before);
    *changed = fixture->config;
    changed->tls.certificate = NULL;
    changed->tls.key = NULL;
    show(fixture, changed, 2);
    witness_sees(&witness, fixture);
    client_connect(&client, fixture, VIA_TLS);
    peer_digest(&client, after);
    assert_memory_equal(before, after, sizeof(before));
    client_disconnect(&client);
    witness_ends(&witness, fixture);
}

static void a_channel_that_is_gone_closes_its_own_connections_only(void **state) {
    struct fixture *fixture = *state;
    struct witness witness;
    struct client subscribed;
    struct client idle;
    struct client several;
    struct answer answer;
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TCP);
    client_connect(&several, fixture, VIA_TCP);
    client_upgrade(&several, "/ws", "");
    client_connect(&idle, fixture, VIA_TCP);
    client_upgrade(&idle, "/ws/silent", "");
    client_connect(&subscribed, fixture, VIA_TCP);
    client_upgrade(&subscribed, "/ws/silent", "");
    ws_subscribe(&subscribed, fixture);
    begin_show(fixture, &fixture->config, 1);
    hub_forget(fixture);
    await_shown(fixture);
    assert_ws_close(&idle, 1001, "the channel was removed");
    assert_ws_close(&subscribed, 1001, "the channel was removed");
    client_finish_close(&idle);
    client_finish_close(&subscribed);
    ws_say(&several, "{\"action\":\"subscribe\",\"channel\":\"silent\"}");
    assert_ws_text(&several, "\"unknown_channel\"");
    client_disconnect(&several);
    client_connect(&idle, fixture, VIA_TCP);
    client_say(&idle, "GET /ws/silent HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&idle, &answer, 404, "there is nothing at this path");
    client_disconnect(&idle);
    witness_ends(&witness, fixture);
}

static void no_message_is_lost_while_views_change(void **state) {
    struct fixture *fixture = *state;
    struct witness witness;
    char text[32];
    fixture_start(fixture);
    witness_begin(&witness, fixture, VIA_TCP);
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "{\"number\":%d}", i);
        hub_say(fixture, text_message_create(witness.member, false, sentio_text(text)));
        if (i == 50 || i == 100 || i == 150)
            show(fixture, &fixture->config, 2);
    }
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "{\"number\":%d}", i);
        assert_ws_text(&witness.client, text);
    }
    witness_ends(&witness, fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(other_origins_are_asked_of_new_connections_only),
        TEST(a_smaller_message_size_holds_for_those_that_are_there),
        TEST(a_smaller_outbox_ends_the_reader_that_is_behind),
        TEST(a_shorter_heartbeat_counts_for_those_that_are_there),
        TEST(other_publisher_keys_hold_at_once),
        TEST(a_new_certificate_is_for_new_connections),
        TEST(a_certificate_of_another_kind_takes_the_place_of_the_old),
        TEST(a_view_without_a_certificate_leaves_the_last_one),
        TEST(a_channel_that_is_gone_closes_its_own_connections_only),
        TEST(no_message_is_lost_while_views_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
