/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sentio/test.h>

#include "scripted.h"

static void assert_text(struct sentio_bytes bytes, const char *expected) {
    if (!sentio_is(bytes, expected))
        fail_msg("%.*s instead of %s", (int)bytes.size, bytes.data, expected);
}

static struct sentio_test *opened(void) {
    struct sentio_test *test = sentio_test_open(&scripted, NULL);
    if (!test)
        fail_msg("%s", sentio_test_why());
    return test;
}

static size_t count_of(struct sentio_test *test, enum sentio_effect_kind kind) {
    size_t n = 0;
    while (sentio_test_find(test, kind, n))
        n++;
    return n;
}

static void emitted_items_are_numbered_and_timed(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"emit\",\"topic\":\"A\",\"n\":2}"), 0);
    const struct sentio_effect *second = sentio_test_find(test, SENTIO_DID_EMIT, 1);
    assert_non_null(second);
    assert_int_equal(second->item.offset, 2);
    assert_int_equal(second->item.time, 1728124200000);
    assert_text(second->item.key, "A");
    assert_text(second->text, "{\"n\":1}");
    assert_int_equal(sentio_test_count(test), 2);
    sentio_test_close(test);
}

static void failed_call_keeps_nothing_but_its_log(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"fail\"}"), SENTIO_FAILED);
    assert_int_equal(sentio_test_count(test), 1);
    assert_int_equal(sentio_test_effect(test, 0)->kind, SENTIO_DID_LOG);
    assert_null(sentio_test_effect(test, 1));
    sentio_test_publish(test, "{\"do\":\"emit\",\"topic\":\"A\",\"n\":1}");
    assert_int_equal(sentio_test_find(test, SENTIO_DID_EMIT, 0)->item.offset, 1);
    sentio_test_close(test);
}

static void rejected_update_emits_nothing(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"reject\"}"), SENTIO_INVALID);
    assert_int_equal(count_of(test, SENTIO_DID_EMIT), 0);
    const struct sentio_effect *rejection = sentio_test_find(test, SENTIO_DID_REJECT, 0);
    assert_int_equal(rejection->number, 3);
    assert_text(rejection->name, "price");
    assert_text(rejection->text, "must be a number");
    sentio_test_close(test);
}

static void payload_that_is_no_object_never_reaches_the_plugin(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    assert_int_equal(sentio_test_publish(test, "[1]"), SENTIO_INVALID);
    assert_int_equal(sentio_test_publish(test, "{"), SENTIO_INVALID);
    assert_int_equal(sentio_test_count(test), 0);
    sentio_test_close(test);
}

static void ten_thousand_items_are_the_most(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    const char *limit = "{\"do\":\"emit\",\"topic\":\"A\",\"n\":10000}";
    const char *above = "{\"do\":\"emit\",\"topic\":\"A\",\"n\":10001}";
    assert_int_equal(sentio_test_publish(test, limit), SENTIO_OK);
    assert_int_equal(sentio_test_count(test), 10000);
    assert_int_equal(sentio_test_publish(test, above), SENTIO_AGAIN);
    assert_int_equal(sentio_test_count(test), 0);
    sentio_test_close(test);
}

