/* SPDX-License-Identifier: MIT */
#include "worker/wire_text.h"

#include "wire_fixture.h"

static const struct sentio_value values[] = {
    {SENTIO_NUMBER, 0, 1.5, {NULL, 0}}, {SENTIO_TEXT, 0, 0, {"b\"y", 3}}, {.type = SENTIO_NONE}};
static const struct sentio_item item = {.topic = {"AAPL", 4},
                                        .key = {"k", 1},
                                        .type = {"t", 1},
                                        .json = {"{\n\"a\":1\r}", 9},
                                        .attributes = values,
                                        .attribute_count = 3,
                                        .flags = SENTIO_ADD_ID,
                                        .offset = 5,
                                        .time = 6};

/* One line of valid JSON. */
static void assert_written(struct sentio_writer *out, const char *expected) {
    struct sentio_json value;
    assert_bytes(sentio_written(out), expected);
    assert_int_equal(sentio_json_parse(sentio_written(out), &value, NULL), 0);
    assert_null(memchr(out->data, '\n', out->size));
    sentio_writer_finish(out);
}

static void assert_call(const struct call *call, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    wire_call_text(&out, call);
    assert_written(&out, expected);
}

static void assert_result(int result, const struct effects *effects, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    wire_result_text(&out, result, effects);
    assert_written(&out, expected);
}

static void a_publish_is_written_with_its_update_and_payload(void **state) {
    const struct sentio_update update = {.origin = SENTIO_FROM_SOURCE, .name = {"fe\ned", 5}};
    const struct call call = {
        .kind = CALL_PUBLISH, .abi.now = 9, .update = &update, .text = sentio_text("{\"a\":\n1}")};
    (void)state;
    assert_call(&call, "{\"call\":\"publish\",\"now\":9,\"update\":{\"origin\":1,"
                       "\"name\":\"fe\\ned\"},\"payload\":{\"a\": 1}}");
}

static void a_subscribe_and_a_message_are_written_with_their_subscriber(void **state) {
    const struct sentio_subscriber subscriber = {
        .conn = 12, .who = {.user = {"u", 1}, .roles = 1}, .all = 1, .topics = 3};
    struct call call = {.kind = CALL_SUBSCRIBE,
                        .subscriber = &subscriber,
                        .name = sentio_text("act"),
                        .text = sentio_text("{}")};
    (void)state;
    assert_call(&call, "{\"call\":\"subscribe\",\"now\":0,\"subscriber\":{\"conn\":12,"
                       "\"user\":\"u\",\"roles\":1,\"all\":1,\"subscribed\":0,\"topics\":3},"
                       "\"request\":{}}");
    call.kind = CALL_MESSAGE;
    assert_call(&call, "{\"call\":\"message\",\"now\":0,\"action\":\"act\",\"subscriber\":"
                       "{\"conn\":12,\"user\":\"u\",\"roles\":1,\"all\":1,\"subscribed\":0,"
                       "\"topics\":3},\"request\":{}}");
}

static void a_render_is_written_with_its_request_and_items(void **state) {
    const struct sentio_request request = {.id = 7,
                                           .path = {"/b", 2},
                                           .query = {"{}", 2},
                                           .epoch = {"e", 1},
                                           .offset = 8,
                                           .who = {.user = {"u", 1}}};
    struct call call = {.kind = CALL_RENDER, .request = &request};
    (void)state;
    assert_call(&call, "{\"call\":\"render\",\"now\":0,\"request\":{\"id\":7,\"path\":\"/b\","
                       "\"query\":{},\"user\":\"u\",\"roles\":0,\"epoch\":\"e\",\"offset\":8},"
                       "\"items\":[]}");
    call = (struct call){
        .kind = CALL_OBSERVE, .name = sentio_text("prices"), .items = &item, .count = 1};
    assert_call(&call, "{\"call\":\"observe\",\"now\":0,\"channel\":\"prices\",\"items\":["
                       "{\"topic\":\"AAPL\",\"key\":\"k\",\"type\":\"t\",\"json\":{ \"a\":1 },"
                       "\"attributes\":[1.5,\"b\\\"y\",null],\"flags\":1,\"offset\":5,"
                       "\"time\":6}]}");
}

