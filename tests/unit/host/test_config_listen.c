/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include <sentio/plugin.h>

#include "config_syntax.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config_listen listen;
        struct config_fault fault = {NULL, ""};
        assert_int_equal(config_syntax_listen(rows[i].text, &listen, &fault), 0);
        assert_string_equal(listen.text, rows[i].text);
        assert_int_equal(listen.transport, rows[i].transport);
        assert_string_equal(listen.address, rows[i].address);
        assert_int_equal(listen.port, rows[i].port);
        assert_int_equal(listen.loopback, rows[i].loopback);
        config_listen_finish(&listen);
    }
}

static void other_listeners_are_refused_with_what_was_meant(void **state) {
    static const struct {
        const char *text;
        const char *suggestion;
    } rows[] = {
        {"", ""},
        {"8000", ""},
        {"127.0.0.1", ""},
        {"127.0.0.1:", ""},
        {"127.0.0.1:65536", ""},
        {"127.0.0.1:-1", ""},
        {"127.0.0.1:80 ", ""},
        {"127.1:80", ""},
        {"example.com:80", ""},
        {"*:80", "0.0.0.0:80"},
        {":80", "0.0.0.0:80"},
        {"tls:*:443", "tls:0.0.0.0:443"},
        {"::1:80", "[::1]:80"},
        {"[127.0.0.1]:80", ""},
        {"[]:80", ""},
        {"[::1:80", ""},
        {"unix:", ""},
        {"unix:run/sock", ""},
        {"udp:127.0.0.1:80", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config_listen listen;
        struct config_fault fault = {NULL, ""};
        assert_int_equal(config_syntax_listen(rows[i].text, &listen, &fault), SENTIO_INVALID);
        assert_non_null(fault.why);
        assert_string_equal(fault.suggestion, rows[i].suggestion);
    }
}

static void unix_path_has_at_most_107_bytes(void **state) {
    char text[5 + 108 + 1] = "unix:/";
    struct config_listen listen;
    struct config_fault fault = {NULL, ""};
    (void)state;
    memset(text + 6, 'a', 106);
    assert_int_equal(config_syntax_listen(text, &listen, &fault), 0);
    assert_int_equal(strlen(listen.address), 107);
    config_listen_finish(&listen);
    text[5 + 107] = 'a';
    assert_int_equal(config_syntax_listen(text, &listen, &fault), SENTIO_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listeners_are_addresses_with_ports_or_unix_sockets),
        cmocka_unit_test(other_listeners_are_refused_with_what_was_meant),
        cmocka_unit_test(unix_path_has_at_most_107_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
