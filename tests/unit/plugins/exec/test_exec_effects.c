/* SPDX-License-Identifier: MIT */
#include "puppet.h"

#define EVERY "[\"publish\",\"subscribe\",\"unsubscribe\",\"message\",\"woken\"]"

static int start_puppet(void **state) {
    *state = start(PUPPET(EVERY));
    return 0;
}

/* The program says the line in a publish, and the call fails for this reason; it lives on. */
static void assert_fault(struct sentio_test *test, const char *line, const char *why) {
    if (sentio_test_publish(test, line) != SENTIO_FAILED)
        fail_msg("taken: %s", line);
    assert_logged(test, why);
    assert_logged(test, "\"/bin/sh\" in publish: ");
    assert_logged(test, ", in the line \"{");
    assert_int_equal(sentio_test_publish(test, "{\"emit\":{\"data\":1}}"), SENTIO_OK);
}

static uint64_t subscribed(struct sentio_test *test) {
    uint64_t conn = 0;
    const char *request = "{\"accept\":{}}";
    assert_int_equal(sentio_test_subscribe(test, &conn, "ann", 0, request), SENTIO_OK);
    assert_non_null(sentio_test_find(test, SENTIO_DID_ACCEPT, 0));
    return conn;
}

static void what_an_item_does_not_say_is_everybody_and_the_channels_type(void **state) {
    struct sentio_test *test = *state;
    assert_int_equal(sentio_test_publish(test, "{\"emit\":{\"data\":[1, {\"a\":\"\\u00e4\"}]}}"),
                     SENTIO_OK);
    const struct sentio_effect *effect = expect_effect(test, SENTIO_DID_EMIT, 0);
    assert_text(effect->item.topic, "*");
    assert_text(effect->item.key, "*");
    assert_text(effect->item.type, "");
    assert_text(effect->item.json, "[1, {\"a\":\"\\u00e4\"}]");
}

static void an_item_says_topic_key_type_and_id(void **state) {
    struct sentio_test *test = *state;
    assert_int_equal(sentio_test_publish(test,
                                         "{\"emit\":{\"topic\":\"caf\\u00e9\",\"key\":\"k\\\"\","
                                         "\"type\":\"t\",\"add_id\":true,\"data\":{}}}"),
                     SENTIO_OK);
    const struct sentio_effect *effect = expect_effect(test, SENTIO_DID_EMIT, 0);
    assert_text(effect->item.topic, "caf\xc3\xa9");
    assert_text(effect->item.key, "k\"");
    assert_text(effect->item.type, "t");
    assert_text(effect->item.json, "{\"id\":\"test-epoch:1\"}");
}

static void the_option_type_is_the_type_of_items_without_one(void **state) {
    (void)state;
    struct sentio_test *test =
        start_with(PUPPET("[\"publish\"]"), ",\"type\":\"reading\",\"timeout\":\"60s\"");
    assert_non_null(test);
    assert_int_equal(sentio_test_publish(test, "{\"emit\":{\"data\":1}}"), SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.type, "reading");
    sentio_test_close(test);
}

static void a_rejection_names_item_and_field(void **state) {
    struct sentio_test *test = *state;
    const char *line = "{\"reject\":{\"item\":3,\"field\":\"price\",\"message\":\"is missing\"}}";
    assert_int_equal(sentio_test_publish(test, line), SENTIO_INVALID);
    assert_rejection(test, 0, 3, "price");
    assert_text(expect_effect(test, SENTIO_DID_REJECT, 0)->text, "is missing");
    assert_int_equal(sentio_test_publish(test, "{\"reject\":{\"message\":\"no\"}}"),
                     SENTIO_INVALID);
    assert_rejection(test, 0, -1, "");
}

static void a_program_publishes_on_other_channels(void **state) {
    struct sentio_test *test = *state;
    assert_int_equal(
        sentio_test_publish(test, "{\"forward\":{\"channel\":\"alarms\",\"payload\":{\"a\":1}}}"),
        SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_FORWARD, 0)->name, "alarms");
    assert_text(expect_effect(test, SENTIO_DID_FORWARD, 0)->text, "{\"a\":1}");
}

static void a_program_logs_and_counts(void **state) {
    struct sentio_test *test = *state;
    sentio_test_publish(test,
                        "{\"log\":{\"level\":\"warning\",\"message\":\"it is \\\"late\\\"\"}}");
    assert_int_equal(expect_effect(test, SENTIO_DID_LOG, 0)->number, SENTIO_WARNING);
    assert_text(expect_effect(test, SENTIO_DID_LOG, 0)->text, "it is \"late\"");
    sentio_test_publish(test, "{\"log\":{\"message\":\"plain\"}}");
    assert_int_equal(expect_effect(test, SENTIO_DID_LOG, 0)->number, SENTIO_INFO);
    sentio_test_publish(test, "{\"count\":{\"metric\":\"seen\"}}");
    assert_int_equal(expect_effect(test, SENTIO_DID_COUNT, 0)->number, 1);
    sentio_test_publish(test, "{\"count\":{\"metric\":\"seen\",\"n\":12}}");
    assert_int_equal(expect_effect(test, SENTIO_DID_COUNT, 0)->number, 12);
    assert_text(expect_effect(test, SENTIO_DID_COUNT, 0)->name, "seen");
}

