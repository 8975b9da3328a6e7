/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include <sentio/plugin.h>

#include "config_syntax.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_all(int (*check)(const char *, struct config_fault *), const char *const *texts,
                       size_t count, int result) {
    for (size_t i = 0; i < count; i++) {
        struct config_fault fault = {NULL, ""};
        if (check(texts[i], &fault) != result) {
            fail_msg("\"%s\" is judged wrongly", texts[i]);
        }
        assert_int_equal(fault.why == NULL, result == 0);
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
                                      "https://example.com:",
                                      "https://example.com:65536",
                                      "https://example.com:80x",
                                      "https://*.example.com",
                                      "https://[::1",
                                      "https://[]"};
    (void)state;
    assert_all(config_syntax_origin, good, COUNT(good), 0);
    assert_all(config_syntax_origin, bad, COUNT(bad), SENTIO_INVALID);
}

static void origin_with_a_path_or_capitals_is_suggested_without(void **state) {
    struct config_fault fault = {NULL, ""};
    (void)state;
    assert_int_equal(config_syntax_origin("https://App.Example.com/login", &fault), SENTIO_INVALID);
    assert_string_equal(fault.suggestion, "https://app.example.com");
    fault.suggestion[0] = '\0';
    assert_int_equal(config_syntax_origin("example.com", &fault), SENTIO_INVALID);
    assert_string_equal(fault.suggestion, "");
}

static void paths_begin_with_a_slash_and_are_not_the_hosts(void **state) {
    static const char *const good[] = {"",      "/ws/earnings", "/wsx",
                                       "/apix", "/live/v2.1_~", "/ws/publishers"};
    static const char *const bad[] = {"ws/earnings", "/",         "/ws",     "/ws/publish",
                                      "/api",        "/api/v1/x", "/sse",    "/sse/x",
                                      "/metrics",    "/healthz",  "/readyz", "/a b",
                                      "/a?b",        "/a#b",      "/a\"b",   "/a%20b"};
    (void)state;
    assert_all(config_syntax_path, good, COUNT(good), 0);
    assert_all(config_syntax_path, bad, COUNT(bad), SENTIO_INVALID);
}

static void channel_names_are_short_and_lower_case(void **state) {
    static const char *const good[] = {"a", "market-data", "0-9",
                                       "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const bad[] = {
        "",        "Market", "market_data", "a b",
        "publish", "a.b",    "\xc3\xa4",    "abcdefghijklmnopqrstuvwxyz0123456"};
    (void)state;
    assert_all(config_syntax_channel, good, COUNT(good), 0);
    assert_all(config_syntax_channel, bad, COUNT(bad), SENTIO_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_are_words_or_what_browsers_send),
        cmocka_unit_test(origin_with_a_path_or_capitals_is_suggested_without),
        cmocka_unit_test(paths_begin_with_a_slash_and_are_not_the_hosts),
        cmocka_unit_test(channel_names_are_short_and_lower_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