static void items_that_break_a_rule_are_invalid(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    static char big[SENTIO_ITEM_MAX + 1];
    memset(big, '1', sizeof big);
    big[0] = '"';
    big[sizeof big - 1] = '"';
    char long_text[SENTIO_TOPIC_MAX + 1];
    memset(long_text, 'x', sizeof long_text);
    const struct sentio_value text = {.type = SENTIO_TEXT, .text = {"buy", 3}};
    const struct sentio_value pair[2] = {text, text};
    const struct sentio_bytes a = {"A", 1};
    const struct sentio_bytes one = {"{\"a\":1}", 7};
    const struct sentio_bytes with_id = {"{\"id\":1}", 8};
    const struct sentio_item broken[] = {
        {.json = one},
        {.topic = {long_text, sizeof long_text}, .json = one},
        {.topic = {"\xff", 1}, .json = one},
        {.topic = a, .key = {long_text, sizeof long_text}, .json = one},
        {.topic = a, .type = {long_text, SENTIO_TYPE_MAX + 1}, .json = one},
        {.topic = a},
        {.topic = a, .json = {"{\"a\":}", 6}},
        {.topic = a, .json = {big, sizeof big}},
        {.topic = a, .json = one, .flags = 1u << 7},
        {.topic = a, .json = with_id, .flags = SENTIO_ADD_ID},
        {.topic = a, .json = {"[1]", 3}, .flags = SENTIO_ADD_ID},
        {.topic = a, .json = one, .attributes = &text, .attribute_count = 1},
        {.topic = a, .json = one, .attributes = pair, .attribute_count = 2},
        {.topic = a, .json = one, .attribute_count = 2},
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        if (sentio_test_observe(test, "x", &broken[i], 1) != SENTIO_INVALID)
            fail_msg("item %zu was taken", i);
    assert_int_equal(count_of(test, SENTIO_DID_EMIT), 0);
    sentio_test_close(test);
}

static void items_within_the_rules_are_taken_as_they_are(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    const struct sentio_value values[2] = {{.type = SENTIO_NUMBER, .number = 0.5},
                                           {.type = SENTIO_NONE}};
    struct sentio_item item = {.topic = sentio_text("A"),
                               .key = sentio_text("k"),
                               .type = sentio_text("other"),
                               .json = sentio_text(" {\"a\" : 1.0} "),
                               .attributes = values,
                               .attribute_count = 2};
    assert_int_equal(sentio_test_observe(test, "x", &item, 1), SENTIO_OK);
    const struct sentio_item *emitted = &sentio_test_find(test, SENTIO_DID_EMIT, 0)->item;
    assert_text(emitted->json, " {\"a\" : 1.0} ");
    assert_text(emitted->key, "k");
    assert_text(emitted->type, "other");
    assert_true(emitted->attributes[0].number == 0.5);
    assert_ptr_not_equal(emitted->attributes, values);
    sentio_test_close(test);
}

static void id_is_put_first(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    struct sentio_item item = {
        .topic = sentio_text("A"), .json = sentio_text("{ \"a\":1}"), .flags = SENTIO_ADD_ID};
    assert_int_equal(sentio_test_observe(test, "x", &item, 1), SENTIO_OK);
    assert_text(sentio_test_find(test, SENTIO_DID_EMIT, 0)->item.json,
                "{\"id\":\"test-epoch:1\", \"a\":1}");
    item.json = sentio_text("{ }");
    assert_int_equal(sentio_test_observe(test, "x", &item, 1), SENTIO_OK);
    assert_text(sentio_test_find(test, SENTIO_DID_EMIT, 0)->item.json,
                "{\"id\":\"test-epoch:2\" }");
    sentio_test_close(test);
}

static void services_are_refused_in_the_wrong_callback(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"emit\"}"),
                     SENTIO_INVALID);
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"reject\"}"),
                     SENTIO_INVALID);
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"keep\"}"), SENTIO_INVALID);
    assert_int_equal(sentio_test_message(test, conn, "x", "{\"do\":\"emit\"}"), SENTIO_OK);
    assert_int_equal(count_of(test, SENTIO_DID_EMIT), 1);
    sentio_test_close(test);
}

static void call_that_asks_for_too_much_is_told_again(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"flood\"}"), SENTIO_AGAIN);
    assert_int_equal(sentio_test_count(test), 0);
    sentio_test_close(test);
}

static void joins_wait_for_the_accept(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    sentio_test_subscribe(test, &conn, "ann", 0, "{\"do\":\"join later\",\"topic\":\"A\"}");
    assert_int_equal(count_of(test, SENTIO_DID_JOIN), 1);
    assert_false(sentio_test_joined(test, conn, "A"));
    assert_int_equal(sentio_test_subscribe(test, &conn, "ann", 0, "{\"do\":\"join\"}"),
                     SENTIO_AGAIN);
    sentio_test_advance(test, 999);
    assert_int_equal(sentio_test_count(test), 0);
    sentio_test_advance(test, 1);
    assert_int_equal(count_of(test, SENTIO_DID_ACCEPT), 1);
    assert_true(sentio_test_joined(test, conn, "A"));
    sentio_test_close(test);
}

static void refusal_drops_the_joins(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"join refuse\",\"topic\":\"A\"}");
    assert_int_equal(count_of(test, SENTIO_DID_REFUSE), 1);
    assert_false(sentio_test_joined(test, conn, "A"));
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"join\",\"topic\":\"B\"}");
    assert_true(sentio_test_joined(test, conn, "B"));
    assert_false(sentio_test_joined(test, conn, "A"));
    sentio_test_close(test);
}

