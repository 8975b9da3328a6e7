/* SPDX-License-Identifier: MIT */
/* For SENTIO_DURABLE. */
#define SENTIO_ABI_MINOR_NEEDED 2

#include "../plugin_test.h"

#define ROUTE "/api/v1/dashboard/notifications"
#define DATA "{\"type\":\"info\",\"title\":\"T\",\"message\":\"M\"}"
#define WITH_ID(id) "{\"id\":" id ",\"type\":\"info\",\"title\":\"T\",\"message\":\"M\"}"

static void publish_data(struct sentio_test *test, const char *user, const char *data) {
    char body[1024];
    snprintf(body, sizeof(body), "{\"user_id\":\"%s\",\"data\":%s}", user, data);
    assert_int_equal(sentio_test_publish(test, body), SENTIO_OK);
    assert_int_equal(count_effects(test, SENTIO_DID_EMIT), 1);
}

static void data_passes_byte_for_byte_to_its_user(void **state) {
    const char *data = "{\"id\":\"n1\", \"message\":\"\", \"title\":\"\\u00dc\",\"type\":\"error\","
                       " \"link\": {\"to\":null} }";
    publish_data(*state, "user_001", data);
    const struct sentio_item *emitted = &expect_effect(*state, SENTIO_DID_EMIT, 0)->item;
    assert_text(emitted->topic, "user_001");
    assert_text(emitted->json, data);
    assert_int_equal(emitted->flags, 0);
}

static void every_documented_type_is_accepted(void **state) {
    static const char *const types[] = {"success", "info", "warning", "error", "w\\u0061rning"};
    char data[128];
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        snprintf(data, sizeof(data), "{\"type\":\"%s\",\"title\":\"T\",\"message\":\"M\"}",
                 types[i]);
        publish_data(*state, "ann", data);
    }
}

static void star_reaches_everyone(void **state) {
    publish_data(*state, "*", DATA);
    assert_text(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.topic, "*");
}

static void host_is_asked_for_an_id_when_there_is_none(void **state) {
    publish_data(*state, "ann", DATA);
    assert_int_equal(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.flags, SENTIO_ADD_ID);
    publish_data(*state, "ann", WITH_ID("7"));
    assert_int_equal(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.flags, 0);
    publish_data(*state, "ann",
                 "{\"i\\u0064\":1,\"type\":\"info\",\"title\":\"\",\"message\":\"\"}");
    assert_int_equal(expect_effect(*state, SENTIO_DID_EMIT, 0)->item.flags, 0);
}

static void id_of_the_body_is_not_the_notifications(void **state) {
    assert_int_equal(
        sentio_test_publish(*state, "{\"id\":[],\"user_id\":\"ann\",\"data\":" DATA "}"),
        SENTIO_OK);
    const struct sentio_item *emitted = &expect_effect(*state, SENTIO_DID_EMIT, 0)->item;
    assert_int_equal(emitted->flags, SENTIO_ADD_ID);
}

static void body_needs_a_user_and_data(void **state) {
    char user[130];
    char body[256];
    memset(user, 'u', 129);
    user[129] = '\0';
    snprintf(body, sizeof(body), "{\"user_id\":\"%s\",\"data\":" DATA "}", user);
    assert_wrong(*state, body, -1, "user_id");
    assert_wrong(*state, "{\"data\":" DATA "}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":null,\"data\":" DATA "}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"\",\"data\":" DATA "}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\\tb\",\"data\":" DATA "}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"\\u007f\",\"data\":" DATA "}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\",\"user_id\":\"a\",\"data\":" DATA "}", -1, "user_id");
    assert_wrong(*state, "{\"user_id\":\"a\"}", -1, "data");
    assert_wrong(*state, "{\"user_id\":\"a\",\"data\":[" DATA "]}", -1, "data");
}

