/* SPDX-License-Identifier: MIT */
#include "../plugin_test.h"

#define ADMIN SENTIO_ROLE_ADMIN
#define KIND_48 "a23456789_123456789_123456789_123456789_12345678"

static void publish_kind(struct sentio_test *test, const char *kind, const char *data) {
    char body[1024];
    snprintf(body, sizeof(body), "{\"kind\":\"%s\",\"data\":%s}", kind, data);
    assert_int_equal(sentio_test_publish(test, body), SENTIO_OK);
    assert_int_equal(count_effects(test, SENTIO_DID_EMIT), 1);
}

static void item_names_its_own_type_after_its_kind(void **state) {
    const char *data = "{ \"total_users\":150,\"monthly_revenue\": 15000.00 }";
    publish_kind(*state, "users", data);
    const struct sentio_item *emitted = &expect_effect(*state, SENTIO_DID_EMIT, 0)->item;
    assert_text(emitted->topic, "users");
    assert_text(emitted->type, "admin_users");
    assert_text(emitted->json, data);
}

static void kind_of_48_characters_and_empty_data_are_valid(void **state) {
    publish_kind(*state, KIND_48, "{}");
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.type, "admin_" KIND_48);
    publish_kind(*state, "user\\u005fanalytics", "{}");
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.type, "admin_user_analytics");
}

static void body_needs_a_kind_and_data(void **state) {
    static const char *const kinds[] = {"null",
                                        "1",
                                        "\"\"",
                                        "\"*\"",
                                        "\"Users\"",
                                        "\"1users\"",
                                        "\"_users\"",
                                        "\"{users\"",
                                        "\"user-analytics\"",
                                        "\"us\\u0000er\"",
                                        "\"" KIND_48 "9\"",
                                        "\"\\u0061" KIND_48 "\"",
                                        "\"users\",\"kind\":\"users\""};
    char body[256];
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        snprintf(body, sizeof(body), "{\"kind\":%s,\"data\":{}}", kinds[i]);
        assert_wrong(*state, body, -1, "kind");
    }
    assert_wrong(*state, "{\"data\":{}}", -1, "kind");
    assert_wrong(*state, "{\"kind\":\"users\"}", -1, "data");
    assert_wrong(*state, "{\"kind\":\"users\",\"data\":[]}", -1, "data");
    assert_wrong(*state, "{\"kind\":\"users\",\"data\":null}", -1, "data");
}

static void kind_with_the_name_of_another_member_of_the_answer_is_rejected(void **state) {
    assert_wrong(*state, "{\"kind\":\"timestamp\",\"data\":{}}", -1, "kind");
    assert_wrong(*state, "{\"kind\":\"offset\",\"data\":{}}", -1, "kind");
    assert_wrong(*state, "{\"kind\":\"epoch\",\"data\":{}}", -1, "kind");
    publish_kind(*state, "epochs", "{}");
}

static void members_of_the_answer_are_given_once_in_the_data(void **state) {
    assert_wrong(*state, "{\"kind\":\"a\",\"data\":{\"timestamp\":1,\"timestamp\":2}}", 0,
                 "timestamp");
    assert_wrong(*state, "{\"kind\":\"a\",\"data\":{\"offset\":1,\"offset\":2}}", 0, "offset");
    assert_wrong(*state, "{\"kind\":\"a\",\"data\":{\"epoch\":1,\"epoch\":2}}", 0, "epoch");
}

static void subscriber_without_the_role_is_turned_away(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, "ann", 0, "{\"admin_token\":\"x\"}");
    assert_denied(*state, "Invalid admin token");
    conn = 0;
    sentio_test_subscribe(*state, &conn, "ann", SENTIO_ROLE_PUBLISHER, "{}");
    assert_denied(*state, "Invalid admin token");
    assert_int_equal(count_effects(*state, SENTIO_DID_JOIN), 0);
}

static void admin_gets_every_kind_by_default(void **state) {
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{}"), SENTIO_OK);
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_true(sentio_test_joined(*state, conn, "*"));
}

static void empty_list_of_kinds_names_none(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, ADMIN | SENTIO_ROLE_PUBLISHER, "{\"kinds\":[]}");
    assert_true(sentio_test_joined(*state, conn, "*"));
}

static void admin_gets_just_the_kinds_that_it_names(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":[\"users\",\"r\\u0065venue\"]}");
    assert_true(sentio_test_joined(*state, conn, "users"));
    assert_true(sentio_test_joined(*state, conn, "revenue"));
    assert_false(sentio_test_joined(*state, conn, "*"));
}

static void later_subscribe_adds_kinds_and_without_kinds_changes_nothing(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":[\"users\"]}");
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"admin_token\":\"fresh\"}");
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_false(sentio_test_joined(*state, conn, "*"));
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":[\"revenue\"]}");
    assert_true(sentio_test_joined(*state, conn, "users"));
    assert_true(sentio_test_joined(*state, conn, "revenue"));
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":[\"*\"]}");
    assert_true(sentio_test_joined(*state, conn, "*"));
}

static void wrong_kinds_are_refused_and_change_nothing(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":[\"users\"]}");
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":\"revenue\"}");
    assert_refusal(*state, 0, "invalid_field");
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":[\"revenue\",\"Users\"]}");
    assert_refusal(*state, 0, "invalid_kind");
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{\"kinds\":[\"revenue\",7]}");
    assert_refusal(*state, 0, "invalid_kind");
    assert_false(sentio_test_joined(*state, conn, "revenue"));
    assert_true(sentio_test_joined(*state, conn, "users"));
    sentio_test_unsubscribe(*state, conn, "{\"kinds\":[\"users\",7]}");
    assert_refusal(*state, 0, "invalid_kind");
    assert_true(sentio_test_joined(*state, conn, "users"));
}

