/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sentio/test.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

static int subscribe_to_all(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                            struct sentio_bytes request) {
    return sentio_subscribe_symbols(call, subscriber, request, true);
}

static int subscribe_to_none(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                             struct sentio_bytes request) {
    return sentio_subscribe_symbols(call, subscriber, request, false);
}

static const struct sentio_plugin all_by_default = {
    SENTIO_HEADER,
    .name = "all",
    .version = "1",
    .open = open_channel,
    .subscribe = subscribe_to_all,
    .unsubscribe = sentio_unsubscribe_symbols,
};

static const struct sentio_plugin none_by_default = {
    SENTIO_HEADER,
    .name = "none",
    .version = "1",
    .open = open_channel,
    .subscribe = subscribe_to_none,
    .unsubscribe = sentio_unsubscribe_symbols,
};

struct fixture {
    struct sentio_test *test;
    uint64_t conn;
};

static struct fixture start(const struct sentio_plugin *plugin) {
    struct fixture fixture = {.test = sentio_test_open(plugin, NULL)};
    assert_non_null(fixture.test);
    return fixture;
}

static void assert_accepted(const struct fixture *fixture) {
    assert_non_null(sentio_test_find(fixture->test, SENTIO_DID_ACCEPT, 0));
    assert_null(sentio_test_find(fixture->test, SENTIO_DID_REFUSE, 0));
}

static void subscribe(struct fixture *fixture, const char *request) {
    assert_int_equal(sentio_test_subscribe(fixture->test, &fixture->conn, NULL, 0, request), 0);
}

static void unsubscribe(struct fixture *fixture, const char *request) {
    assert_int_equal(sentio_test_unsubscribe(fixture->test, fixture->conn, request), 0);
}

static bool has(const struct fixture *fixture, const char *topic) {
    return sentio_test_joined(fixture->test, fixture->conn, topic);
}

static void assert_refused(const struct fixture *fixture, const char *code, const char *message) {
    const struct sentio_effect *refusal = sentio_test_find(fixture->test, SENTIO_DID_REFUSE, 0);
    assert_non_null(refusal);
    assert_true(sentio_is(refusal->name, code));
    assert_int_equal(refusal->number, 0);
    if (!sentio_is(refusal->text, message))
        fail_msg("%.*s", (int)refusal->text.size, refusal->text.data);
    assert_int_equal(sentio_test_count(fixture->test), 1);
}

static void subscribe_adds(void **state) {
    (void)state;
    struct fixture fixture = start(&none_by_default);
    subscribe(&fixture, "{\"action\":\"subscribe\",\"symbols\":[\"AAPL\",\"msft\"]}");
    assert_accepted(&fixture);
    subscribe(&fixture, "{\"symbols\":[\"GOOGL\",\"AAPL\"]}");
    assert_accepted(&fixture);
    assert_true(has(&fixture, "AAPL") && has(&fixture, "MSFT") && has(&fixture, "GOOGL"));
    assert_false(has(&fixture, "*"));
    assert_false(has(&fixture, "msft"));
    sentio_test_close(fixture.test);
}

static void star_is_all(void **state) {
    (void)state;
    struct fixture fixture = start(&none_by_default);
    subscribe(&fixture, "{\"symbols\":[\"\\u002a\"]}");
    assert_accepted(&fixture);
    assert_true(has(&fixture, "*"));
    sentio_test_close(fixture.test);
}

static void all_plus_named_is_all(void **state) {
    (void)state;
    struct fixture fixture = start(&none_by_default);
    subscribe(&fixture, "{\"symbols\":[\"AAPL\",\"*\"]}");
    assert_accepted(&fixture);
    assert_true(has(&fixture, "*"));
    subscribe(&fixture, "{\"symbols\":[\"MSFT\"]}");
    assert_accepted(&fixture);
    assert_true(has(&fixture, "*"));
    unsubscribe(&fixture, "{}");
    assert_false(has(&fixture, "*") || has(&fixture, "AAPL") || has(&fixture, "MSFT"));
    sentio_test_close(fixture.test);
}