static void a_request_is_accepted_with_topics_or_refused(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = 0;
    const char *no = "{\"refuse\":{\"error\":\"not_now\",\"message\":\"later\"}}";
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, no), SENTIO_OK);
    assert_refusal(test, 0, "not_now");
    assert_text(expect_effect(test, SENTIO_DID_REFUSE, 0)->text, "later");
    const char *never = "{\"refuse\":{\"close\":1008,\"message\":\"no\"}}";
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, never), SENTIO_OK);
    assert_refusal(test, 1008, "refused");
}

static void topics_are_joined_and_left_for_whom_the_call_is_about(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = subscribed(test);
    assert_int_equal(sentio_test_message(test, conn, "more", "{\"join\":{\"topic\":\"A\"}}"),
                     SENTIO_OK);
    assert_true(sentio_test_joined(test, conn, "A"));
}

static void a_subscriber_is_named_by_its_conn(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = subscribed(test);
    uint64_t other = subscribed(test);
    assert_int_equal(other, 2);
    assert_int_equal(sentio_test_publish(test, "{\"join\":{\"conn\":\"2\",\"topic\":\"B\"}}"),
                     SENTIO_OK);
    assert_true(sentio_test_joined(test, other, "B"));
    assert_false(sentio_test_joined(test, conn, "B"));
    assert_int_equal(sentio_test_publish(test, "{\"leave\":{\"conn\":\"2\",\"topic\":\"B\"}}"),
                     SENTIO_OK);
    assert_false(sentio_test_joined(test, other, "B"));
    assert_int_equal(
        sentio_test_publish(test, "{\"send\":{\"conn\":\"2\",\"type\":\"hi\",\"data\":{\"a\":1}}}"),
        SENTIO_OK);
    assert_int_equal(expect_effect(test, SENTIO_DID_SEND, 0)->conn, 2);
    assert_text(expect_effect(test, SENTIO_DID_SEND, 0)->name, "hi");
    assert_text(expect_effect(test, SENTIO_DID_SEND, 0)->text, "{\"a\":1}");
    assert_int_equal(
        sentio_test_publish(test, "{\"close\":{\"conn\":\"2\",\"code\":4001,\"reason\":\"bye\"}}"),
        SENTIO_OK);
    assert_int_equal(expect_effect(test, SENTIO_DID_CLOSE, 0)->number, 4001);
    assert_text(expect_effect(test, SENTIO_DID_CLOSE, 0)->text, "bye");
    assert_int_equal(sentio_test_unsubscribe(test, conn, "{\"accept\":{\"conn\":\"1\"}}"),
                     SENTIO_OK);
    assert_int_equal(expect_effect(test, SENTIO_DID_ACCEPT, 0)->conn, conn);
}

static void a_program_is_woken_when_it_asked_to(void **state) {
    (void)state;
    struct sentio_test *test = start(PROGRAM("[\"publish\",\"woken\"]",
                                             ON("publish", SAY("{\"wake\":250}"))
                                                 ON("woken", SAY("{\"emit\":{\"data\":\"up\"}}"))));
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_OK);
    assert_int_equal(expect_effect(test, SENTIO_DID_WAKE, 0)->number, 250);
    sentio_test_advance(test, 249);
    assert_null(sentio_test_find(test, SENTIO_DID_EMIT, 0));
    sentio_test_advance(test, 1);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json, "\"up\"");
    sentio_test_close(test);
}

static void a_wrong_line_fails_its_call_and_is_named(void **state) {
    struct sentio_test *test = *state;
    assert_fault(test, "{\"emti\":{\"data\":1}}", "there is no \"emti\"");
    assert_fault(test, "{\"emit\":{\"tpoic\":\"A\",\"data\":1}}",
                 "\"emit\" has no field \"tpoic\"");
    assert_fault(test, "{\"emit\":{\"topic\":\"A\"}}", "\"emit\": \"data\" is missing");
    assert_fault(test, "{\"emit\":{\"topic\":1,\"data\":1}}", "\"emit\": \"topic\" ");
    assert_fault(test, "{\"emit\":{\"topic\":\"\",\"data\":1}}", "is not taken by the host");
    assert_fault(test, "{\"emit\":1}", "\"emit\" must be an object");
    assert_fault(test, "{\"emit\":{\"data\":1},\"log\":{\"message\":\"a\"}}",
                 "a line says one thing");
    assert_fault(test, "{}", "such as");
    assert_fault(test, "{\"call\":7,\"emit\":{\"data\":1}}", "\"call\" can only be 0");
    assert_fault(test, "{\"error\":\"x\",\"emit\":{\"data\":1}}", "belongs beside \"done\"");
    assert_fault(test, "{\"state\":1}", "is for the call save");
    assert_fault(test, "{\"ready\":{\"calls\":[]}}", "is for the call open");
    assert_fault(test, "{\"accept\":{}}", "\"conn\" is required");
    assert_fault(test, "{\"accept\":{\"conn\":\"1x\"}}", "\"conn\" must be the string");
    assert_fault(test, "{\"accept\":{\"conn\":\"99999999999999999999\"}}", "\"conn\" must be");
    assert_fault(test, "{\"log\":{\"level\":\"loud\",\"message\":\"a\"}}", "\"level\" must be");
    assert_fault(test, "{\"count\":{\"metric\":\"seen\",\"n\":1.5}}",
                 "\"n\" is not a whole number");
    assert_fault(test, "{\"count\":{\"metric\":\"Seen\"}}", "a metric is");
    assert_fault(test, "{\"wake\":\"1s\"}", "milliseconds");
    assert_fault(test, "{\"done\":\"1\"}", "must be the number of the call");
}

