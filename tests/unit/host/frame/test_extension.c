/* SPDX-License-Identifier: MIT */
#include "frame/extension.h"

#include "io_client.h"

#define NO_TAKEOVER "; server_no_context_takeover; client_no_context_takeover"
#define ANSWER "permessage-deflate" NO_TAKEOVER

struct offer_case {
    const char *header;
    enum extension_offer offer;
};

/* RFC 7692 section 7.1, and what browsers and libraries send. */
static const struct offer_case acceptable[] = {
    {"permessage-deflate", EXTENSION_DEFLATE},
    {"permessage-deflate; client_max_window_bits", EXTENSION_DEFLATE},
    {"permessage-deflate; client_max_window_bits=8", EXTENSION_DEFLATE},
    {"permessage-deflate; client_max_window_bits=15", EXTENSION_DEFLATE},
    {"permessage-deflate; client_max_window_bits=\"10\"", EXTENSION_DEFLATE},
    {"permessage-deflate; server_no_context_takeover", EXTENSION_DEFLATE},
    {"permessage-deflate; client_no_context_takeover", EXTENSION_DEFLATE},
    {ANSWER, EXTENSION_DEFLATE},
    {"permessage-deflate; server_max_window_bits=15", EXTENSION_DEFLATE_WINDOW},
    {"permessage-deflate; server_max_window_bits=\"15\"", EXTENSION_DEFLATE_WINDOW},
    {" \tpermessage-deflate\t;\tclient_max_window_bits\t=\t12 ", EXTENSION_DEFLATE},
    {",, permessage-deflate ,,", EXTENSION_DEFLATE},
    {"x-webkit-deflate-frame, permessage-deflate", EXTENSION_DEFLATE},
    {"foo; a=\"b\"; c, permessage-deflate", EXTENSION_DEFLATE},
    {"permessage-deflate; server_max_window_bits=10, permessage-deflate", EXTENSION_DEFLATE},
    {"permessage-deflate; x, permessage-deflate; server_max_window_bits=15",
     EXTENSION_DEFLATE_WINDOW},
    {"permessage-deflate, permessage-deflate; server_max_window_bits=15", EXTENSION_DEFLATE},
    {"permessage-deflate, permessage-deflate; x=y", EXTENSION_DEFLATE},
};

/* Unknown, invalid and duplicate parameters decline their offer (section 7.1). */
static const char *const declined[] = {
    "",
    ",",
    " ",
    "foo",
    "permessage-deflat",
    "permessage-deflatee",
    "Permessage-Deflate",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=8",
    "permessage-deflate; server_max_window_bits=14",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=015",
    "permessage-deflate; server_max_window_bits=1e1",
    "permessage-deflate; server_max_window_bits=99999999999999999999",
    "permessage-deflate; server_max_window_bits=-15",
    "permessage-deflate; client_max_window_bits=7",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_max_window_bits=0",
    "permessage-deflate; client_max_window_bits=08",
    "permessage-deflate; client_max_window_bits=x",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover=true",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
    "permessage-deflate; server_max_window_bits=15; server_max_window_bits=15",
    "permessage-deflate; Server_No_Context_Takeover",
    "permessage-deflate; x",
    "permessage-deflate; x=1",
};

/* RFC 6455 section 9.1; an offer that is well-formed beside it does not help. */
static const char *const malformed[] = {
    ";",
    "=",
    "permessage-deflate;",
    "permessage-deflate;;client_max_window_bits",
    "permessage-deflate; =",
    "permessage-deflate; client_max_window_bits=",
    "permessage-deflate; client_max_window_bits=\"\"",
    "permessage-deflate; client_max_window_bits=\"10",
    "permessage-deflate; client_max_window_bits=10\"",
    "permessage-deflate; client_max_window_bits=\" 10\"",
    "permessage-deflate; client_max_window_bits=\"1\\0\"",
    "permessage-deflate; client_max_window_bits=10 11",
    "permessage-deflate client_max_window_bits",
    "permessage-deflate foo",
    "permessage deflate",
    "permessage-deflate, (foo)",
    "permessage-deflate, foo;",
    "foo; a=\"b, permessage-deflate\"",
    "\"permessage-deflate\"",
    "permessage-deflate\x01",
    "permessage-deflate\xc3\xa9",
    "permessage-deflate, \"",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_chooses(const char *header, enum extension_offer offer) {
    /* A copy that ends where the header does. */
    size_t size = strlen(header);
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, header, size);
    enum extension_offer chosen = extension_choose(sentio_bytes(copy, size));
    free(copy);
    if (chosen != offer)
        print_error("%s\n", header);
    assert_int_equal(chosen, offer);
}

static void the_first_acceptable_offer_is_chosen(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(acceptable); i++)
        assert_chooses(acceptable[i].header, acceptable[i].offer);
}

static void offers_that_can_not_be_met_are_declined(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(declined); i++)
        assert_chooses(declined[i], EXTENSION_NONE);
}

static void a_header_that_is_not_well_formed_offers_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(malformed); i++)
        assert_chooses(malformed[i], EXTENSION_NONE);
}