static void the_short_calls_are_written_with_what_they_have(void **state) {
    const struct sentio_bytes text = sentio_text("{}");
    (void)state;
    assert_call(&(const struct call){.kind = CALL_OPEN, .text = text, .number = UINT64_MAX},
                "{\"call\":\"open\",\"now\":0,\"config\":{},\"seed\":18446744073709551615}");
    assert_call(&(const struct call){.kind = CALL_LEFT, .number = 3},
                "{\"call\":\"left\",\"now\":0,\"conn\":3}");
    assert_call(&(const struct call){.kind = CALL_READY, .number = 4},
                "{\"call\":\"ready\",\"now\":0,\"fd\":4}");
    assert_call(
        &(const struct call){.kind = CALL_RESTORE, .text = sentio_text("a\x01\xff"), .number = 2},
        "{\"call\":\"restore\",\"now\":0,\"state_format\":2,\"state\":\"a\\u0001\xef\xbf\xbd\"}");
    assert_call(&(const struct call){.kind = CALL_WOKEN}, "{\"call\":\"woken\",\"now\":0}");
}

static void a_result_without_effects_is_a_number(void **state) {
    const struct effects effects = {.first = NULL};
    (void)state;
    assert_result(SENTIO_FAILED, &effects, "{\"result\":-5,\"effects\":[]}");
}

static void an_item_is_written_with_what_it_has(void **state) {
    struct effects effects = {.first = NULL};
    const struct sentio_item plain = {.topic = sentio_text("A"), .json = sentio_text("1")};
    (void)state;
    assert_non_null(effects_add_item(&effects, item_create(&item)));
    assert_non_null(effects_add_item(&effects, item_create(&plain)));
    assert_result(0, &effects,
                  "{\"result\":0,\"effects\":[{\"emit\":{\"topic\":\"AAPL\",\"key\":\"k\","
                  "\"type\":\"t\",\"json\":{ \"a\":1 },\"attributes\":[1.5,\"b\\\"y\",null],"
                  "\"flags\":1}},{\"emit\":{\"topic\":\"A\",\"json\":1}}]}");
    effects_finish(&effects);
}

static void add(struct effects *effects, enum effect_kind kind, uint64_t id, int64_t number) {
    struct effect *effect = effects_add(effects, kind, sentio_text("1"), sentio_text("[\n2]"));
    assert_non_null(effect);
    effect->id = id;
    effect->number = number;
    effect->on = 1;
}

static void every_other_effect_is_written_by_its_services_arguments(void **state) {
    struct effects effects = {.first = NULL};
    (void)state;
    for (uint32_t kind = EFFECT_REJECT; kind <= EFFECT_KEEP; kind++)
        add(&effects, (enum effect_kind)kind, UINT64_MAX, -1);
    assert_result(0, &effects,
                  "{\"result\":0,\"effects\":["
                  "{\"reject\":{\"index\":-1,\"field\":\"1\",\"message\":\"[\\n2]\"}},"
                  "{\"join\":{\"conn\":18446744073709551615,\"topic\":\"1\"}},"
                  "{\"leave\":{\"conn\":18446744073709551615,\"topic\":\"1\"}},"
                  "{\"accept\":{\"conn\":18446744073709551615}},"
                  "{\"refuse\":{\"conn\":18446744073709551615,\"close_code\":-1,\"error\":\"1\","
                  "\"message\":\"[\\n2]\"}},"
                  "{\"send\":{\"conn\":18446744073709551615,\"type\":\"1\",\"data\":[ 2]}},"
                  "{\"close\":{\"conn\":18446744073709551615,\"code\":-1,\"reason\":\"[\\n2]\"}},"
                  "{\"respond\":{\"request\":18446744073709551615,\"status\":-1,\"type\":\"1\","
                  "\"body\":\"[\\n2]\"}},"
                  "{\"forward\":{\"channel\":\"1\",\"payload\":[ 2]}},"
                  "{\"count\":{\"n\":18446744073709551615,\"metric\":\"1\"}},"
                  "{\"wake\":{\"milliseconds\":-1}},{\"watch\":{\"fd\":-1,\"on\":1}},"
                  "{\"keep\":{\"state\":\"[\\n2]\"}}]}");
    effects_finish(&effects);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_publish_is_written_with_its_update_and_payload),
        cmocka_unit_test(a_subscribe_and_a_message_are_written_with_their_subscriber),
        cmocka_unit_test(a_render_is_written_with_its_request_and_items),
        cmocka_unit_test(the_short_calls_are_written_with_what_they_have),
        cmocka_unit_test(a_result_without_effects_is_a_number),
        cmocka_unit_test(an_item_is_written_with_what_it_has),
        cmocka_unit_test(every_other_effect_is_written_by_its_services_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
