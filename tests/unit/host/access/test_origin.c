/* SPDX-License-Identifier: MIT */
#include "access/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool allowed(const char *rule, const char *origin, const char *host, bool tls) {
    char *items[] = {(char *)(uintptr_t)rule};
    const struct config_strings origins = {items, 1};
    return origin_allowed(&origins, sentio_text(origin), sentio_text(host), tls);
}

static bool plain(const char *rule, const char *origin) {
    return allowed(rule, origin, "dash.example:8000", false);
}

static void request_without_an_origin_is_allowed(void **state) {
    (void)state;
    const struct config_strings none = {NULL, 0};
    assert_true(origin_allowed(&none, sentio_text(NULL), sentio_text("a"), false));
    assert_true(plain("same", ""));
}

static void without_rules_no_origin_is_allowed(void **state) {
    (void)state;
    const struct config_strings none = {NULL, 0};
    struct sentio_bytes host = sentio_text("localhost");
    assert_false(origin_allowed(&none, sentio_text("http://localhost"), host, false));
}

static void any_rule_that_matches_is_enough(void **state) {
    (void)state;
    char same[] = "same";
    char loopback[] = "loopback";
    char written[] = "https://app.example";
    char *items[] = {same, loopback, written};
    const struct config_strings origins = {items, 3};
    struct sentio_bytes host = sentio_text("dash.example");
    assert_true(origin_allowed(&origins, sentio_text("http://dash.example"), host, false));
    assert_true(origin_allowed(&origins, sentio_text("http://localhost:3000"), host, false));
    assert_true(origin_allowed(&origins, sentio_text("https://app.example"), host, false));
    assert_false(origin_allowed(&origins, sentio_text("https://evil.example"), host, false));
}

static void same_takes_the_host_and_port_of_the_request(void **state) {
    (void)state;
    assert_true(plain("same", "http://dash.example:8000"));
    assert_true(plain("same", "http://DASH.Example:8000"));
    assert_false(plain("same", "http://dash.example"));
    assert_false(plain("same", "http://dash.example:8001"));
    assert_false(plain("same", "http://dash.example.evil:8000"));
    assert_false(plain("same", "http://evil.dash.example:8000"));
}

static void same_takes_the_scheme_of_the_listener(void **state) {
    (void)state;
    assert_true(allowed("same", "https://dash.example:8000", "dash.example:8000", true));
    assert_false(allowed("same", "http://dash.example:8000", "dash.example:8000", true));
    assert_false(allowed("same", "https://dash.example:8000", "dash.example:8000", false));
}

static void default_port_may_be_left_out_on_either_side(void **state) {
    (void)state;
    assert_true(allowed("same", "http://a.example", "a.example:80", false));
    assert_true(allowed("same", "http://a.example:80", "a.example", false));
    assert_true(allowed("same", "https://a.example", "a.example:443", true));
    assert_false(allowed("same", "http://a.example", "a.example:443", false));
    assert_false(allowed("same", "https://a.example", "a.example:80", true));
}

static void same_takes_addresses_in_brackets(void **state) {
    (void)state;
    assert_true(allowed("same", "http://[2001:DB8::1]:8000", "[2001:db8::1]:8000", false));
    assert_false(allowed("same", "http://[2001:db8::1]:8000", "[2001:db8::2]:8000", false));
    assert_false(allowed("same", "http://[2001:db8::1:8000", "[2001:db8::1:8000", false));
    assert_false(allowed("same", "http://[]:80", "[]:80", false));
    assert_false(allowed("same", "http://[", "[", false));
}

static void same_needs_a_host_that_can_be_read(void **state) {
    (void)state;
    assert_false(allowed("same", "http://a.example", "", false));
    assert_false(allowed("same", "http://a.example", NULL, false));
    assert_false(allowed("same", "http://a.example", "a.example:", false));
    assert_false(allowed("same", "http://a.example", "a.example:80x", false));
    assert_false(allowed("same", "http://a.example", "u@a.example", false));
    assert_false(allowed("same", "http://a.example", "a.example/x", false));
}

static void loopback_takes_local_names_on_any_port(void **state) {
    (void)state;
    assert_true(plain("loopback", "http://localhost"));
    assert_true(plain("loopback", "http://localhost:3000"));
    assert_true(plain("loopback", "https://LocalHost:65535"));
    assert_true(plain("loopback", "http://app.localhost:5173"));
    assert_true(plain("loopback", "http://a.b.LOCALHOST"));
}

static void loopback_takes_local_addresses(void **state) {
    (void)state;
    assert_true(plain("loopback", "http://127.0.0.1:8000"));
    assert_true(plain("loopback", "http://127.255.0.3"));
    assert_true(plain("loopback", "http://[::1]:3000"));
    assert_true(plain("loopback", "https://[0:0:0:0:0:0:0:1]"));
}

static void loopback_refuses_names_that_only_look_local(void **state) {
    (void)state;
    assert_false(plain("loopback", "http://localhost.evil.example"));
    assert_false(plain("loopback", "http://evillocalhost"));
    assert_false(plain("loopback", "http://.localhost"));
    assert_false(plain("loopback", "http://127.0.0.1.evil.example"));
    assert_false(plain("loopback", "http://127.evil.example"));
    assert_false(plain("loopback", "http://127.0.0.256"));
    assert_false(plain("loopback", "http://127.0.0"));
    assert_false(plain("loopback", "http://128.0.0.1"));
    assert_false(plain("loopback", "http://0.0.0.0"));
    assert_false(plain("loopback", "http://[::2]"));
    assert_false(plain("loopback", "http://[::]"));
    assert_false(plain("loopback", "http://[127.0.0.1]"));
    assert_false(plain("loopback", "http://::1"));
    assert_false(plain("loopback", "http://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]"));
}