static void reject_is_for_publish_alone(void **state) {
    struct sentio_test *test = *state;
    uint64_t conn = 0;
    assert_int_equal(
        sentio_test_subscribe(test, &conn, NULL, 0, "{\"reject\":{\"message\":\"no\"}}"),
        SENTIO_FAILED);
    assert_logged(test, "\"reject\" is for the call publish");
    assert_logged(test, "in subscribe");
}

static void wake_needs_a_program_that_hears_it(void **state) {
    (void)state;
    struct sentio_test *test = start(PUPPET("[\"publish\"]"));
    assert_int_equal(sentio_test_publish(test, "{\"wake\":10}"), SENTIO_FAILED);
    assert_logged(test, "\"woken\" among the calls");
    sentio_test_close(test);
}

static void nothing_counts_of_a_call_with_one_wrong_line(void **state) {
    (void)state;
    struct sentio_test *test =
        start(PROGRAM("[\"publish\"]", ON("publish", SAY("{\"emit\":{\"data\":1}}") SAY("oops") SAY(
                                                         "{\"count\":{\"metric\":\"seen\"}}"))));
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_FAILED);
    assert_null(sentio_test_find(test, SENTIO_DID_EMIT, 0));
    assert_null(sentio_test_find(test, SENTIO_DID_COUNT, 0));
    assert_logged(test, "not JSON, at byte 0");
    assert_logged(test, "in the line \"oops\"");
    sentio_test_close(test);
}

static void many_wrong_lines_are_counted_instead_of_logged(void **state) {
    (void)state;
    struct sentio_test *test = start(
        PROGRAM("[\"publish\"]", ON("publish", "for a in 1 2 3 4 5; do for b in 1 2 3 4 5; do "
                                               "echo oops; done; done")));
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_FAILED);
    assert_logged(test, "in the line \"oops\"");
    assert_logged(test, "in publish: 15 more wrong lines");
    assert_non_null(sentio_test_find(test, SENTIO_DID_LOG, 10));
    assert_null(sentio_test_find(test, SENTIO_DID_LOG, 11));
    sentio_test_close(test);
}

static void an_error_beside_done_fails_the_call_and_is_logged(void **state) {
    (void)state;
    struct sentio_test *test = start("while read -r line; do\n" ID "case $line in\n" ON(
        "publish",
        SAY("{\"emit\":{\"data\":1}}") "printf '{\"done\":%s,\"error\":\"the "
                                       "disk is \\\\\"full\\\\\"\"}\\n' $id") "*) " DONE
                                                                              ";;\nesac\ndone\n");
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_FAILED);
    assert_null(sentio_test_find(test, SENTIO_DID_EMIT, 0));
    assert_logged(test, "\"/bin/sh\" failed to publish: the disk is \"full\"");
    sentio_test_close(test);
}

int main(void) {
#define WITH_PUPPET(test) cmocka_unit_test_setup_teardown(test, start_puppet, close_plugin)
    const struct CMUnitTest tests[] = {
        WITH_PUPPET(what_an_item_does_not_say_is_everybody_and_the_channels_type),
        WITH_PUPPET(an_item_says_topic_key_type_and_id),
        cmocka_unit_test(the_option_type_is_the_type_of_items_without_one),
        WITH_PUPPET(a_rejection_names_item_and_field),
        WITH_PUPPET(a_program_publishes_on_other_channels),
        WITH_PUPPET(a_program_logs_and_counts),
        WITH_PUPPET(a_request_is_accepted_with_topics_or_refused),
        WITH_PUPPET(topics_are_joined_and_left_for_whom_the_call_is_about),
        WITH_PUPPET(a_subscriber_is_named_by_its_conn),
        cmocka_unit_test(a_program_is_woken_when_it_asked_to),
        WITH_PUPPET(a_wrong_line_fails_its_call_and_is_named),
        WITH_PUPPET(reject_is_for_publish_alone),
        cmocka_unit_test(wake_needs_a_program_that_hears_it),
        cmocka_unit_test(nothing_counts_of_a_call_with_one_wrong_line),
        cmocka_unit_test(many_wrong_lines_are_counted_instead_of_logged),
        cmocka_unit_test(an_error_beside_done_fails_the_call_and_is_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
