/* SPDX-License-Identifier: MIT */
#include "http/sse_query.h"

#include <stdio.h>

#include "stream_fixture.h"

static void names_are_told_apart_by_commas(void **state) {
    struct sse_names names;
    (void)state;
    assert_int_equal(sse_query_channels(sentio_text("a,trade-signals,a,b2"), &names), 0);
    assert_int_equal(names.count, 3);
    assert_string_equal(names.items[0], "a");
    assert_string_equal(names.items[1], "trade-signals");
    assert_string_equal(names.items[2], "b2");
    assert_int_equal(sse_query_channels(sentio_text("abcdefghijklmnopqrstuvwxyz012345"), &names),
                     0);
    assert_int_equal(names.count, 1);
}

static void names_that_no_channel_can_have_are_refused(void **state) {
    static const char *const lists[] = {
        "",    ",",   "a,,b", ",a",  "A", "a b", "a=b", "a.b", "abcdefghijklmnopqrstuvwxyz0123456",
        "a/b", "a%b", "\xff", "a,B",
    };
    struct sse_names names;
    char many[64] = "a";
    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        assert_int_equal(sse_query_channels(sentio_text(lists[i]), &names), SENTIO_INVALID);
    assert_int_equal(sse_query_channels(sentio_bytes("a\0b", 3), &names), SENTIO_INVALID);
    for (char name = 'b'; name <= 'p'; name++)
        snprintf(many + strlen(many), sizeof(many) - strlen(many), ",%c", name);
    assert_int_equal(sse_query_channels(sentio_text(many), &names), 0);
    assert_int_equal(names.count, SSE_CHANNELS_MAX);
    snprintf(many + strlen(many), sizeof(many) - strlen(many), ",q");
    assert_int_equal(sse_query_channels(sentio_text(many), &names), SENTIO_INVALID);
}

static void assert_place(const char *id, const char *name, const char *epoch, uint64_t offset) {
    struct event_place place = {.name = name};
    assert_true(sse_query_place(sentio_text(id), &place));
    assert_true(place.known);
    assert_string_equal(place.epoch, epoch);
    assert_int_equal(place.offset, offset);
}

static void an_id_is_a_place_or_one_of_each_channel(void **state) {
    struct event_place place = {.name = "b"};
    (void)state;
    assert_place("00000000000000ab:12", "any", "00000000000000ab", 12);
    assert_place("a=0a:1,ab=0b:2", "a", "0a", 1);
    assert_place("a=0a:1,ab=0b:9007199254740992", "ab", "0b", 9007199254740992);
    assert_false(sse_query_place(sentio_text("a=0a:1,ab=0b:2"), &place));
    assert_false(sse_query_place(sentio_text(""), &place));
    assert_false(place.known);
}

