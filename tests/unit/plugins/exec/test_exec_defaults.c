/* SPDX-License-Identifier: MIT */
/* The calls that a program leaves to exec.so. */
#include "puppet.h"

#define SILENT PROGRAM("[]", "")

static int start_silent(void **state) {
    *state = start_with(SILENT, ",\"timeout\":\"60s\",\"topic_field\":\"room\",\"type\":\"note\"");
    return *state ? 0 : -1;
}

static uint64_t subscribed(struct sentio_test *test, const char *request) {
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, request), SENTIO_OK);
    assert_non_null(sentio_test_find(test, SENTIO_DID_ACCEPT, 0));
    return conn;
}

static void an_item_is_published_under_the_topic_that_it_names(void **state) {
    struct sentio_test *test = *state;
    assert_int_equal(sentio_test_publish(test, "{\"data\":{\"room\":\"h\\u00e4ll\",\"t\":1.50}}"),
                     SENTIO_OK);
    const struct sentio_effect *effect = expect_effect(test, SENTIO_DID_EMIT, 0);
    assert_text(effect->item.topic, "h\xc3\xa4ll");
    assert_text(effect->item.type, "note");
    assert_text(effect->item.json, "{\"room\":\"h\\u00e4ll\",\"t\":1.50}");
    assert_int_equal(
        sentio_test_publish(test, "{\"data\":[{\"room\":\"a\"},{\"room\":\"b\",\"x\":[]}]}"),
        SENTIO_OK);
    assert_int_equal(count_effects(test, SENTIO_DID_EMIT), 2);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 1)->item.topic, "b");
}

static void an_item_without_its_topic_is_rejected(void **state) {
    struct sentio_test *test = *state;
    assert_wrong(test, "{\"dat\":1}", -1, "data");
    assert_wrong(test, "{\"data\":[]}", -1, "data");
    assert_wrong(test, "{\"data\":[{\"room\":\"a\"},1]}", 1, "");
    assert_wrong(test, "{\"data\":[{\"room\":\"a\"},{\"t\":1}]}", 1, "room");
    assert_wrong(test, "{\"data\":[{\"room\":\"\"},{\"room\":\"b\"}]}", 0, "room");
    assert_wrong(test, "{\"data\":{\"room\":1}}", 0, "room");
}

static void without_a_topic_field_an_item_reaches_everybody(void **state) {
    (void)state;
    struct sentio_test *test = start(SILENT);
    assert_int_equal(sentio_test_publish(test, "{\"data\":\"hello\"}"), SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.topic, "*");
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.type, "");
    sentio_test_close(test);
}

static void a_subscriber_gets_everything_or_the_topics_that_it_names(void **state) {
    struct sentio_test *test = *state;
    uint64_t all = subscribed(test, "{}");
    assert_true(sentio_test_joined(test, all, "*"));
    uint64_t some = subscribed(test, "{\"topics\":[\"a\",\"caf\\u00e9\"]}");
    assert_false(sentio_test_joined(test, some, "*"));
    assert_true(sentio_test_joined(test, some, "a"));
    assert_true(sentio_test_joined(test, some, "caf\xc3\xa9"));
    uint64_t symbols = subscribed(test, "{\"symbols\":[\"b\"]}");
    assert_true(sentio_test_joined(test, symbols, "b"));
    uint64_t star = subscribed(test, "{\"topics\":[\"*\",\"a\"]}");
    assert_true(sentio_test_joined(test, star, "*"));
}

static void a_second_subscribe_adds(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = subscribed(test, "{\"topics\":[\"a\"]}");
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{}"), SENTIO_OK);
    assert_false(sentio_test_joined(test, conn, "*"));
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{\"topics\":[\"b\"]}"),
                     SENTIO_OK);
    assert_true(sentio_test_joined(test, conn, "a"));
    assert_true(sentio_test_joined(test, conn, "b"));
}

static void wrong_topics_are_refused(void **state) {
    static const char *const wrong[] = {"{\"topics\":\"a\"}", "{\"topics\":[1]}",
                                        "{\"topics\":[\"\"]}"};
    struct sentio_test *test = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint64_t conn = 0;
        assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, wrong[i]), SENTIO_OK);
        assert_refusal(test, 0, "invalid_field");
    }
}