/* Every beginning of every header, and every header with one byte changed. */
static void a_header_is_never_read_beyond_its_end(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(acceptable); i++) {
        char text[128];
        size_t size = strlen(acceptable[i].header);
        for (size_t cut = 0; cut <= size; cut++) {
            char *copy = malloc(cut + 1);
            assert_non_null(copy);
            memcpy(copy, acceptable[i].header, cut);
            assert_in_range(extension_choose(sentio_bytes(copy, cut)), EXTENSION_NONE,
                            EXTENSION_DEFLATE_WINDOW);
            free(copy);
        }
        for (size_t at = 0; at < size; at++)
            for (int byte = 0; byte < 256; byte++) {
                memcpy(text, acceptable[i].header, size);
                text[at] = (char)byte;
                assert_in_range(extension_choose(sentio_bytes(text, size)), EXTENSION_NONE,
                                EXTENSION_DEFLATE_WINDOW);
            }
    }
}

static void use_compression(struct fixture *fixture) {
    fixture->config.compress.enabled = true;
    fixture->config.compress.min = 256;
    fixture->config.compress.level = 3;
}

/* The handshake's answer has that line, or (NULL) none, and the connection works. */
static void assert_negotiates(struct fixture *fixture, enum via via, const char *headers,
                              const char *answer) {
    struct client client;
    struct answer head;
    char text[1024];
    snprintf(text, sizeof(text),
             "GET /ws/prices HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Version: 13\r\n%s\r\n",
             headers);
    client_connect(&client, fixture, via);
    client_say(&client, text);
    client_read_head(&client, &head);
    if (head.status != 101)
        print_error("%s: %d\n", headers, head.status);
    assert_int_equal(head.status, 101);
    assert_header(&head, "Sec-WebSocket-Extensions", answer);
    assert_header(&head, "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    ws_say(&client, "{\"action\":\"ping\"}");
    assert_ws_text(&client, "\"pong\"");
    client_disconnect(&client);
}

static void assert_answers(struct fixture *fixture, const char *header, const char *answer) {
    char line[320];
    snprintf(line, sizeof(line), "Sec-WebSocket-Extensions: %s\r\n", header);
    assert_negotiates(fixture, VIA_TCP, line, answer);
}

static void the_answer_says_what_was_agreed(void **state) {
    struct fixture *fixture = *state;
    use_compression(fixture);
    fixture_start(fixture);
    for (size_t i = 0; i < COUNT(acceptable); i++)
        assert_answers(fixture, acceptable[i].header,
                       acceptable[i].offer == EXTENSION_DEFLATE ? ANSWER
                                                                : ANSWER
                           "; server_max_window_bits=15");
    for (size_t i = 0; i < COUNT(declined); i++)
        assert_answers(fixture, declined[i], NULL);
    for (size_t i = 0; i < COUNT(malformed); i++)
        assert_answers(fixture, malformed[i], NULL);
    assert_negotiates(fixture, VIA_TCP, "", NULL);
}

static void it_is_agreed_over_tls_and_unix_sockets_too(void **state) {
    static const char offer[] = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    struct fixture *fixture = *state;
    use_compression(fixture);
    fixture_use_tls(fixture);
    fixture_start(fixture);
    assert_negotiates(fixture, VIA_TLS, offer, ANSWER);
    assert_negotiates(fixture, VIA_UNIX, offer, ANSWER);
}

static void offers_may_be_spread_over_several_headers(void **state) {
    struct fixture *fixture = *state;
    use_compression(fixture);
    fixture_start(fixture);
    assert_negotiates(fixture, VIA_TCP,
                      "Sec-WebSocket-Extensions: foo; bar\r\n"
                      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n"
                      "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                      ANSWER);
}

/* The library would drop the connection without a word. */
static void a_header_that_is_too_long_is_refused(void **state) {
    struct fixture *fixture = *state;
    char header[EXTENSION_HEADER_MAX + 2];
    use_compression(fixture);
    fixture_start(fixture);
    memset(header, ' ', sizeof(header));
    memcpy(header, "permessage-deflate", 18);
    memset(header + EXTENSION_HEADER_MAX - 30, ',', 31);
    header[EXTENSION_HEADER_MAX] = '\0';
    assert_answers(fixture, header, ANSWER);
    header[EXTENSION_HEADER_MAX] = ',';
    header[EXTENSION_HEADER_MAX + 1] = '\0';
    struct client client;
    struct answer answer;
    char text[640];
    snprintf(text, sizeof(text),
             "GET /ws/prices HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: %s\r\n\r\n",
             header);
    client_connect(&client, fixture, VIA_TCP);
    client_say(&client, text);
    assert_answer(&client, &answer, 400, "Sec-WebSocket-Extensions is too long");
    client_disconnect(&client);
}

static void nothing_is_agreed_when_it_is_turned_off(void **state) {
    struct fixture *fixture = *state;
    use_compression(fixture);
    fixture->config.compress.enabled = false;
    fixture_start(fixture);
    assert_answers(fixture, "permessage-deflate", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_acceptable_offer_is_chosen),
        cmocka_unit_test(offers_that_can_not_be_met_are_declined),
        cmocka_unit_test(a_header_that_is_not_well_formed_offers_nothing),
        cmocka_unit_test(a_header_is_never_read_beyond_its_end),
        TEST(the_answer_says_what_was_agreed),
        TEST(it_is_agreed_over_tls_and_unix_sockets_too),
        TEST(offers_may_be_spread_over_several_headers),
        TEST(a_header_that_is_too_long_is_refused),
        TEST(nothing_is_agreed_when_it_is_turned_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
