/* SPDX-License-Identifier: MIT */
#include "../plugin_test.h"

#define GOOD "{\"symbol\":\"AAPL\",\"signal\":\"buy\",\"confidence\":0.85}"

static void item_passes_byte_for_byte_with_its_attributes(void **state) {
    const char *item = "{ \"note\":\"caf\\u00e9 \\/\", \"symbol\" : \"AAPL\",\n"
                       "  \"confidence\": 8.50e-1, \"signal\":\"buy\", \"x\":[1, {}] }";
    char body[256];
    snprintf(body, sizeof(body), "{\"data\": [ %s ], \"more\": 1}", item);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    assert_int_equal(count_effects(*state, SENTIO_DID_EMIT), 1);
    const struct sentio_item *emitted = &expect_effect(*state, SENTIO_DID_EMIT, 0)->item;
    assert_text(emitted->json, item);
    assert_text(emitted->topic, "AAPL");
    assert_int_equal(emitted->attribute_count, 2);
    assert_int_equal(emitted->attributes[0].type, SENTIO_NUMBER);
    assert_true(emitted->attributes[0].number == 0.85);
    assert_int_equal(emitted->attributes[1].type, SENTIO_TEXT);
    assert_text(emitted->attributes[1].text, "buy");
}

static void lower_case_symbol_is_indexed_in_upper_case_and_its_text_stays(void **state) {
    const char *body = "{\"data\":[{\"symbol\":\"brk.b\",\"signal\":\"hold\",\"confidence\":1}]}";
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    const struct sentio_item *emitted = &expect_effect(*state, SENTIO_DID_EMIT, 0)->item;
    assert_text(emitted->topic, "BRK.B");
    assert_text(emitted->json, "{\"symbol\":\"brk.b\",\"signal\":\"hold\",\"confidence\":1}");
}

static void escaped_symbol_and_signal_mean_what_they_spell(void **state) {
    const char *body =
        "{\"data\":[{\"symbol\":\"A\\u0041PL\",\"signal\":\"s\\u0065ll\",\"confidence\":0}]}";
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    const struct sentio_item *emitted = &expect_effect(*state, SENTIO_DID_EMIT, 0)->item;
    assert_text(emitted->topic, "AAPL");
    assert_text(emitted->attributes[1].text, "sell");
}

static void items_keep_the_order_of_the_batch(void **state) {
    const char *body = "{\"data\":[{\"symbol\":\"B\",\"signal\":\"buy\",\"confidence\":0.1},"
                       "{\"symbol\":\"A\",\"signal\":\"sell\",\"confidence\":0.2},"
                       "{\"symbol\":\"B\",\"signal\":\"hold\",\"confidence\":0.3}]}";
    static const char *const topics[] = {"B", "A", "B"};
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    assert_int_equal(count_effects(*state, SENTIO_DID_EMIT), 3);
    for (size_t i = 0; i < 3; i++)
        assert_text(expect_effect(*state, SENTIO_DID_EMIT, i)->item.topic, topics[i]);
}

static void body_must_be_an_object_with_a_data_array(void **state) {
    assert_wrong(*state, "{}", -1, "data");
    assert_wrong(*state, "{\"data\":null}", -1, "data");
    assert_wrong(*state, "{\"data\":{}}", -1, "data");
    assert_wrong(*state, "{\"data\":[" GOOD "],\"data\":[" GOOD "]}", -1, "data");
    assert_wrong(*state, "{\"data\":[]}", -1, "data");
}