static void an_unsubscribe_takes_topics_or_everything(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = subscribed(test, "{\"topics\":[\"a\",\"b\",\"c\"]}");
    assert_int_equal(sentio_test_unsubscribe(test, conn, "{\"topics\":[\"a\"]}"), SENTIO_OK);
    assert_non_null(sentio_test_find(test, SENTIO_DID_ACCEPT, 0));
    assert_false(sentio_test_joined(test, conn, "a"));
    assert_true(sentio_test_joined(test, conn, "b"));
    assert_int_equal(sentio_test_unsubscribe(test, conn, "{}"), SENTIO_OK);
    assert_false(sentio_test_joined(test, conn, "b"));
    uint64_t all = subscribed(test, "{}");
    assert_int_equal(sentio_test_unsubscribe(test, all, "{\"topics\":[\"a\"]}"), SENTIO_OK);
    assert_refusal(test, 0, "subscribed_to_all");
    assert_int_equal(sentio_test_unsubscribe(test, all, "{\"topics\":[1]}"), SENTIO_OK);
    assert_refusal(test, 0, "invalid_field");
}

static void an_action_that_the_program_does_not_take_is_unknown(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = subscribed(test, "{}");
    assert_int_equal(sentio_test_message(test, conn, "jump", "{}"), SENTIO_OK);
    assert_refusal(test, 0, "unknown_action");
}

/* What the program does when it is told of a subscriber. */
#define ASKED                                                                                      \
    PROGRAM("[\"subscribe\"]",                                                                     \
            ON("subscribe", SAY("{\"join\":{\"topic\":\"asked\"}}") SAY("{\"accept\":{}}")))

static struct sentio_test *swapped(struct sentio_test *test, const char *script) {
    char *config = shell_config(script, "sh", ",\"timeout\":\"60s\"");
    struct sentio_test *next = sentio_test_swap(test, &sentio_plugin, config);
    free(config);
    if (!next)
        fail_msg("%s", sentio_test_why());
    return next;
}

static void a_program_that_decides_nothing_needs_not_be_told_of_subscribers(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = subscribed(test, "{}");
    struct sentio_test *next = swapped(test, SILENT);
    assert_non_null(sentio_test_find(test, SENTIO_DID_KEEP, 0));
    assert_null(sentio_test_find(next, SENTIO_DID_ACCEPT, 0));
    assert_true(sentio_test_joined(next, conn, "*"));
    sentio_test_close(next);
}

static void a_program_that_decides_and_saves_nothing_is_told_of_subscribers(void **state) {
    (void)state;
    struct sentio_test *test = start(ASKED);
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{}"), SENTIO_OK);
    struct sentio_test *next = swapped(test, ASKED);
    assert_null(sentio_test_find(test, SENTIO_DID_KEEP, 0));
    assert_non_null(sentio_test_find(next, SENTIO_DID_ACCEPT, 0));
    sentio_test_close(next);
    sentio_test_close(test);
}

static void a_program_that_begins_to_decide_is_told_of_subscribers(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = subscribed(test, "{}");
    struct sentio_test *next = swapped(test, ASKED);
    assert_non_null(sentio_test_find(test, SENTIO_DID_KEEP, 0));
    assert_true(sentio_test_joined(next, conn, "asked"));
    sentio_test_close(next);
}

static void a_program_that_cannot_restore_does_not_get_a_state(void **state) {
    (void)state;
    struct sentio_test *test = start(PROGRAM("[\"save\"]", ON("save", SAY("{\"state\":1}"))));
    uint64_t conn = subscribed(test, "{}");
    struct sentio_test *next = swapped(test, SILENT);
    assert_non_null(sentio_test_find(next, SENTIO_DID_ACCEPT, 0));
    assert_true(sentio_test_joined(next, conn, "*"));
    sentio_test_close(next);
    sentio_test_close(test);
}

int main(void) {
#define WITH_SILENT(test) cmocka_unit_test_setup_teardown(test, start_silent, close_plugin)
    const struct CMUnitTest tests[] = {
        WITH_SILENT(an_item_is_published_under_the_topic_that_it_names),
        WITH_SILENT(an_item_without_its_topic_is_rejected),
        cmocka_unit_test(without_a_topic_field_an_item_reaches_everybody),
        WITH_SILENT(a_subscriber_gets_everything_or_the_topics_that_it_names),
        WITH_SILENT(a_second_subscribe_adds),
        WITH_SILENT(wrong_topics_are_refused),
        WITH_SILENT(an_unsubscribe_takes_topics_or_everything),
        WITH_SILENT(an_action_that_the_program_does_not_take_is_unknown),
        WITH_SILENT(a_program_that_decides_nothing_needs_not_be_told_of_subscribers),
        cmocka_unit_test(a_program_that_decides_and_saves_nothing_is_told_of_subscribers),
        WITH_SILENT(a_program_that_begins_to_decide_is_told_of_subscribers),
        cmocka_unit_test(a_program_that_cannot_restore_does_not_get_a_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
