/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sentio/test.h>

/* A channel of users without options, made of the helpers alone. */

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

/* {"data":[{"symbol","count"}...]} */
static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_review review = {.call = call};
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ARRAY, .required = true};
    struct sentio_json body;
    struct sentio_json element;
    (void)update;
    if (sentio_json_parse(payload, &body, NULL) != 0 ||
        sentio_json_read(&body, &data, 1, NULL) != 0)
        return SENTIO_INVALID;
    struct sentio_json_cursor cursor = sentio_json_each(&data.value);
    for (; sentio_json_next(&cursor, &element); review.index++) {
        struct sentio_field fields[] = {
            {.name = "symbol", .types = SENTIO_JSON_STRING, .required = true},
            {.name = "count", .types = SENTIO_JSON_NUMBER},
        };
        char symbol[32];
        struct sentio_bytes name;
        sentio_review_read(&review, &element, fields, 2);
        if (fields[0].value.type != SENTIO_JSON_ABSENT &&
            sentio_json_symbol(&fields[0].value, symbol, &name) != SENTIO_OK)
            sentio_review_reject(&review, "symbol", "is none");
    }
    return SENTIO_OK;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    return sentio_subscribe_user(call, subscriber);
}

static int unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request) {
    (void)request;
    return sentio_unsubscribe_all(call, subscriber);
}

static const struct sentio_plugin users = {
    SENTIO_HEADER,        .name = "users",    .version = "1",         .type = "user",
    .open = open_channel, .publish = publish, .subscribe = subscribe, .unsubscribe = unsubscribe,
};

static int set_up(void **state) {
    *state = sentio_test_open(&users, NULL);
    return *state ? 0 : -1;
}

static int tear_down(void **state) {
    sentio_test_close(*state);
    return 0;
}

static void an_option_is_refused_by_its_name(void **state) {
    (void)state;
    assert_null(sentio_test_open(&users, "{\"colour\":1}"));
    assert_non_null(strstr(sentio_test_why(), "colour"));
}

static void a_subscriber_joins_its_own_user_and_leaves_it(void **state) {
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(*state, &conn, "ann", 0, "{\"action\":\"subscribe\"}"),
                     0);
    assert_true(sentio_test_joined(*state, conn, "ann"));
    assert_non_null(sentio_test_find(*state, SENTIO_DID_ACCEPT, 0));
    assert_int_equal(sentio_test_unsubscribe(*state, conn, "{\"action\":\"unsubscribe\"}"), 0);
    assert_false(sentio_test_joined(*state, conn, "ann"));
}

static void a_subscriber_without_a_user_is_closed_with_1008(void **state) {
    static const char *const nobody[] = {NULL, "*", "a\x01"};
    for (int i = 0; i < 3; i++) {
        uint64_t conn = 0;
        sentio_test_subscribe(*state, &conn, nobody[i], 0, "{\"action\":\"subscribe\"}");
        const struct sentio_effect *refused = sentio_test_find(*state, SENTIO_DID_REFUSE, 0);
        assert_non_null(refused);
        assert_int_equal(refused->number, 1008);
        assert_true(i > 0 || sentio_is(refused->text, "user_id required"));
    }
}

static void a_user_is_1_to_128_bytes_without_control_characters(void **state) {
    char longest[SENTIO_TOPIC_MAX + 1];
    (void)state;
    memset(longest, 'u', sizeof(longest));
    assert_true(sentio_user_valid(sentio_text("user_001")));
    assert_true(sentio_user_valid(sentio_bytes(longest, SENTIO_TOPIC_MAX)));
    assert_false(sentio_user_valid(sentio_bytes(longest, SENTIO_TOPIC_MAX + 1)));
    assert_false(sentio_user_valid(sentio_text("")));
    assert_false(sentio_user_valid(sentio_text("*")));
    assert_false(sentio_user_valid(sentio_text("a\nb")));
    assert_false(sentio_user_valid(sentio_text("a\x7f")));
}

static void every_mistake_is_told_with_its_item_and_field(void **state) {
    static const char body[] =
        "{\"data\":[{\"symbol\":\"aapl\",\"count\":1},{\"symbol\":7,\"count\":\"x\"},"
        "{\"symbol\":\"a b\"},{}]}";
    static const struct {
        int64_t item;
        const char *field;
    } expected[] = {{1, "symbol"}, {1, "count"}, {2, "symbol"}, {3, "symbol"}};
    assert_int_equal(sentio_test_publish(*state, body), SENTIO_INVALID);
    for (size_t i = 0; i < 4; i++) {
        const struct sentio_effect *rejected = sentio_test_find(*state, SENTIO_DID_REJECT, i);
        assert_non_null(rejected);
        assert_int_equal(rejected->number, expected[i].item);
        assert_true(sentio_is(rejected->name, expected[i].field));
    }
    assert_null(sentio_test_find(*state, SENTIO_DID_REJECT, 4));
}

static void rejections_end_at_a_hundred(void **state) {
    struct sentio_writer body;
    sentio_writer_init(&body, NULL, 0);
    sentio_write_text(&body, "{\"data\":[{}");
    for (int i = 0; i < 200; i++)
        sentio_write_text(&body, ",{}");
    sentio_write(&body, sentio_bytes("]}", 3));
    assert_int_equal(sentio_test_publish(*state, body.data), SENTIO_INVALID);
    assert_non_null(sentio_test_find(*state, SENTIO_DID_REJECT, 99));
    assert_null(sentio_test_find(*state, SENTIO_DID_REJECT, 100));
    sentio_writer_finish(&body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_is_refused_by_its_name),
        cmocka_unit_test_setup_teardown(a_subscriber_joins_its_own_user_and_leaves_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_subscriber_without_a_user_is_closed_with_1008, set_up,
                                        tear_down),
        cmocka_unit_test(a_user_is_1_to_128_bytes_without_control_characters),
        cmocka_unit_test_setup_teardown(every_mistake_is_told_with_its_item_and_field, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rejections_end_at_a_hundred, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