static void each_field_of_an_item_is_checked(void **state) {
    static const struct {
        const char *item;
        const char *field;
    } cases[] = {
        {"1", ""},
        {"null", ""},
        {"[]", ""},
        {"{\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":7,\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":null,\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":\"\",\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":\"*\",\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":\"A B\",\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":\"A\",\"symbol\":\"B\",\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":\"a b\",\"symbol\":\"B\",\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":\"A\",\"sym\\u0062ol\":\"B\",\"signal\":\"buy\",\"confidence\":1}", "symbol"},
        {"{\"symbol\":\"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456\",\"signal\":\"buy\",\"confidence\":1}",
         "symbol"},
        {"{\"symbol\":\"\\u0041BCDEFGHIJKLMNOPQRSTUVWXYZ0123456\",\"signal\":\"buy\","
         "\"confidence\":1}",
         "symbol"},
        {"{\"symbol\":\"A\",\"confidence\":1}", "signal"},
        {"{\"symbol\":\"A\",\"signal\":true,\"confidence\":1}", "signal"},
        {"{\"symbol\":\"A\",\"signal\":\"BUY\",\"confidence\":1}", "signal"},
        {"{\"symbol\":\"A\",\"signal\":\"\",\"confidence\":1}", "signal"},
        {"{\"symbol\":\"A\",\"signal\":\"buying\",\"confidence\":1}", "signal"},
        {"{\"symbol\":\"A\",\"signal\":\"\\u0062uying it all\",\"confidence\":1}", "signal"},
        {"{\"symbol\":\"A\",\"signal\":\"buy\"}", "confidence"},
        {"{\"symbol\":\"A\",\"signal\":\"buy\",\"confidence\":\"1\"}", "confidence"},
        {"{\"symbol\":\"A\",\"signal\":\"buy\",\"confidence\":null}", "confidence"},
        {"{\"symbol\":\"A\",\"signal\":\"buy\",\"confidence\":1.0001}", "confidence"},
        {"{\"symbol\":\"A\",\"signal\":\"buy\",\"confidence\":-0.0001}", "confidence"},
    };
    char body[256];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(body, sizeof(body), "{\"data\":[" GOOD ",%s," GOOD "]}", cases[i].item);
        assert_wrong(*state, body, 1, cases[i].field);
    }
}

static void symbol_of_32_characters_and_the_ends_of_confidence_are_valid(void **state) {
    const char *body = "{\"data\":[{\"symbol\":\"ABCDEFGHIJKLMNOPQRSTUV.^=:_/-012\","
                       "\"signal\":\"buy\",\"confidence\":0},"
                       "{\"symbol\":\"A\",\"signal\":\"buy\",\"confidence\":1.0}]}";
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.topic,
                "ABCDEFGHIJKLMNOPQRSTUV.^=:_/-012");
}

static void every_mistake_in_every_item_is_reported_at_once(void **state) {
    const char *body = "{\"data\":[{}," GOOD ",7,"
                       "{\"symbol\":\"a b\",\"signal\":\"short\",\"confidence\":2},"
                       "{\"symbol\":1,\"signal\":\"buy\",\"confidence\":9}]}";
    static const struct {
        int32_t index;
        const char *field;
    } expected[] = {{0, "symbol"},     {0, "signal"}, {0, "confidence"},
                    {2, ""},           {3, "symbol"}, {3, "signal"},
                    {3, "confidence"}, {4, "symbol"}, {4, "confidence"}};
    size_t count = sizeof(expected) / sizeof(expected[0]);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_INVALID);
    assert_int_equal(count_effects(*state, SENTIO_DID_REJECT), count);
    for (size_t i = 0; i < count; i++)
        assert_rejection(*state, i, expected[i].index, expected[i].field);
    assert_int_equal(count_effects(*state, SENTIO_DID_EMIT), 0);
}

static void at_most_100_mistakes_are_reported(void **state) {
    char *body = repeated("{\"signal\":\"x\",\"confidence\":2}", 50);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_INVALID);
    assert_int_equal(count_effects(*state, SENTIO_DID_REJECT), 100);
    assert_rejection(*state, 99, 33, "symbol");
    free(body);
}

static void batch_of_10000_items_is_published_and_one_more_is_too_many(void **state) {
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

static void subscriber_without_symbols_or_user_gets_everything(void **state) {
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(*state, &conn, NULL, 0, "{\"action\":\"subscribe\"}"),
                     SENTIO_OK);
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_true(sentio_test_joined(*state, conn, "*"));
}

static void subscriber_with_symbols_gets_just_those(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, "user_001", 0, "{\"symbols\":[\"aapl\",\"MSFT\"]}");
    assert_true(sentio_test_joined(*state, conn, "AAPL"));
    assert_true(sentio_test_joined(*state, conn, "MSFT"));
    assert_false(sentio_test_joined(*state, conn, "*"));
    sentio_test_unsubscribe(*state, conn, "{\"symbols\":[\"AAPL\"]}");
    assert_false(sentio_test_joined(*state, conn, "AAPL"));
    assert_true(sentio_test_joined(*state, conn, "MSFT"));
}