static void request_is_answered_once(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"accept twice\"}"),
                     SENTIO_INVALID);
    assert_int_equal(sentio_test_count(test), 0);
    sentio_test_close(test);
}

static void denied_subscriber_is_closed(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"deny\"}"), 0);
    const struct sentio_effect *refusal = sentio_test_find(test, SENTIO_DID_REFUSE, 0);
    assert_int_equal(refusal->number, 1008);
    assert_text(refusal->text, "user_id required");
    assert_int_equal(sentio_test_leave(test, conn), SENTIO_NOT_FOUND);
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{}"), SENTIO_NOT_FOUND);
    sentio_test_close(test);
}

static void left_is_called_for_accepted_subscribers_only(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t accepted = 0;
    uint64_t refused = 0;
    sentio_test_subscribe(test, &accepted, NULL, 0, "{\"do\":\"join\",\"topic\":\"A\"}");
    sentio_test_subscribe(test, &refused, NULL, 0, "{\"do\":\"join refuse\",\"topic\":\"A\"}");
    assert_int_not_equal(accepted, refused);
    assert_int_equal(sentio_test_leave(test, refused), 0);
    assert_int_equal(sentio_test_count(test), 0);
    assert_int_equal(sentio_test_leave(test, accepted), 0);
    assert_text(sentio_test_find(test, SENTIO_DID_COUNT, 0)->name, "left");
    assert_false(sentio_test_joined(test, accepted, "A"));
    sentio_test_close(test);
}

static void closed_subscriber_has_left(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"join\",\"topic\":\"A\"}");
    assert_int_equal(sentio_test_message(test, conn, "x", "{\"do\":\"close\"}"), 0);
    assert_int_equal(sentio_test_find(test, SENTIO_DID_CLOSE, 0)->number, 4000);
    assert_int_equal(count_of(test, SENTIO_DID_COUNT), 1);
    assert_int_equal(sentio_test_message(test, conn, "x", "{}"), SENTIO_NOT_FOUND);
    sentio_test_close(test);
}

static void leaving_everything_takes_named_topics_too(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"join\",\"topic\":\"A\"}");
    sentio_test_subscribe(test, &conn, NULL, 0, "{\"do\":\"join\",\"topic\":\"*\"}");
    assert_true(sentio_test_joined(test, conn, "*") && sentio_test_joined(test, conn, "A"));
    assert_int_equal(sentio_test_unsubscribe(test, conn, "{\"do\":\"leave\",\"topic\":\"*\"}"), 0);
    assert_false(sentio_test_joined(test, conn, "*") || sentio_test_joined(test, conn, "A"));
    sentio_test_close(test);
}

static void woken_is_called_as_often_as_due(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    sentio_test_publish(test, "{\"do\":\"tick\"}");
    assert_int_equal(sentio_test_find(test, SENTIO_DID_WAKE, 0)->number, 100);
    sentio_test_advance(test, 350);
    assert_int_equal(count_of(test, SENTIO_DID_EMIT), 3);
    assert_int_equal(sentio_test_find(test, SENTIO_DID_EMIT, 2)->item.time, 1728124200300);
    sentio_test_publish(test, "{\"do\":\"stop\"}");
    sentio_test_advance(test, 1000);
    assert_int_equal(sentio_test_count(test), 0);
    sentio_test_close(test);
}

static void observed_items_have_offset_and_time(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    struct sentio_item items[2] = {{.topic = sentio_text("A"), .json = sentio_text("{\"n\":7}")},
                                   {.topic = sentio_text("B"), .json = sentio_text("{\"n\":8}")}};
    assert_int_equal(sentio_test_observe(test, "market-data", items, 2), 0);
    assert_int_equal(count_of(test, SENTIO_DID_EMIT), 2);
    assert_text(sentio_test_find(test, SENTIO_DID_LOG, 0)->text,
                "market-data: 2 up to 2 at 1728124200000");
    sentio_test_close(test);
}

static void watches_end_at_the_limit(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"watch\",\"n\":17}"), SENTIO_INVALID);
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"watch\",\"n\":16}"), SENTIO_OK);
    assert_int_equal(count_of(test, SENTIO_DID_WATCH), 16);
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"watch\",\"n\":16}"), SENTIO_OK);
    assert_int_equal(sentio_test_publish(test, "{\"do\":\"watch\",\"n\":17}"), SENTIO_INVALID);
    sentio_test_close(test);
}

