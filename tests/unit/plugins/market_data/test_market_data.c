/* SPDX-License-Identifier: MIT */
#include "../plugin_test.h"

#define GOOD "{\"symbol\":\"AAPL\",\"price\":187.5}"

static void quote_passes_byte_for_byte(void **state) {
    const char *quote = "{\"symbol\":\"aapl\", \"price\":1.8750e2, \"bid\":187, \"ask\":188,"
                        "\"high\":190,\"low\":180,\"volume\":1000000,\"prev_close\":186,"
                        "\"change\":-1.5,\"change_pct\":-0.8,"
                        "\"timestamp\":\"2024-10-05T10:30:00\", \"exchange\":\"\\u004e\"}";
    char body[512];
    snprintf(body, sizeof(body), "{\"data\":[%s,{\"price\":0.0001,\"symbol\":\"EUR/USD\"}]}",
             quote);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    assert_int_equal(count_effects(*state, SENTIO_DID_EMIT), 2);
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.json, quote);
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.topic, "AAPL");
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 1)->item.topic, "EUR/USD");
}

static void body_must_be_an_object_with_a_data_array(void **state) {
    assert_wrong(*state, "{}", -1, "data");
    assert_wrong(*state, "{\"data\":\"x\"}", -1, "data");
    assert_wrong(*state, "{\"data\":" GOOD "}", -1, "data");
    assert_wrong(*state, "{\"data\":[" GOOD "],\"data\":[" GOOD "]}", -1, "data");
    assert_wrong(*state, "{\"data\":[]}", -1, "data");
}

static void symbol_and_a_positive_price_are_required(void **state) {
    static const struct {
        const char *quote;
        const char *field;
    } cases[] = {
        {"\"AAPL\"", ""},
        {"{\"price\":1}", "symbol"},
        {"{\"symbol\":1,\"price\":1}", "symbol"},
        {"{\"symbol\":\"*\",\"price\":1}", "symbol"},
        {"{\"symbol\":\"\",\"price\":1}", "symbol"},
        {"{\"symbol\":\"A\",\"price\":1,\"symbol\":\"A\"}", "symbol"},
        {"{\"symbol\":\"a b\",\"price\":1,\"symbol\":\"A\"}", "symbol"},
        {"{\"symbol\":\"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456\",\"price\":1}", "symbol"},
        {"{\"symbol\":\"A\"}", "price"},
        {"{\"symbol\":\"A\",\"price\":\"1\"}", "price"},
        {"{\"symbol\":\"A\",\"price\":null}", "price"},
        {"{\"symbol\":\"A\",\"price\":0}", "price"},
        {"{\"symbol\":\"A\",\"price\":-0.0}", "price"},
        {"{\"symbol\":\"A\",\"price\":-1}", "price"},
    };
    char body[256];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(body, sizeof(body), "{\"data\":[" GOOD ",%s," GOOD "]}", cases[i].quote);
        assert_wrong(*state, body, 1, cases[i].field);
    }
}

static void optional_fields_have_their_type_and_are_given_once(void **state) {
    static const char *const numbers[] = {"bid",    "ask",        "high",   "low",
                                          "volume", "prev_close", "change", "change_pct"};
    static const char *const wrong[] = {"null", "\"1\"", "true", "[]", "{}"};
    char body[256];
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
            snprintf(body, sizeof(body), "{\"data\":[{\"symbol\":\"A\",\"price\":1,\"%s\":%s}]}",
                     numbers[i], wrong[j]);
            assert_wrong(*state, body, 0, numbers[i]);
        }
        snprintf(body, sizeof(body),
                 "{\"data\":[{\"symbol\":\"A\",\"price\":1,\"%s\":1,\"%s\":2}]}", numbers[i],
                 numbers[i]);
        assert_wrong(*state, body, 0, numbers[i]);
    }
    assert_wrong(*state, "{\"data\":[{\"symbol\":\"A\",\"price\":1,\"timestamp\":1}]}", 0,
                 "timestamp");
    assert_wrong(*state, "{\"data\":[{\"symbol\":\"A\",\"price\":1,\"timestamp\":null}]}", 0,
                 "timestamp");
}

static void every_mistake_in_every_quote_is_reported_at_once(void **state) {
    const char *body = "{\"data\":[{\"bid\":null}," GOOD ",{\"symbol\":\" \",\"price\":0,"
                       "\"timestamp\":5},null]}";
    static const struct {
        int32_t index;
        const char *field;
    } expected[] = {{0, "symbol"}, {0, "price"}, {0, "bid"}, {2, "timestamp"},
                    {2, "symbol"}, {2, "price"}, {3, ""}};
    size_t count = sizeof(expected) / sizeof(expected[0]);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_INVALID);
    assert_int_equal(count_effects(*state, SENTIO_DID_REJECT), count);
    for (size_t i = 0; i < count; i++)
        assert_rejection(*state, i, expected[i].index, expected[i].field);
    assert_int_equal(count_effects(*state, SENTIO_DID_EMIT), 0);
}