static void wrong_symbols_are_refused_and_change_nothing(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, 0, "{\"symbols\":[\"AAPL\"]}");
    sentio_test_subscribe(*state, &conn, NULL, 0, "{\"symbols\":[\"MSFT\",\"a b\"]}");
    assert_refusal(*state, 0, "invalid_symbol");
    assert_false(sentio_test_joined(*state, conn, "MSFT"));
    assert_true(sentio_test_joined(*state, conn, "AAPL"));
}

static void rest_answers_with_the_latest_signal_of_each_symbol(void **state) {
    sentio_test_publish(*state,
                        "{\"data\":[{\"symbol\":\"AAPL\",\"signal\":\"buy\",\"confidence\":1},"
                        "{\"symbol\":\"MSFT\",\"signal\":\"hold\",\"confidence\":0.5}]}");
    sentio_test_publish(*state,
                        "{\"data\":[{\"symbol\":\"AAPL\",\"signal\":\"sell\",\"confidence\":0}]}");
    assert_answer(*state, "/api/v1/dashboard/trade-signals?symbols=aapl,GOOGL", NULL, 0, 200,
                  "{\"signals\":[{\"symbol\":\"AAPL\",\"signal\":\"sell\",\"confidence\":0}],"
                  "\"count\":1,\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":3,"
                  "\"epoch\":\"test-epoch\"}");
    assert_answer(*state, "/api/v1/dashboard/trade-signals", NULL, 0, 200,
                  "{\"signals\":[{\"symbol\":\"MSFT\",\"signal\":\"hold\",\"confidence\":0.5},"
                  "{\"symbol\":\"AAPL\",\"signal\":\"sell\",\"confidence\":0}],"
                  "\"count\":2,\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":3,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_answers_with_an_empty_list_when_nothing_is_known(void **state) {
    assert_answer(*state, "/api/v1/dashboard/trade-signals?symbols=AAPL", NULL, 0, 200,
                  "{\"signals\":[],\"count\":0,\"timestamp\":\"2024-10-05T10:30:00.000Z\","
                  "\"offset\":0,\"epoch\":\"test-epoch\"}");
}

static void filters_compare_the_declared_attributes(void **state) {
    (void)state;
    const struct sentio_plugin *plugin = &sentio_plugin;
    assert_int_equal(plugin->filter_count, 2);
    assert_string_equal(plugin->filters[0].field, "min_confidence");
    assert_int_equal(plugin->filters[0].predicate, SENTIO_AT_LEAST);
    assert_string_equal(plugin->attributes[plugin->filters[0].attribute].name, "confidence");
    assert_string_equal(plugin->filters[1].field, "signals");
    assert_int_equal(plugin->filters[1].predicate, SENTIO_ONE_OF);
    assert_string_equal(plugin->attributes[plugin->filters[1].attribute].name, "signal");
}

static void unknown_option_is_named(void **state) {
    (void)state;
    assert_option_is_unknown("{\"symbolz\":[]}", "symbolz");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_plugin, close_plugin)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(item_passes_byte_for_byte_with_its_attributes),
        TEST(lower_case_symbol_is_indexed_in_upper_case_and_its_text_stays),
        TEST(escaped_symbol_and_signal_mean_what_they_spell),
        TEST(items_keep_the_order_of_the_batch),
        TEST(body_must_be_an_object_with_a_data_array),
        TEST(each_field_of_an_item_is_checked),
        TEST(symbol_of_32_characters_and_the_ends_of_confidence_are_valid),
        TEST(every_mistake_in_every_item_is_reported_at_once),
        TEST(at_most_100_mistakes_are_reported),
        TEST(batch_of_10000_items_is_published_and_one_more_is_too_many),
        TEST(subscriber_without_symbols_or_user_gets_everything),
        TEST(subscriber_with_symbols_gets_just_those),
        TEST(wrong_symbols_are_refused_and_change_nothing),
        TEST(rest_answers_with_the_latest_signal_of_each_symbol),
        TEST(rest_answers_with_an_empty_list_when_nothing_is_known),
        cmocka_unit_test(filters_compare_the_declared_attributes),
        cmocka_unit_test(unknown_option_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