static void ready_is_called_for_a_watched_descriptor_with_input(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    int ends[2];
    char request[64];
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_NOT_FOUND);
    assert_int_equal(pipe(ends), 0);
    snprintf(request, sizeof request, "{\"do\":\"listen\",\"n\":%d}", ends[0]);
    assert_int_equal(sentio_test_publish(test, request), SENTIO_OK);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_NOT_FOUND);
    assert_int_equal(write(ends[1], "a!", 2), 2);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_OK);
    assert_int_equal(count_of(test, SENTIO_DID_EMIT), 1);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_FAILED);
    assert_int_equal(count_of(test, SENTIO_DID_EMIT), 0);
    close(ends[1]);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_OK);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_NOT_FOUND);
    close(ends[0]);
    sentio_test_close(test);
}

static void saved_state_is_restored(void **state) {
    (void)state;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    sentio_test_publish(test, "{\"do\":\"emit\",\"topic\":\"A\",\"n\":2}");
    sentio_test_subscribe(test, &conn, "ann", 0, "{\"do\":\"join\",\"topic\":\"A\"}");
    struct sentio_test *next = sentio_test_swap(test, &scripted, "{}");
    assert_non_null(next);
    assert_text(sentio_test_find(test, SENTIO_DID_KEEP, 0)->text, "1 joined");
    sentio_test_close(test);
    assert_true(sentio_test_joined(next, conn, "A"));
    assert_text(sentio_test_find(next, SENTIO_DID_LOG, 0)->text, "format 7: 1 joined");
    sentio_test_publish(next, "{\"do\":\"emit\",\"topic\":\"A\",\"n\":1}");
    assert_int_equal(sentio_test_find(next, SENTIO_DID_EMIT, 0)->item.offset, 3);
    sentio_test_close(next);
}

static void channel_without_state_is_told_of_its_subscribers(void **state) {
    (void)state;
    struct sentio_plugin forgetful = scripted;
    forgetful.restore = NULL;
    struct sentio_test *test = opened();
    uint64_t conn = 0;
    sentio_test_subscribe(test, &conn, "ann", 0, "{\"do\":\"join\",\"topic\":\"A\"}");
    struct sentio_test *next = sentio_test_swap(test, &forgetful, NULL);
    assert_non_null(next);
    assert_int_equal(sentio_test_find(next, SENTIO_DID_ACCEPT, 0)->conn, conn);
    assert_true(sentio_test_joined(next, conn, "A"));
    sentio_test_close(next);
    sentio_test_close(test);
}

static void options_that_open_refuses_are_explained(void **state) {
    (void)state;
    assert_null(sentio_test_open(&scripted, "{\"speed\":1}"));
    assert_string_equal(sentio_test_why(), "open: speed: unknown option, remove it");
    assert_null(sentio_test_open(&scripted, "[]"));
    assert_string_equal(sentio_test_why(), "config is not a JSON object");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emitted_items_are_numbered_and_timed),
        cmocka_unit_test(failed_call_keeps_nothing_but_its_log),
        cmocka_unit_test(rejected_update_emits_nothing),
        cmocka_unit_test(payload_that_is_no_object_never_reaches_the_plugin),
        cmocka_unit_test(ten_thousand_items_are_the_most),
        cmocka_unit_test(items_that_break_a_rule_are_invalid),
        cmocka_unit_test(items_within_the_rules_are_taken_as_they_are),
        cmocka_unit_test(id_is_put_first),
        cmocka_unit_test(services_are_refused_in_the_wrong_callback),
        cmocka_unit_test(call_that_asks_for_too_much_is_told_again),
        cmocka_unit_test(joins_wait_for_the_accept),
        cmocka_unit_test(refusal_drops_the_joins),
        cmocka_unit_test(request_is_answered_once),
        cmocka_unit_test(denied_subscriber_is_closed),
        cmocka_unit_test(left_is_called_for_accepted_subscribers_only),
        cmocka_unit_test(closed_subscriber_has_left),
        cmocka_unit_test(leaving_everything_takes_named_topics_too),
        cmocka_unit_test(woken_is_called_as_often_as_due),
        cmocka_unit_test(observed_items_have_offset_and_time),
        cmocka_unit_test(watches_end_at_the_limit),
        cmocka_unit_test(ready_is_called_for_a_watched_descriptor_with_input),
        cmocka_unit_test(saved_state_is_restored),
        cmocka_unit_test(channel_without_state_is_told_of_its_subscribers),
        cmocka_unit_test(options_that_open_refuses_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