static void unsubscribe_leaves_the_kinds_that_it_names_or_all(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, ADMIN,
                          "{\"kinds\":[\"users\",\"revenue\",\"subscribers\"]}");
    sentio_test_unsubscribe(*state, conn, "{\"kinds\":[\"users\"]}");
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_false(sentio_test_joined(*state, conn, "users"));
    assert_true(sentio_test_joined(*state, conn, "revenue"));
    sentio_test_unsubscribe(*state, conn, "{}");
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_false(sentio_test_joined(*state, conn, "revenue"));
    assert_false(sentio_test_joined(*state, conn, "subscribers"));
}

static void one_kind_cannot_be_taken_from_all(void **state) {
    uint64_t conn = 0;
    sentio_test_subscribe(*state, &conn, NULL, ADMIN, "{}");
    sentio_test_unsubscribe(*state, conn, "{\"kinds\":[\"users\"]}");
    assert_refusal(*state, 0, "subscribed_to_all");
    assert_true(sentio_test_joined(*state, conn, "*"));
    sentio_test_unsubscribe(*state, conn, "{\"kinds\":[\"*\"]}");
    assert_false(sentio_test_joined(*state, conn, "*"));
}

static void rest_answers_with_the_latest_data_of_a_kind(void **state) {
    publish_kind(*state, "users", "{\"total_users\":149}");
    publish_kind(*state, "users", "{ \"total_users\" : 150, \"n\":\"\\u00e9\" }");
    publish_kind(*state, "revenue", "{}");
    sentio_test_advance(*state, 60000);
    assert_answer(*state, "/api/v1/admin/users", NULL, ADMIN, 200,
                  "{\"total_users\":150,\"n\":\"\\u00e9\","
                  "\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":3,"
                  "\"epoch\":\"test-epoch\"}");
    assert_answer(*state, "/api/v1/admin/revenue", NULL, ADMIN, 200,
                  "{\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":3,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_keeps_the_objects_timestamp_and_not_its_position(void **state) {
    publish_kind(*state, "users", "{\"\\u006fffset\":9,\"timestamp\":\"now\",\"epoch\":{}}");
    assert_answer(*state, "/api/v1/admin/users", NULL, ADMIN, 200,
                  "{\"timestamp\":\"now\",\"offset\":1,\"epoch\":\"test-epoch\"}");
}

static void rest_answers_with_all_kinds(void **state) {
    publish_kind(*state, "users", "{\"total_users\":150}");
    publish_kind(*state, "revenue", "{\"month\": 1.50}");
    sentio_test_advance(*state, 60000);
    assert_answer(*state, "/api/v1/admin", NULL, ADMIN, 200,
                  "{\"users\":{\"total_users\":150},\"revenue\":{\"month\": 1.50},"
                  "\"timestamp\":\"2024-10-05T10:31:00.000Z\",\"offset\":2,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_with_nothing_known_has_no_kinds(void **state) {
    assert_answer(*state, "/api/v1/admin", NULL, ADMIN, 200,
                  "{\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":0,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_without_the_role_is_401_even_for_unknown_kinds(void **state) {
    publish_kind(*state, "users", "{\"total_users\":150}");
    const char *body = "{\"detail\":\"Invalid admin token\"}";
    assert_answer(*state, "/api/v1/admin/users", "ann", 0, 401, body);
    assert_answer(*state, "/api/v1/admin/nothing", "ann", SENTIO_ROLE_PUBLISHER, 401, body);
    assert_answer(*state, "/api/v1/admin", NULL, 0, 401, body);
}

static void rest_for_an_unknown_kind_is_404(void **state) {
    publish_kind(*state, "users", "{\"total_users\":150}");
    assert_answer(*state, "/api/v1/admin/revenue", NULL, ADMIN, 404,
                  "{\"detail\":\"nothing is known of this kind\"}");
}

static void unknown_option_is_named(void **state) {
    (void)state;
    assert_option_is_unknown("{\"kinds\":[\"users\"]}", "kinds");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_plugin, close_plugin)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(item_names_its_own_type_after_its_kind),
        TEST(kind_of_48_characters_and_empty_data_are_valid),
        TEST(body_needs_a_kind_and_data),
        TEST(kind_with_the_name_of_another_member_of_the_answer_is_rejected),
        TEST(members_of_the_answer_are_given_once_in_the_data),
        TEST(subscriber_without_the_role_is_turned_away),
        TEST(admin_gets_every_kind_by_default),
        TEST(empty_list_of_kinds_names_none),
        TEST(admin_gets_just_the_kinds_that_it_names),
        TEST(later_subscribe_adds_kinds_and_without_kinds_changes_nothing),
        TEST(wrong_kinds_are_refused_and_change_nothing),
        TEST(unsubscribe_leaves_the_kinds_that_it_names_or_all),
        TEST(one_kind_cannot_be_taken_from_all),
        TEST(rest_answers_with_the_latest_data_of_a_kind),
        TEST(rest_keeps_the_objects_timestamp_and_not_its_position),
        TEST(rest_answers_with_all_kinds),
        TEST(rest_with_nothing_known_has_no_kinds),
        TEST(rest_without_the_role_is_401_even_for_unknown_kinds),
        TEST(rest_for_an_unknown_kind_is_404),
        cmocka_unit_test(unknown_option_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