static void named_then_all_is_all(void **state) {
    (void)state;
    struct fixture fixture = start(&all_by_default);
    subscribe(&fixture, "{\"symbols\":[\"AAPL\"]}");
    assert_false(has(&fixture, "*"));
    subscribe(&fixture, "{\"symbols\":[\"*\"]}");
    assert_true(has(&fixture, "*"));
    sentio_test_close(fixture.test);
}

static void first_subscribe_without_symbols_takes_the_default(void **state) {
    (void)state;
    static const char *const requests[] = {"{\"action\":\"subscribe\"}", "{\"symbols\":[]}"};
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture = start(&all_by_default);
        subscribe(&fixture, requests[i]);
        assert_accepted(&fixture);
        assert_true(has(&fixture, "*"));
        sentio_test_close(fixture.test);
        fixture = start(&none_by_default);
        subscribe(&fixture, requests[i]);
        assert_accepted(&fixture);
        assert_int_equal(sentio_test_count(fixture.test), 1);
        assert_false(has(&fixture, "*"));
        sentio_test_close(fixture.test);
    }
}

static void later_subscribe_without_symbols_changes_nothing(void **state) {
    (void)state;
    struct fixture fixture = start(&all_by_default);
    subscribe(&fixture, "{\"symbols\":[\"AAPL\"]}");
    subscribe(&fixture, "{\"min_confidence\":0.8}");
    assert_accepted(&fixture);
    assert_true(has(&fixture, "AAPL"));
    assert_false(has(&fixture, "*"));
    subscribe(&fixture, "{\"symbols\":[]}");
    assert_accepted(&fixture);
    assert_false(has(&fixture, "*"));
    sentio_test_close(fixture.test);
}

static void unsubscribe_without_symbols_removes_everything(void **state) {
    (void)state;
    static const char *const requests[] = {"{}", "{\"symbols\":[]}", "{\"symbols\":[\"*\"]}"};
    for (size_t i = 0; i < 3; i++) {
        struct fixture fixture = start(&all_by_default);
        subscribe(&fixture, "{\"symbols\":[\"AAPL\",\"MSFT\"]}");
        unsubscribe(&fixture, requests[i]);
        assert_accepted(&fixture);
        assert_false(has(&fixture, "AAPL") || has(&fixture, "MSFT") || has(&fixture, "*"));
        subscribe(&fixture, "{\"symbols\":[\"*\"]}");
        unsubscribe(&fixture, requests[i]);
        assert_accepted(&fixture);
        assert_false(has(&fixture, "*"));
        sentio_test_close(fixture.test);
    }
}

static void removing_the_last_symbol_leaves_nothing(void **state) {
    (void)state;
    struct fixture fixture = start(&all_by_default);
    subscribe(&fixture, "{\"symbols\":[\"AAPL\",\"MSFT\"]}");
    unsubscribe(&fixture, "{\"symbols\":[\"aapl\",\"TSLA\"]}");
    assert_accepted(&fixture);
    assert_false(has(&fixture, "AAPL"));
    assert_true(has(&fixture, "MSFT"));
    unsubscribe(&fixture, "{\"symbols\":[\"MSFT\"]}");
    assert_accepted(&fixture);
    assert_false(has(&fixture, "MSFT") || has(&fixture, "*"));
    subscribe(&fixture, "{\"min_confidence\":0.8}");
    assert_false(has(&fixture, "*"));
    sentio_test_close(fixture.test);
}

static void one_symbol_cannot_be_taken_from_all(void **state) {
    (void)state;
    struct fixture fixture = start(&all_by_default);
    subscribe(&fixture, "{}");
    unsubscribe(&fixture, "{\"symbols\":[\"AAPL\"]}");
    assert_refused(&fixture, "subscribed_to_all",
                   "subscribed to all symbols: single ones cannot be taken from that; unsubscribe "
                   "without symbols first");
    assert_true(has(&fixture, "*"));
    sentio_test_close(fixture.test);
}