static void data_needs_a_known_type_a_title_and_a_message(void **state) {
    static const struct {
        const char *data;
        const char *field;
    } cases[] = {
        {"{\"title\":\"T\",\"message\":\"M\"}", "type"},
        {"{\"type\":1,\"title\":\"T\",\"message\":\"M\"}", "type"},
        {"{\"type\":\"fatal\",\"title\":\"T\",\"message\":\"M\"}", "type"},
        {"{\"type\":\"Info\",\"title\":\"T\",\"message\":\"M\"}", "type"},
        {"{\"type\":\"\\u0069nformational\",\"title\":\"T\",\"message\":\"M\"}", "type"},
        {"{\"type\":\"\\u0069nformation of many bytes\",\"title\":\"T\",\"message\":\"M\"}",
         "type"},
        {"{\"type\":\"info\",\"message\":\"M\"}", "title"},
        {"{\"type\":\"info\",\"title\":null,\"message\":\"M\"}", "title"},
        {"{\"type\":\"info\",\"title\":\"T\"}", "message"},
        {"{\"type\":\"info\",\"title\":\"T\",\"message\":{}}", "message"},
        {WITH_ID("null"), "id"},
        {WITH_ID("[]"), "id"},
        {WITH_ID("true"), "id"},
        {WITH_ID("1,\"id\":2"), "id"},
    };
    char body[256];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(body, sizeof(body), "{\"user_id\":\"ann\",\"data\":%s}", cases[i].data);
        assert_wrong(*state, body, 0, cases[i].field);
    }
}

static void subscriber_joins_its_own_user_only(void **state) {
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(*state, &conn, "ann", 0, "{\"ack\":true}"), SENTIO_OK);
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
    assert_int_equal(sentio_test_unsubscribe(*state, conn, "{}"), SENTIO_OK);
    expect_effect(*state, SENTIO_DID_ACCEPT, 0);
    assert_false(sentio_test_joined(*state, conn, "ann"));
}

static void rest_lists_what_was_sent_to_the_user_and_to_everyone(void **state) {
    publish_data(*state, "ann", WITH_ID("1"));
    publish_data(*state, "bob", WITH_ID("2"));
    publish_data(*state, "*", WITH_ID("3"));
    assert_answer(*state, ROUTE, "ann", 0, 200,
                  "{\"user_id\":\"ann\",\"notifications\":[" WITH_ID("1") "," WITH_ID(
                      "3") "],"
                           "\"count\":2,\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":3,"
                           "\"epoch\":\"test-epoch\"}");
    assert_answer(*state, ROUTE "?limit=1", "ann", 0, 200,
                  "{\"user_id\":\"ann\",\"notifications\":[" WITH_ID(
                      "3") "],"
                           "\"count\":1,\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":3,"
                           "\"epoch\":\"test-epoch\"}");
}

static void rest_for_a_user_without_notifications_is_an_empty_list(void **state) {
    assert_answer(*state, ROUTE, "a\"b", 0, 200,
                  "{\"user_id\":\"a\\\"b\",\"notifications\":[],\"count\":0,"
                  "\"timestamp\":\"2024-10-05T10:30:00.000Z\",\"offset\":0,"
                  "\"epoch\":\"test-epoch\"}");
}

static void rest_without_a_user_is_422(void **state) {
    publish_data(*state, "*", DATA);
    assert_answer(*state, ROUTE, NULL, 0, 422, "{\"detail\":\"user_id required\"}");
    assert_answer(*state, ROUTE, "*", 0, 422, "{\"detail\":\"user_id required\"}");
}

static void route_gives_50_by_default_and_1000_at_most(void **state) {
    (void)state;
    assert_int_equal(sentio_plugin.route_count, 1);
    assert_int_equal(sentio_plugin.routes[0].source, SENTIO_HISTORY);
    assert_int_equal(sentio_plugin.routes[0].topics, SENTIO_TOPICS_USER);
    assert_int_equal(sentio_plugin.routes[0].limit, 50);
    assert_int_equal(sentio_plugin.routes[0].limit_max, 1000);
    assert_int_equal(sentio_plugin.flags, SENTIO_NO_SNAPSHOT | SENTIO_DURABLE);
}

static void unknown_option_is_named(void **state) {
    (void)state;
    assert_option_is_unknown("{\"sound\":true}", "sound");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_plugin, close_plugin)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(data_passes_byte_for_byte_to_its_user),
        TEST(every_documented_type_is_accepted),
        TEST(star_reaches_everyone),
        TEST(host_is_asked_for_an_id_when_there_is_none),
        TEST(id_of_the_body_is_not_the_notifications),
        TEST(body_needs_a_user_and_data),
        TEST(data_needs_a_known_type_a_title_and_a_message),
        TEST(subscriber_joins_its_own_user_only),
        TEST(subscriber_without_a_user_is_turned_away),
        TEST(nobody_subscribes_as_everyone),
        TEST(unsubscribe_leaves_the_user),
        TEST(rest_lists_what_was_sent_to_the_user_and_to_everyone),
        TEST(rest_for_a_user_without_notifications_is_an_empty_list),
        TEST(rest_without_a_user_is_422),
        cmocka_unit_test(route_gives_50_by_default_and_1000_at_most),
        cmocka_unit_test(unknown_option_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
