/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config/config_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_all(const char *(*check)(const char *), const char *const *texts, size_t count,
                       bool good) {
    for (size_t i = 0; i < count; i++) {
        if ((check(texts[i]) == NULL) != good) {
            fail_msg("\"%s\" is judged wrongly", texts[i]);
        }
    }
}

static void origins_are_words_or_what_browsers_send(void **state) {
    static const char *const good[] = {"same",
                                       "loopback",
                                       "*",
                                       "https://app.example.com",
                                       "http://localhost:3000",
                                       "https://10.0.0.1:65535",
                                       "https://[2001:db8::1]:8443"};
    static const char *const bad[] = {"",
                                      "Same",
                                      "example.com",
                                      "ftp://example.com",
                                      "https://",
                                      "https://example.com/",
                                      "https://Example.com",

                                      "https://*.example.com",

                                      "https://example.com?x"};
    (void)state;
    assert_all(config_syntax_origin, good, COUNT(good), true);
    assert_all(config_syntax_origin, bad, COUNT(bad), false);
}

static void paths_begin_with_a_slash_and_are_not_the_hosts(void **state) {
    static const char *const good[] = {"",      "/ws/earnings", "/wsx",
                                       "/apix", "/live/v2.1_~", "/ws/publishers"};
    static const char *const bad[] = {"ws/earnings", "/",         "/ws",     "/ws/publish",
                                      "/api",        "/api/v1/x", "/sse",    "/sse/x",
                                      "/metrics",    "/healthz",  "/readyz", "/a b",
                                      "/a?b",        "/a#b",      "/a\"b",   "/a%20b"};
    (void)state;
    assert_all(config_syntax_path, good, COUNT(good), true);
    assert_all(config_syntax_path, bad, COUNT(bad), false);
}

static void channel_names_are_short_and_lower_case(void **state) {
    static const char *const good[] = {"a", "market-data", "0-9",
                                       "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const bad[] = {
        "",        "Market", "market_data", "a b",
        "publish", "a.b",    "\xc3\xa4",    "abcdefghijklmnopqrstuvwxyz0123456"};
    (void)state;
    assert_all(config_syntax_channel, good, COUNT(good), true);
    assert_all(config_syntax_channel, bad, COUNT(bad), false);
}

static void listeners_are_addresses_with_ports_or_unix_sockets(void **state) {
    static const struct {
        const char *text;
        enum config_transport transport;
        const char *address;
        uint16_t port;
        bool loopback;
    } rows[] = {
        {"127.0.0.1:8000", CONFIG_TCP, "127.0.0.1", 8000, true},
        {"127.255.0.9:0", CONFIG_TCP, "127.255.0.9", 0, true},
        {"localhost:65535", CONFIG_TCP, "127.0.0.1", 65535, true},
        {"0.0.0.0:80", CONFIG_TCP, "0.0.0.0", 80, false},
        {"128.0.0.1:80", CONFIG_TCP, "128.0.0.1", 80, false},
        {"[::1]:8000", CONFIG_TCP, "::1", 8000, true},
        {"[::]:8000", CONFIG_TCP, "::", 8000, false},
        {"[2001:db8::1]:8000", CONFIG_TCP, "2001:db8::1", 8000, false},
        {"tls:10.0.0.1:8443", CONFIG_TLS, "10.0.0.1", 8443, false},
        {"tls:[::1]:8443", CONFIG_TLS, "::1", 8443, true},
        {"unix:/run/sentio/sentio.sock", CONFIG_UNIX, "/run/sentio/sentio.sock", 0, true},
    };
    struct config_arena arena = {NULL};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config_listen listen;
        assert_null(config_syntax_listen(&arena, rows[i].text, &listen));
        assert_string_equal(listen.text, rows[i].text);
        assert_int_equal(listen.transport, rows[i].transport);
        assert_string_equal(listen.address, rows[i].address);
        assert_int_equal(listen.port, rows[i].port);
        assert_int_equal(listen.loopback, rows[i].loopback);
    }
    config_arena_finish(&arena);
}

static void other_listeners_are_refused(void **state) {
    static const char *const texts[] = {"",
                                        "8000",
                                        "127.0.0.1",
                                        "127.0.0.1:",
                                        "127.0.0.1:65536",
                                        "127.0.0.1:-1",
                                        "127.0.0.1:80 ",
                                        "127.1:80",
                                        "example.com:80",
                                        "*:80",
                                        ":80",
                                        "tls:*:443",
                                        "::1:80",
                                        "[127.0.0.1]:80",
                                        "[]:80",
                                        "[:80",
                                        "[::1:80",
                                        "unix:",
                                        "unix:run/sock",
                                        "udp:127.0.0.1:80"};
    struct config_arena arena = {NULL};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct config_listen listen;
        assert_non_null(config_syntax_listen(&arena, texts[i], &listen));
    }
    config_arena_finish(&arena);
}

static void unix_path_has_at_most_107_bytes(void **state) {
    char text[5 + 108 + 1] = "unix:/";
    struct config_listen listen;
    struct config_arena arena = {NULL};
    (void)state;
    memset(text + 6, 'a', 106);
    assert_null(config_syntax_listen(&arena, text, &listen));
    assert_int_equal(strlen(listen.address), 107);
    text[5 + 107] = 'a';
    assert_non_null(config_syntax_listen(&arena, text, &listen));
    config_arena_finish(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_are_words_or_what_browsers_send),
        cmocka_unit_test(paths_begin_with_a_slash_and_are_not_the_hosts),
        cmocka_unit_test(channel_names_are_short_and_lower_case),
        cmocka_unit_test(listeners_are_addresses_with_ports_or_unix_sockets),
        cmocka_unit_test(other_listeners_are_refused),
        cmocka_unit_test(unix_path_has_at_most_107_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