static void wrong_symbol_is_named_and_changes_nothing(void **state) {
    (void)state;
    struct fixture fixture = start(&all_by_default);
    subscribe(&fixture, "{\"symbols\":[\"AAPL\",\"B AD\\n\",\"MSFT\"]}");
    assert_refused(&fixture, "invalid_symbol",
                   "\"B AD\\n\" is not a symbol: 1 to 32 of A-Z 0-9 . ^ = : _ / -");
    assert_false(has(&fixture, "AAPL") || has(&fixture, "MSFT") || has(&fixture, "*"));
    subscribe(&fixture, "{\"symbols\":[\"AAPL\"]}");
    unsubscribe(&fixture, "{\"symbols\":[\"AAPL\",7]}");
    assert_refused(&fixture, "invalid_symbol",
                   "7 is not a symbol: 1 to 32 of A-Z 0-9 . ^ = : _ / -");
    assert_true(has(&fixture, "AAPL"));
    subscribe(&fixture, "{\"symbols\":[\"*\",\"\"]}");
    assert_refused(&fixture, "invalid_symbol",
                   "\"\" is not a symbol: 1 to 32 of A-Z 0-9 . ^ = : _ / -");
    assert_false(has(&fixture, "*"));
    sentio_test_close(fixture.test);
}

static void long_value_is_cut_between_characters(void **state) {
    (void)state;
    struct fixture fixture = start(&none_by_default);
    subscribe(&fixture, "{\"symbols\":[\"0123456789012345678901234567890123456789012345\xe2\x82\xac"
                        " and more\"]}");
    assert_refused(&fixture, "invalid_symbol",
                   "\"0123456789012345678901234567890123456789012345... is not a symbol: 1 to 32 "
                   "of A-Z 0-9 . ^ = : _ / -");
    sentio_test_close(fixture.test);
}

static void symbols_of_the_wrong_type_are_refused(void **state) {
    (void)state;
    static const char *const requests[] = {"{\"symbols\":\"AAPL\"}", "{\"symbols\":null}",
                                           "{\"symbols\":{\"a\":1}}", "{\"symbols\":1}"};
    struct fixture fixture = start(&all_by_default);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        subscribe(&fixture, requests[i]);
        assert_refused(&fixture, "invalid_field", "\"symbols\" must be an array");
        unsubscribe(&fixture, requests[i]);
        assert_refused(&fixture, "invalid_field", "\"symbols\" must be an array");
    }
    subscribe(&fixture, "{\"symbols\":[\"A\"],\"symbols\":[\"B\"]}");
    assert_refused(&fixture, "invalid_field", "\"symbols\" is given twice");
    assert_false(has(&fixture, "A") || has(&fixture, "B") || has(&fixture, "*"));
    sentio_test_close(fixture.test);
}

static void symbol_is_checked_and_upper_cased(void **state) {
    (void)state;
    char out[32];
    struct sentio_bytes symbol;
    assert_int_equal(sentio_symbol(sentio_text("brk.b^=:_/-9"), out, &symbol), SENTIO_OK);
    assert_true(sentio_is(symbol, "BRK.B^=:_/-9"));
    assert_int_equal(sentio_symbol(sentio_text("abcdefghijklmnopqrstuvwxyz012345"), out, &symbol),
                     SENTIO_OK);
    assert_int_equal(symbol.size, 32);
    static const char *const wrong[] = {
        "",    " ", "*", "A B", "A,B", "\xc3\xa9",
        "A\n", "{", "@", "[",   "`",   "abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(sentio_symbol(sentio_text(wrong[i]), out, &symbol), SENTIO_INVALID);
    assert_int_equal(sentio_symbol(sentio_bytes("A\0", 2), out, &symbol), SENTIO_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subscribe_adds),
        cmocka_unit_test(star_is_all),
        cmocka_unit_test(all_plus_named_is_all),
        cmocka_unit_test(named_then_all_is_all),
        cmocka_unit_test(first_subscribe_without_symbols_takes_the_default),
        cmocka_unit_test(later_subscribe_without_symbols_changes_nothing),
        cmocka_unit_test(unsubscribe_without_symbols_removes_everything),
        cmocka_unit_test(removing_the_last_symbol_leaves_nothing),
        cmocka_unit_test(one_symbol_cannot_be_taken_from_all),
        cmocka_unit_test(wrong_symbol_is_named_and_changes_nothing),
        cmocka_unit_test(long_value_is_cut_between_characters),
        cmocka_unit_test(symbols_of_the_wrong_type_are_refused),
        cmocka_unit_test(symbol_is_checked_and_upper_cased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
