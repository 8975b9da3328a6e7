/* SPDX-License-Identifier: MIT */
#include "../plugin_test.h"

#define ROUTE "/api/v1/dashboard/earnings"

static void publish_data(struct sentio_test *test, const char *user, const char *data) {
    char body[1024];
    snprintf(body, sizeof(body), "{\"user_id\":\"%s\",\"data\":%s}", user, data);
    assert_int_equal(sentio_test_publish(test, body), SENTIO_OK);
}

static void data_passes_byte_for_byte_to_its_user(void **state) {
    const char *data = "{ \"portfolio_value\": 100000.00, \"total_return\":-5e3,\"daily_pnl\":250,"
                       "\"win_rate\":0.65, \"by_year\":{\"2024\":null} }";
    publish_data(*state, "user_001", data);
    assert_int_equal(count_effects(*state, SENTIO_DID_EMIT), 1);
    const struct sentio_item *emitted = &expect_effect(*state, SENTIO_DID_EMIT, 0)->item;
    assert_text(emitted->topic, "user_001");
    assert_text(emitted->json, data);
}

static void user_of_128_bytes_is_valid_and_escapes_are_understood(void **state) {
    char user[129];
    memset(user, 'u', 128);
    user[128] = '\0';
    publish_data(*state, user, "{\"daily_pnl\":1}");
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.topic, user);
    publish_data(*state, "j\\u00fcrg", "{\"daily_pnl\":1}");
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.topic, "j\xc3\xbcrg");
}

static void body_needs_a_user_and_data(void **state) {
    char user[130];
    char body[256];
    memset(user, 'u', 129);
    user[129] = '\0';
    snprintf(body, sizeof(body), "{\"user_id\":\"%s\",\"data\":{\"daily_pnl\":1}}", user);
    assert_wrong(*state, body, -1, "user_id");
    assert_wrong(*state, "{\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":7,\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"\",\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"*\",\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"\\u002a\",\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\\nb\",\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\\u0000b\",\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\\u007f\",\"data\":{\"daily_pnl\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\",\"user_id\":\"a\",\"data\":{\"x\":1}}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\"}", -1, "data");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":[1]}", -1, "data");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":null}", -1, "data");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":{ }}", -1, "data");
}

static void known_figures_are_numbers_given_once(void **state) {
    static const char *const figures[] = {"portfolio_value", "total_return", "daily_pnl",
                                          "win_rate"};
    static const char *const wrong[] = {"null", "\"1\"", "false", "[]", "{}"};
    char body[256];
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
            snprintf(body, sizeof(body), "{\"user_id\":\"a\",\"data\":{\"%s\":%s}}", figures[i],
                     wrong[j]);
            assert_wrong(*state, body, 0, figures[i]);
        }
        snprintf(body, sizeof(body), "{\"user_id\":\"a\",\"data\":{\"%s\":1,\"%s\":1}}", figures[i],
                 figures[i]);
        assert_wrong(*state, body, 0, figures[i]);
    }
}

static void win_rate_is_within_0_and_1(void **state) {
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":{\"win_rate\":1.01}}", 0, "win_rate");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":{\"win_rate\":-0.01}}", 0, "win_rate");
    publish_data(*state, "a", "{\"win_rate\":0}");
    publish_data(*state, "a", "{\"win_rate\":1}");
}

static void members_of_the_answer_are_given_once_in_the_data(void **state) {
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":{\"user_id\":1,\"user_id\":2}}", 0,
                 "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":{\"timestamp\":1,\"timestamp\":2}}", 0,
                 "timestamp");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":{\"offset\":1,\"offset\":2}}", 0, "offset");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":{\"epoch\":1,\"epoch\":2}}", 0, "epoch");
}

static void subscriber_joins_its_own_user_only(void **state) {
    uint64_t conn = 0;
    const char *request = "{\"action\":\"subscribe\",\"symbols\":[\"AAPL\"],\"user_id\":\"ann\"}";
    assert_int_equal(sentio_test_subscribe(*state, &conn, "ann", 0, request), SENTIO_OK);
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_int_equal(count_effects(*state, SENTIO_DID_JOIN), 1);
    assert_true(sentio_test_joined(*state, conn, "ann"));
}

static void subscriber_without_a_user_is_turned_away(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, 0, "{\"action\":\"subscribe\"}");
    assert_denied(*state, "user_id required");
    assert_int_equal(count_effects(*state, SENTIO_DID_JOIN), 0);
}

