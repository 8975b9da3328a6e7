/* SPDX-License-Identifier: MIT */
#include "trace/tracer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_written(const struct trace_event *event, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    tracer_write(event, &out);
    struct sentio_bytes text = sentio_written(&out);
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
    sentio_writer_finish(&out);
}

static void an_event_says_what_is_known(void **state) {
    (void)state;
    assert_written(
        &(struct trace_event){.time = 0, .kind = "joined"},
        "{\"type\":\"trace\",\"time\":\"1970-01-01T00:00:00.000Z\",\"kind\":\"joined\"}");
    assert_written(&(struct trace_event){.time = 1500,
                                         .kind = "update",
                                         .channel = "prices",
                                         .client = 257,
                                         .user = "a\"b",
                                         .offset = 7,
                                         .items = 2,
                                         .bytes = 10,
                                         .count = 3,
                                         .text = sentio_text("[{}]"),
                                         .detail = "why"},
                   "{\"type\":\"trace\",\"time\":\"1970-01-01T00:00:01.500Z\",\"kind\":\"update\","
                   "\"channel\":\"prices\",\"client\":\"257\",\"user\":\"a\\\"b\",\"offset\":7,"
                   "\"items\":2,\"bytes\":10,\"count\":3,\"text\":\"[{}]\",\"detail\":\"why\"}");
}

/* The event's "text", whose size is the answer. */
static size_t written_text(char *text, size_t size) {
    struct sentio_json all;
    struct sentio_field field = {.name = "text", .types = SENTIO_JSON_STRING};
    struct sentio_bytes value;
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    tracer_write(&(struct trace_event){.kind = "sent", .text = {text, size}}, &out);
    assert_int_equal(sentio_json_parse(sentio_written(&out), &all, NULL), 0);
    assert_int_equal(sentio_json_read(&all, &field, 1, NULL), 0);
    assert_int_equal(sentio_json_string(&field.value, text, size, &value), 0);
    sentio_writer_finish(&out);
    return value.size;
}

static void a_long_text_is_cut_at_a_character(void **state) {
    (void)state;
    char text[2 * TRACE_TEXT_MAX];
    memset(text, 'x', sizeof(text));
    assert_int_equal(written_text(text, sizeof(text)), TRACE_TEXT_MAX);
    memset(text, 'x', sizeof(text));
    memcpy(text + TRACE_TEXT_MAX - 1, "\xc3\xbc", 2);
    assert_int_equal(written_text(text, sizeof(text)), TRACE_TEXT_MAX - 1);
}

static void what_is_too_much_in_a_second_is_counted(void **state) {
    (void)state;
    struct tracer *tracer = tracer_create(0, 0);
    struct trace_budget budget = {.second = 0};
    assert_non_null(tracer);
    for (int i = 0; i < TRACE_RATE; i++)
        assert_true(tracer_takes(tracer, &budget, 5000 + i));
    assert_false(tracer_takes(tracer, &budget, 5999));
    assert_false(tracer_takes(tracer, &budget, 5999));
    assert_int_equal(atomic_load(&tracer->missed), 2);
    assert_true(tracer_takes(tracer, &budget, 6000));
    tracer_unref(tracer);
}

static void what_is_on_its_way_is_bounded_and_counts_for_no_queue(void **state) {
    (void)state;
    static struct message *sent[TRACE_AHEAD];
    struct trace_event event = {.kind = "joined"};
    struct trace_budget budget;
    struct tracer *tracer = tracer_create(0, 0);
    assert_non_null(tracer);
    for (int i = 0; i < TRACE_AHEAD; i++) {
        budget = (struct trace_budget){.second = 1};
        assert_true(tracer_takes(tracer, &budget, 1000));
        sent[i] = trace_message_create(tracer, &event, false);
        assert_non_null(sent[i]);
        assert_int_equal(sent[i]->size, 0);
    }
    budget = (struct trace_budget){.second = 1};
    assert_false(tracer_takes(tracer, &budget, 1000));
    assert_int_equal(atomic_load(&tracer->missed), 1);
    message_destroy(sent[0]);
    assert_true(tracer_takes(tracer, &budget, 1000));
    tracer_unref(tracer);
    for (int i = 1; i < TRACE_AHEAD; i++)
        message_destroy(sent[i]); /* the last one frees the tracer */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_says_what_is_known),
        cmocka_unit_test(a_long_text_is_cut_at_a_character),
        cmocka_unit_test(what_is_too_much_in_a_second_is_counted),
        cmocka_unit_test(what_is_on_its_way_is_bounded_and_counts_for_no_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