static void an_id_that_no_host_has_written_is_a_place_before_all_history(void **state) {
    static const char *const ids[] = {
        "x",
        ":",
        "0a:",
        ":1",
        "0a:-1",
        "0A:1",
        "0a:1x",
        "00112233445566778:1",
        "0a:9007199254740993",
        "0a:99999999999999999999",
        "0a",
        "g:1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        assert_place(ids[i], "any", "0", 0);
    assert_place("a=", "a", "0", 0);
    assert_place("b=1:1,a=nonsense", "a", "0", 0);
}

static void assert_subscribe(const char *parameters, const char *channels, const char *name,
                             const char *expected) {
    struct sse_names names;
    struct event_place place = {.name = name};
    struct sentio_writer out;
    if (channels)
        assert_int_equal(sse_query_channels(sentio_text(channels), &names), 0);
    sentio_writer_init(&out, NULL, 0);
    sse_query_subscribe(sentio_text(parameters), channels ? &names : NULL, &place, &out);
    assert_false(out.failed);
    assert_int_equal(out.size, strlen(expected));
    assert_memory_equal(out.data, expected, out.size);
    sentio_writer_finish(&out);
}

static void parameters_become_the_fields_of_a_subscribe(void **state) {
    (void)state;
    assert_subscribe("{}", NULL, "a", "{\"action\":\"subscribe\"}");
    assert_subscribe("{\"symbols\":\"AAPL,MSFT\",\"user_id\":\"7\",\"min_confidence\":\"0.8\","
                     "\"signals\":\"buy\",\"interval\":\"1s\",\"presence\":\"true\","
                     "\"history\":\"5\",\"consumer\":\"1\",\"id\":\"2\"}",
                     NULL, "a",
                     "{\"action\":\"subscribe\",\"symbols\":[\"AAPL\",\"MSFT\"],"
                     "\"user_id\":\"7\",\"min_confidence\":0.8,\"signals\":[\"buy\"],"
                     "\"interval\":\"1s\",\"presence\":true,\"history\":5,\"consumer\":\"1\","
                     "\"id\":\"2\"}");
}

static void what_is_not_json_is_a_text(void **state) {
    (void)state;
    assert_subscribe("{\"a\":\"b c\",\"d\":\"[1,\\\"x\\\"]\",\"e\":\"null\",\"f\":\"1 2\","
                     "\"symbols\":\"\",\"a.b\":\"q\\\"\"}",
                     NULL, "a",
                     "{\"action\":\"subscribe\",\"a\":\"b c\",\"d\":[1,\"x\"],\"e\":null,"
                     "\"f\":\"1 2\",\"symbols\":[],\"a.b\":\"q\\\"\"}");
}

static void what_is_for_the_host_is_left_out(void **state) {
    (void)state;
    assert_subscribe("{\"access_token\":\"x\",\"admin_token\":\"y\",\"channels\":\"a,b\","
                     "\"last_event_id\":\"0a:1\",\"kinds\":\"users\"}",
                     NULL, "a", "{\"action\":\"subscribe\",\"kinds\":[\"users\"]}");
}

static void a_channels_own_parameters_come_before_those_for_all(void **state) {
    static const char parameters[] =
        "{\"symbols\":\"X\",\"a.symbols\":\"Y\",\"history\":\"1\",\"b.history\":\"2\","
        "\"user_id\":\"u\",\"c.symbols\":\"Z\",\"b.channels\":\"no\"}";
    (void)state;
    assert_subscribe(parameters, "a,b", "a",
                     "{\"action\":\"subscribe\",\"channel\":\"a\",\"symbols\":[\"Y\"],"
                     "\"history\":1,\"user_id\":\"u\",\"c.symbols\":\"Z\"}");
    assert_subscribe(parameters, "a,b", "b",
                     "{\"action\":\"subscribe\",\"channel\":\"b\",\"symbols\":[\"X\"],"
                     "\"history\":2,\"user_id\":\"u\",\"c.symbols\":\"Z\"}");
}

static void a_known_place_is_where_it_goes_on_from(void **state) {
    struct event_place place = {.name = "a", .known = true, .offset = 12, .epoch = "00ab"};
    static const char expected[] =
        "{\"action\":\"subscribe\",\"since\":{\"epoch\":\"00ab\",\"offset\":12}}";
    struct sentio_writer out;
    (void)state;
    sentio_writer_init(&out, NULL, 0);
    sse_query_subscribe(sentio_text("{}"), NULL, &place, &out);
    assert_int_equal(out.size, sizeof(expected) - 1);
    assert_memory_equal(out.data, expected, out.size);
    sentio_writer_finish(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_told_apart_by_commas),
        cmocka_unit_test(names_that_no_channel_can_have_are_refused),
        cmocka_unit_test(an_id_is_a_place_or_one_of_each_channel),
        cmocka_unit_test(an_id_that_no_host_has_written_is_a_place_before_all_history),
        cmocka_unit_test(parameters_become_the_fields_of_a_subscribe),
        cmocka_unit_test(what_is_not_json_is_a_text),
        cmocka_unit_test(what_is_for_the_host_is_left_out),
        cmocka_unit_test(a_channels_own_parameters_come_before_those_for_all),
        cmocka_unit_test(a_known_place_is_where_it_goes_on_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