static void at_most_100_mistakes_are_reported(void **state) {
    char *body = repeated("{}", 60);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_INVALID);
    assert_int_equal(count_effects(*state, SENTIO_DID_REJECT), 100);
    assert_rejection(*state, 99, 49, "price");
    free(body);
}

static void batch_of_10000_quotes_is_published_and_one_more_is_too_many(void **state) {
    char *body = repeated(GOOD, 10000);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    assert_int_equal(sentio_test_count(*state), 10000);
    free(body);
    body = repeated(GOOD, 10001);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_INVALID);
    assert_rejection(*state, 0, -1, "data");
    assert_int_equal(sentio_test_count(*state), 1);
    free(body);
}

static void subscriber_without_symbols_gets_nothing_until_it_names_some(void **state) {
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(*state, &conn, NULL, 0, "{}"), SENTIO_OK);
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_int_equal(count_effects(*state, SENTIO_DID_JOIN), 0);
    assert_false(sentio_test_joined(*state, conn, "*"));
    sentio_test_subscribe(*state, &conn, NULL, 0, "{\"symbols\":[\"aapl\"]}");
    assert_true(sentio_test_joined(*state, conn, "AAPL"));
}

static void star_subscribes_everything(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, 0, "{\"symbols\":[\"*\"]}");
    assert_true(sentio_test_joined(*state, conn, "*"));
    sentio_test_unsubscribe(*state, conn, "{}");
    assert_false(sentio_test_joined(*state, conn, "*"));
}

static void quote_route_answers_for_one_symbol(void **state) {
    sentio_test_publish(*state, "{\"data\":[" GOOD ",{\"symbol\":\"MSFT\",\"price\":400}]}");
    sentio_test_publish(*state, "{\"data\":[{\"symbol\":\"AAPL\",\"price\":188}]}");
    assert_answer(*state, "/api/v1/market/quote/aapl", NULL, 0, 200,
                  "{\"status\":\"success\",\"quote\":{\"symbol\":\"AAPL\",\"price\":188},"
                  "\"offset\":3,\"epoch\":\"test-epoch\"}");
}

static void quote_route_answers_404_for_an_unknown_symbol(void **state) {
    sentio_test_publish(*state, "{\"data\":[" GOOD "]}");
    assert_answer(*state, "/api/v1/market/quote/MSFT", NULL, 0, 404,
                  "{\"detail\":\"no quote is known for this symbol\"}");
}

static void quotes_route_is_keyed_by_the_upper_case_symbol(void **state) {
    sentio_test_publish(*state, "{\"data\":[{\"symbol\":\"msft\",\"price\":400}," GOOD "]}");
    assert_answer(*state, "/api/v1/market/quotes?symbols=MSFT,TSLA", NULL, 0, 200,
                  "{\"status\":\"success\",\"quotes\":{\"MSFT\":{\"symbol\":\"msft\","
                  "\"price\":400}},\"count\":1,\"timestamp\":\"2024-10-05T10:30:00.000Z\","
                  "\"offset\":2,\"epoch\":\"test-epoch\"}");
    assert_answer(*state, "/api/v1/market/quotes", NULL, 0, 200,
                  "{\"status\":\"success\",\"quotes\":{\"MSFT\":{\"symbol\":\"msft\","
                  "\"price\":400},\"AAPL\":" GOOD "},\"count\":2,"
                  "\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":2,"
                  "\"epoch\":\"test-epoch\"}");
    assert_answer(*state, "/api/v1/market/quotes?symbols=TSLA", NULL, 0, 200,
                  "{\"status\":\"success\",\"quotes\":{},\"count\":0,"
                  "\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":2,"
                  "\"epoch\":\"test-epoch\"}");
}

static void messages_are_quotes_on_subscribe_and_then_update(void **state) {
    (void)state;
    assert_string_equal(sentio_plugin.type, "update");
    assert_string_equal(sentio_plugin.snapshot_type, "quotes");
    assert_int_equal(sentio_plugin.shape, SENTIO_ARRAY);
    assert_int_equal(sentio_plugin.flags, SENTIO_STATES);
}

static void unknown_option_is_named(void **state) {
    (void)state;
    assert_option_is_unknown("{\"interval\":\"5s\"}", "interval");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_plugin, close_plugin)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(quote_passes_byte_for_byte),
        TEST(body_must_be_an_object_with_a_data_array),
        TEST(symbol_and_a_positive_price_are_required),
        TEST(optional_fields_have_their_type_and_are_given_once),
        TEST(every_mistake_in_every_quote_is_reported_at_once),
        TEST(at_most_100_mistakes_are_reported),
        TEST(batch_of_10000_quotes_is_published_and_one_more_is_too_many),
        TEST(subscriber_without_symbols_gets_nothing_until_it_names_some),
        TEST(star_subscribes_everything),
        TEST(quote_route_answers_for_one_symbol),
        TEST(quote_route_answers_404_for_an_unknown_symbol),
        TEST(quotes_route_is_keyed_by_the_upper_case_symbol),
        cmocka_unit_test(messages_are_quotes_on_subscribe_and_then_update),
        cmocka_unit_test(unknown_option_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