static void nobody_subscribes_as_everyone(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, "*", 0, "{\"user_id\":\"*\"}");
    assert_denied(*state, "user_id not valid");
    assert_int_equal(count_effects(*state, SENTIO_DID_JOIN), 0);
}

static void unsubscribe_leaves_the_user(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, "ann", 0, "{}");
    assert_int_equal(sentio_test_unsubscribe(*state, conn, "{\"action\":\"unsubscribe\"}"),
                     SENTIO_OK);
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_false(sentio_test_joined(*state, conn, "ann"));
}

static void rest_adds_user_timestamp_and_position_to_the_object(void **state) {
    publish_data(*state, "bob", "{\"daily_pnl\":-1}");
    publish_data(*state, "ann", "{ \"daily_pnl\" : 250.00 , \"note\":\"a\\\"b\" }");
    sentio_test_advance(*state, 60000);
    assert_answer(*state, ROUTE, "ann", 0, 200,
                  "{\"daily_pnl\":250.00,\"note\":\"a\\\"b\",\"user_id\":\"ann\","
                  "\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":2,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_keeps_the_objects_own_user_and_timestamp(void **state) {
    publish_data(*state, "ann", "{\"user_id\":\"a-1\",\"t\\u0069mestamp\":7,\"x\":1}");
    assert_answer(*state, ROUTE, "ann", 0, 200,
                  "{\"user_id\":\"a-1\",\"t\\u0069mestamp\":7,\"x\":1,\"offset\":1,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_position_is_the_channels_whatever_the_object_says(void **state) {
    publish_data(*state, "ann",
                 "{\"offset\":99,\"user_id\":\"ann\",\"\\u0065poch\":\"mine\",\"timestamp\":7}");
    assert_answer(*state, ROUTE, "ann", 0, 200,
                  "{\"user_id\":\"ann\",\"timestamp\":7,\"offset\":1,\"epoch\":\"test-epoch\"}");
    publish_data(*state, "ann", "{\"offset\":99}");
    assert_answer(*state, ROUTE, "ann", 0, 200,
                  "{\"user_id\":\"ann\",\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":2,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_answers_with_a_large_object_whole(void **state) {
    char note[6001];
    char data[6100];
    char body[6200];
    memset(note, 'n', sizeof(note) - 1);
    note[sizeof(note) - 1] = '\0';
    snprintf(data, sizeof(data), "\"note\":\"%s\",\"timestamp\":7,\"user_id\":\"ann\"", note);
    snprintf(body, sizeof(body), "{\"user_id\":\"ann\",\"data\":{%s}}", data);
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_OK);
    snprintf(body, sizeof(body), "{%s,\"offset\":1,\"epoch\":\"test-epoch\"}", data);
    assert_answer(*state, ROUTE, "ann", 0, 200, body);
}

static void rest_without_a_user_is_422(void **state) {
    publish_data(*state, "ann", "{\"daily_pnl\":1}");
    assert_answer(*state, ROUTE, NULL, 0, 422, "{\"detail\":\"user_id required\"}");
    assert_answer(*state, ROUTE, "*", 0, 422, "{\"detail\":\"user_id required\"}");
}

static void rest_for_a_user_of_whom_nothing_is_known_is_404(void **state) {
    publish_data(*state, "ann", "{\"daily_pnl\":1}");
    assert_answer(*state, ROUTE, "bob", 0, 404,
                  "{\"detail\":\"no earnings are known for this user\"}");
}

static void unknown_option_is_named(void **state) {
    (void)state;
    assert_option_is_unknown("{\"currency\":\"EUR\"}", "currency");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_plugin, close_plugin)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(data_passes_byte_for_byte_to_its_user),
        TEST(user_of_128_bytes_is_valid_and_escapes_are_understood),
        TEST(body_needs_a_user_and_data),
        TEST(known_figures_are_numbers_given_once),
        TEST(win_rate_is_within_0_and_1),
        TEST(members_of_the_answer_are_given_once_in_the_data),
        TEST(subscriber_joins_its_own_user_only),
        TEST(subscriber_without_a_user_is_turned_away),
        TEST(nobody_subscribes_as_everyone),
        TEST(unsubscribe_leaves_the_user),
        TEST(rest_adds_user_timestamp_and_position_to_the_object),
        TEST(rest_keeps_the_objects_own_user_and_timestamp),
        TEST(rest_position_is_the_channels_whatever_the_object_says),
        TEST(rest_answers_with_a_large_object_whole),
        TEST(rest_without_a_user_is_422),
        TEST(rest_for_a_user_of_whom_nothing_is_known_is_404),
        cmocka_unit_test(unknown_option_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