static void loopback_refuses_what_is_no_web_page(void **state) {
    (void)state;
    assert_false(plain("loopback", "capacitor://localhost"));
    assert_false(plain("loopback", "file://localhost"));
}

static void written_origin_matches_itself_alone(void **state) {
    (void)state;
    assert_true(plain("https://app.example", "https://app.example"));
    assert_true(plain("https://App.example:443", "HTTPS://app.example"));
    assert_true(plain("http://app.example:3000", "http://app.example:3000"));
    assert_false(plain("https://app.example", "http://app.example"));
    assert_false(plain("https://app.example", "https://app.example:8443"));
    assert_false(plain("https://app.example", "https://xapp.example"));
    assert_false(plain("https://app.example", "https://app.example.evil"));
    assert_false(plain("https://app.example", "https://app"));
}

static void written_origin_of_another_scheme_matches(void **state) {
    (void)state;
    assert_true(plain("chrome-extension://abcdef", "chrome-extension://abcdef"));
    assert_false(plain("chrome-extension://abcdef", "chrome-extension://abcdeg"));
}

static void star_allows_everything(void **state) {
    (void)state;
    assert_true(plain("*", "https://anywhere.example"));
    assert_true(plain("*", "null"));
    assert_true(plain("*", "not an origin"));
}

static void null_is_allowed_by_star_alone(void **state) {
    (void)state;
    assert_false(plain("same", "null"));
    assert_false(plain("loopback", "null"));
    assert_false(plain("null", "null"));
    assert_false(allowed("same", "null", "null", false));
}

static void malformed_origins_are_refused(void **state) {
    (void)state;
    const char *const origins[] = {
        "localhost",
        "http:localhost",
        "http:/localhost",
        "http://",
        "://localhost",
        "http://localhost/",
        "http://localhost/x",
        "http://u@localhost",
        "http://localhost:",
        "http://localhost:0",
        "http://localhost:-1",
        "http://localhost:65536",
        "http://localhost:9x",
        "http://localhost:80:",
        "http://localhost http://localhost",
        " http://localhost",
        "http://localhost ",
        "http://evil#localhost",
        "http://%6cocalhost",
        "http://localhost\n",
        "http://localhost:000080",
    };
    for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        if (plain("loopback", origins[i])) {
            fail_msg("\"%s\" was allowed", origins[i]);
        }
    }
}

static void nul_bytes_do_not_end_an_origin(void **state) {
    (void)state;
    char loopback[] = "loopback";
    char *items[] = {loopback};
    const struct config_strings origins = {items, 1};
    static const char forged[] = "http://localhost\0.evil.example";
    struct sentio_bytes origin = sentio_bytes(forged, sizeof(forged) - 1);
    assert_false(origin_allowed(&origins, origin, sentio_text("localhost"), false));
}

static void a_host_on_a_loopback_listener_is_a_loopback_name_or_configured(void **state) {
    char same[] = "same";
    char app[] = "https://app.example.com";
    char star[] = "*";
    char *rules[] = {same, app};
    char *everything[] = {star};
    struct config_strings origins = {rules, 2};
    struct config_strings all = {everything, 1};
    (void)state;
    assert_true(origin_host_allowed(&origins, sentio_text("")));
    assert_true(origin_host_allowed(&origins, sentio_text("localhost:8000")));
    assert_true(origin_host_allowed(&origins, sentio_text("127.0.0.1")));
    assert_true(origin_host_allowed(&origins, sentio_text("[::1]:8000")));
    assert_true(origin_host_allowed(&origins, sentio_text("APP.example.com:8000")));
    assert_false(origin_host_allowed(&origins, sentio_text("evil.example:8000")));
    assert_false(origin_host_allowed(&origins, sentio_text("localhost.evil.example")));
    assert_false(origin_host_allowed(&origins, sentio_text("127.0.0.1.evil.example")));
    assert_false(origin_host_allowed(&origins, sentio_text("a b")));
    assert_true(origin_host_allowed(&all, sentio_text("evil.example:8000")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_on_a_loopback_listener_is_a_loopback_name_or_configured),
        cmocka_unit_test(request_without_an_origin_is_allowed),
        cmocka_unit_test(without_rules_no_origin_is_allowed),
        cmocka_unit_test(any_rule_that_matches_is_enough),
        cmocka_unit_test(same_takes_the_host_and_port_of_the_request),
        cmocka_unit_test(same_takes_the_scheme_of_the_listener),
        cmocka_unit_test(default_port_may_be_left_out_on_either_side),
        cmocka_unit_test(same_takes_addresses_in_brackets),
        cmocka_unit_test(same_needs_a_host_that_can_be_read),
        cmocka_unit_test(loopback_takes_local_names_on_any_port),
        cmocka_unit_test(loopback_takes_local_addresses),
        cmocka_unit_test(loopback_refuses_names_that_only_look_local),
        cmocka_unit_test(loopback_refuses_what_is_no_web_page),
        cmocka_unit_test(written_origin_matches_itself_alone),
        cmocka_unit_test(written_origin_of_another_scheme_matches),
        cmocka_unit_test(star_allows_everything),
        cmocka_unit_test(null_is_allowed_by_star_alone),
        cmocka_unit_test(malformed_origins_are_refused),
        cmocka_unit_test(nul_bytes_do_not_end_an_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
