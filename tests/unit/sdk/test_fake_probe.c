/* SPDX-License-Identifier: MIT */
/* What a test sees of a plugin besides its effects: its calls, its faults, what is still due. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sentio/test.h>

#include "scripted.h"

struct journal {
    char text[512];
    size_t size;
};

static void on_before(void *context, const char *callback) {
    struct journal *journal = context;
    journal->size += (size_t)snprintf(journal->text + journal->size,
                                      sizeof journal->text - journal->size, "%s(", callback);
}

static void on_after(void *context, const char *callback, int result) {
    struct journal *journal = context;
    (void)callback;
    journal->size += (size_t)snprintf(journal->text + journal->size,
                                      sizeof journal->text - journal->size, "%d) ", result);
}

static struct sentio_test *opened(struct journal *journal) {
    const struct sentio_test_options options = {
        .before = on_before, .after = on_after, .context = journal};
    struct sentio_test *test = sentio_test_open_with(&scripted, &options);
    if (!test)
        fail_msg("%s", sentio_test_why());
    return test;
}

static void each_callback_is_named_with_what_it_returned(void **state) {
    (void)state;
    struct journal journal = {.size = 0};
    struct sentio_test *test = opened(&journal);
    uint64_t conn = 0;
    sentio_test_publish(test, "{\"do\":\"fail\"}");
    sentio_test_publish(test, "{\"do\":\"reject\"}");
    sentio_test_subscribe(test, &conn, NULL, 0, "{}");
    sentio_test_message(test, conn, "close", "{\"do\":\"close\"}");
    sentio_test_save(test);
    sentio_test_close(test);
    assert_string_equal(journal.text, "open(0) publish(-5) publish(0) subscribe(0) message(0) "
                                      "left(0) save(0) ");
}

static int open_keeps_seed(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)config;
    sentio_log(call, SENTIO_INFO, "%llu at %lld", (unsigned long long)seed, (long long)call->now);
    return SENTIO_OK;
}

static void time_and_seed_can_be_given(void **state) {
    (void)state;
    struct sentio_plugin plugin = scripted;
    plugin.open = open_keeps_seed;
    const struct sentio_test_options options = {.now = 5000, .seed = 7};
    struct sentio_test *test = sentio_test_open_with(&plugin, &options);
    assert_non_null(test);
    assert_true(sentio_is(sentio_test_find(test, SENTIO_DID_LOG, 0)->text, "7 at 5000"));
    sentio_test_close(test);
}

static void what_the_host_would_refuse_is_named(void **state) {
    (void)state;
    struct journal journal = {.size = 0};
    struct sentio_test *test = opened(&journal);
    uint64_t conn = 0;
    const struct sentio_item broken = {.topic = {"A", 1}, .json = {"{\"a\":}", 6}};
    sentio_test_observe(test, "x", &broken, 1);
    assert_string_equal(sentio_test_fault(test), "emit: its JSON is not valid");
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"emit\",\"n\":1}");
    assert_string_equal(sentio_test_fault(test), "emit: not allowed in this callback");
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"accept twice\"}");
    assert_string_equal(sentio_test_fault(test),
                        "accept: nothing of this conn waits for an answer");
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"join\",\"topic\":\"\"}");
    assert_string_equal(sentio_test_fault(test),
                        "join: the topic is empty, over 128 bytes or not UTF-8");
    sentio_test_publish(test, "{\"do\":\"watch\",\"n\":17}");
    assert_string_equal(sentio_test_fault(test), "watch: there are more than 16");
    sentio_test_publish(test, "{\"do\":\"keep\"}");
    assert_string_equal(sentio_test_fault(test),
                        "keep: not in save(), a second time, or over 64 MiB");
    sentio_test_publish(test, "{\"do\":\"emit\",\"n\":1}");
    assert_null(sentio_test_fault(test));
    sentio_test_close(test);
}

static void text_of_an_attribute_has_the_hosts_limit(void **state) {
    (void)state;
    struct journal journal = {.size = 0};
    struct sentio_test *test = opened(&journal);
    char text[129];
    memset(text, 'x', sizeof text);
    struct sentio_value values[2] = {{.type = SENTIO_NONE},
                                     {.type = SENTIO_TEXT, .text = {text, sizeof text - 1}}};
    const struct sentio_item item = {
        .topic = {"A", 1}, .json = {"1", 1}, .attributes = values, .attribute_count = 2};
    assert_int_equal(sentio_test_observe(test, "x", &item, 1), SENTIO_OK);
    values[1].text.size = sizeof text;
    assert_int_equal(sentio_test_observe(test, "x", &item, 1), SENTIO_INVALID);
    assert_string_equal(sentio_test_fault(test),
                        "emit: its attributes are not those that the plugin declares");
    sentio_test_close(test);
}

static void request_without_an_answer_is_counted_until_it_has_one(void **state) {
    (void)state;
    struct journal journal = {.size = 0};
    struct sentio_test *test = opened(&journal);
    uint64_t conn = 0;
    assert_int_equal(sentio_test_due(test), -1);
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"join later\"}");
    assert_int_equal(sentio_test_waiting(test), 1);
    assert_int_equal(sentio_test_due(test), 1000);
    sentio_test_advance(test, 400);
    assert_int_equal(sentio_test_due(test), 600);
    sentio_test_advance(test, 600);
    assert_int_equal(sentio_test_waiting(test), 0);
    assert_int_equal(sentio_test_due(test), -1);
    sentio_test_close(test);
}

static void left_is_called_for_a_connection_that_never_was(void **state) {
    (void)state;
    struct journal journal = {.size = 0};
    struct sentio_test *test = opened(&journal);
    assert_int_equal(sentio_test_leave(test, 99), SENTIO_NOT_FOUND);
    assert_int_equal(sentio_test_left(test, 99), SENTIO_OK);
    assert_string_equal(journal.text, "open(0) left(0) ");
    sentio_test_close(test);
}

static void state_is_kept_and_restored_by_itself(void **state) {
    (void)state;
    struct journal journal = {.size = 0};
    struct sentio_test *test = opened(&journal);
    assert_int_equal(sentio_test_save(test), SENTIO_OK);
    const struct sentio_effect *kept = sentio_test_find(test, SENTIO_DID_KEEP, 0);
    assert_true(sentio_is(kept->text, "0 joined"));
    assert_int_equal(sentio_test_restore(test, 7, sentio_text("4 joined")), SENTIO_OK);
    assert_true(sentio_is(sentio_test_find(test, SENTIO_DID_LOG, 0)->text, "format 7: 4 joined"));
    sentio_test_close(test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_callback_is_named_with_what_it_returned),
        cmocka_unit_test(time_and_seed_can_be_given),
        cmocka_unit_test(what_the_host_would_refuse_is_named),
        cmocka_unit_test(text_of_an_attribute_has_the_hosts_limit),
        cmocka_unit_test(request_without_an_answer_is_counted_until_it_has_one),
        cmocka_unit_test(left_is_called_for_a_connection_that_never_was),
        cmocka_unit_test(state_is_kept_and_restored_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
