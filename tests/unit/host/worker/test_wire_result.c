/* SPDX-License-Identifier: MIT */
#include "worker/wire_result.h"

#include "wire_fixture.h"

static const struct sentio_value values[] = {{SENTIO_NUMBER, 0, 1.5, {NULL, 0}},
                                             {SENTIO_TEXT, 0, 0, {"buy", 3}}};

/* Reads what was put into a call of that kind; its effects are the caller's to finish. */
static int read_into(struct call *call, enum call_kind kind, const struct wire_buffer *buffer) {
    int result = 0;
    uint32_t micros;
    wire_prepare(call, kind);
    struct wire_frame frame = wire_only_frame(buffer);
    return wire_read_result(&frame, call, &result, &micros);
}

static int emit(struct call *call, const struct sentio_item *item) {
    return host_api()->emit(&call->abi, item);
}

static void assert_same_effect(const struct effect *a, const struct effect *b) {
    assert_int_equal(a->kind, b->kind);
    assert_true(a->id == b->id && a->number == b->number && a->on == b->on);
    assert_true(sentio_equal(a->a, b->a) && sentio_equal(a->b, b->b));
    assert_int_equal(a->item != NULL, b->item != NULL);
}

static void assert_same_effects(const struct effects *a, const struct effects *b) {
    const struct effect *other = b->first;
    for (const struct effect *effect = a->first; effect; effect = effect->next) {
        assert_non_null(other);
        assert_same_effect(effect, other);
        other = other->next;
    }
    assert_null(other);
    assert_int_equal(a->bytes, b->bytes);
    assert_int_equal(a->emits, b->emits);
    assert_int_equal(a->rejections, b->rejections);
}

/* What the services took in one call is there again after the way over the wire. */
static void assert_passes(struct call *call) {
    struct wire_buffer buffer = {0};
    struct call again;
    assert_int_equal(wire_result(&buffer, 1, 0, 0, &call->effects), 0);
    assert_int_equal(read_into(&again, call->kind, &buffer), 0);
    assert_same_effects(&call->effects, &again.effects);
    effects_finish(&again.effects);
    effects_finish(&call->effects);
    wire_finish(&buffer);
}

static void a_result_has_its_number_and_serial(void **state) {
    struct wire_buffer buffer = {0};
    struct call call;
    int result = 0;
    uint32_t micros;
    (void)state;
    wire_prepare(&call, CALL_LEFT);
    assert_int_equal(wire_result(&buffer, 42, SENTIO_DUPLICATE, 77, &call.effects), 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(frame.serial, 42);
    assert_int_equal(wire_read_result(&frame, &call, &result, &micros), 0);
    assert_int_equal(result, SENTIO_DUPLICATE);
    assert_int_equal(micros, 77);
    assert_null(call.effects.first);
    wire_finish(&buffer);
}

static void every_effect_is_asked_for_again_in_order(void **state) {
    const struct sentio_host *host = host_api();
    const struct sentio_bytes text = sentio_text("text");
    const struct sentio_bytes json = sentio_text("{\"a\":1}");
    const struct sentio_item item = {.topic = text, .json = json};
    struct call call;
    (void)state;
    wire_prepare(&call, CALL_PUBLISH);
    struct sentio_call *abi = &call.abi;
    assert_int_equal(host->join(abi, UINT64_MAX, text), 0);
    assert_int_equal(host->leave(abi, 2, text), 0);
    assert_int_equal(host->accept(abi, 3), 0);
    assert_int_equal(host->refuse(abi, 4, 4999, text, text), 0);
    assert_int_equal(host->refuse(abi, 4, 0, text, sentio_text("")), 0);
    assert_int_equal(host->emit(abi, &item), 0);
    assert_int_equal(host->send(abi, 5, text, json), 0);
    assert_int_equal(host->close(abi, 6, 1008, text), 0);
    assert_int_equal(host->respond(abi, 7, 404, text, json), 0);
    assert_int_equal(host->forward(abi, sentio_text("other"), json), 0);
    assert_int_equal(host->count(abi, text, UINT64_MAX), 0);
    assert_int_equal(host->wake(abi, 86400000), 0);
    assert_int_equal(host->watch(abi, INT32_MAX, 1), 0);
    assert_int_equal(host->watch(abi, 0, 0), 0);
    assert_int_equal(host->reject(abi, -1, text, text), 0);
    assert_int_equal(host->reject(abi, INT32_MAX, text, text), 0);
    assert_passes(&call);
}

static void a_state_is_kept_over_the_wire(void **state) {
    struct call call;
    char big[4096];
    (void)state;
    memset(big, 0, sizeof(big));
    wire_prepare(&call, CALL_SAVE);
    assert_int_equal(host_api()->keep(&call.abi, sentio_bytes(big, sizeof(big))), 0);
    assert_passes(&call);
}

static void an_item_is_emitted_again_as_it_was(void **state) {
    struct wire_buffer buffer = {0};
    struct call call;
    struct call again;
    const struct sentio_item first = {.topic = sentio_text("AAPL"),
                                      .key = sentio_text("k"),
                                      .type = sentio_text("t"),
                                      .json = sentio_text(" {\"a\":1} "),
                                      .attributes = values,
                                      .attribute_count = 2,
                                      .flags = SENTIO_ADD_ID};
    const struct sentio_item second = {.topic = sentio_text("MSFT"), .json = sentio_text("2")};
    (void)state;
    wire_prepare(&call, CALL_PUBLISH);
    assert_int_equal(emit(&call, &first), 0);
    assert_int_equal(emit(&call, &second), 0);
    assert_int_equal(wire_result(&buffer, 1, 0, 0, &call.effects), 0);
    assert_int_equal(read_into(&again, CALL_PUBLISH, &buffer), 0);
    assert_same_effects(&call.effects, &again.effects);
    const struct item *item = again.effects.first->item;
    assert_bytes(item->topic_name, "AAPL");
    assert_bytes(item->key, "k");
    assert_bytes(item->type, "t");
    assert_bytes(item->json, "{\"a\":1}");
    assert_int_equal(item->flags, SENTIO_ADD_ID);
    assert_int_equal(item->attribute_count, 2);
    assert_true(item->attributes[0].number == 1.5);
    assert_bytes(item->attributes[1].text, "buy");
    item = again.effects.last->item;
    assert_bytes(item->key, "MSFT");
    assert_int_equal(item->attribute_count, 0);
    effects_finish(&call.effects);
    effects_finish(&again.effects);
    wire_finish(&buffer);
}

/* A worker that says what its own services would have refused. */
static int forge(enum call_kind in, const struct effect *effect) {
    struct wire_buffer buffer = {0};
    struct call call;
    struct effect copy = *effect;
    const struct effects effects = {.first = &copy, .last = &copy};
    assert_int_equal(wire_result(&buffer, 1, 0, 0, &effects), 0);
    int error = read_into(&call, in, &buffer);
    effects_finish(&call.effects);
    wire_finish(&buffer);
    return error;
}

#define FORGE(in, effect_kind, ...)                                                                \
    forge(in, &(const struct effect){.kind = effect_kind, __VA_ARGS__})

static void what_a_service_refuses_is_not_valid(void **state) {
    const struct sentio_bytes text = {"text", 4};
    const struct sentio_bytes json = {"{}", 2};
    (void)state;
    assert_int_equal(FORGE(CALL_PUBLISH, EFFECT_REJECT, .number = 0, .a = text), 0);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_REJECT, .number = 0, .a = text), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_JOIN, .id = 1), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_CLOSE, .number = 1006), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_SEND, .a = text, .b = text), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_WOKEN, EFFECT_FORWARD, .a = {"other", 5}, .b = json), 0);
    assert_int_equal(FORGE(CALL_WOKEN, EFFECT_FORWARD, .a = text, .b = json), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_SAVE, EFFECT_KEEP, .b = text), 0);
    assert_int_equal(FORGE(CALL_WOKEN, EFFECT_KEEP, .b = text), SENTIO_INVALID);
}

static void numbers_that_an_argument_has_no_room_for_are_not_valid(void **state) {
    const int64_t wrap = 1ll << 32;
    (void)state;
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_CLOSE, .number = 1000), 0);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_CLOSE, .number = wrap + 1000), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_RESPOND, .number = wrap + 200), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_REFUSE, .number = wrap), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_PUBLISH, EFFECT_REJECT, .number = wrap), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_WATCH, .number = wrap), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_WAKE, .number = -1), SENTIO_INVALID);
}

static void members_that_a_service_does_not_have_are_not_valid(void **state) {
    const struct sentio_bytes text = {"text", 4};
    (void)state;
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_ACCEPT, .id = 1), 0);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_ACCEPT, .number = 1), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_ACCEPT, .on = 1), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_ACCEPT, .a = text), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_ACCEPT, .b = text), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_WAKE, .id = 1), SENTIO_INVALID);
    assert_int_equal(FORGE(CALL_LEFT, EFFECT_KEEP + 1), SENTIO_INVALID);
}

static int forge_item(enum call_kind in, const struct sentio_item *emitted) {
    struct item *item = item_create(emitted);
    assert_non_null(item);
    int error = FORGE(in, EFFECT_EMIT, .item = item);
    item_unref(item);
    return error;
}

static void items_that_are_not_valid_are_not_emitted(void **state) {
    struct sentio_item item = {.topic = sentio_text("A"), .json = sentio_text("1")};
    struct sentio_value nine[9] = {{.type = SENTIO_NUMBER}};
    (void)state;
    assert_int_equal(forge_item(CALL_PUBLISH, &item), 0);
    assert_int_equal(forge_item(CALL_LEFT, &item), SENTIO_INVALID);
    item.attributes = nine;
    item.attribute_count = 9;
    assert_int_equal(forge_item(CALL_PUBLISH, &item), SENTIO_INVALID);
    item.attribute_count = 1;
    assert_int_equal(forge_item(CALL_PUBLISH, &item), SENTIO_INVALID);
    item.attribute_count = 0;
    item.json = sentio_text("{");
    assert_int_equal(forge_item(CALL_PUBLISH, &item), SENTIO_INVALID);
    item.json = sentio_text("1");
    item.topic = sentio_text("\xff");
    assert_int_equal(forge_item(CALL_PUBLISH, &item), SENTIO_INVALID);
}

static void more_than_a_call_may_ask_for_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    struct call call;
    struct effects effects = {.first = NULL};
    const size_t fits = FIXTURE_CALL_BYTES / sizeof(struct effect);
    (void)state;
    for (size_t i = 0; i < 2 * fits; i++)
        assert_non_null(effects_add(&effects, EFFECT_ACCEPT, sentio_text(NULL), sentio_text(NULL)));
    assert_int_equal(wire_result(&buffer, 1, 0, 0, &effects), 0);
    assert_int_equal(read_into(&call, CALL_WOKEN, &buffer), SENTIO_INVALID);
    assert_true(call.effects.bytes <= FIXTURE_CALL_BYTES + sizeof(struct effect));
    effects_finish(&call.effects);
    effects_finish(&effects);
    wire_finish(&buffer);
}

/* Without its one effect it is whole again. */
static void a_result_that_is_cut_inside_an_effect_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    struct call call;
    const struct sentio_item item = {.topic = sentio_text("A"),
                                     .json = sentio_text("1"),
                                     .attributes = values,
                                     .attribute_count = 2};
    int result = 0;
    uint32_t micros;
    (void)state;
    wire_prepare(&call, CALL_PUBLISH);
    assert_int_equal(emit(&call, &item), 0);
    assert_int_equal(wire_result(&buffer, 1, 0, 0, &call.effects), 0);
    struct wire_frame whole = wire_only_frame(&buffer);
    effects_finish(&call.effects);
    for (size_t size = 0; size < whole.body.size; size++) {
        struct wire_frame cut = wire_cut_frame(&whole, size);
        wire_prepare(&call, CALL_PUBLISH);
        int expected = size == sizeof(int32_t) + sizeof(uint32_t) ? 0 : SENTIO_INVALID;
        assert_int_equal(wire_read_result(&cut, &call, &result, &micros), expected);
        effects_finish(&call.effects);
        wire_cut_finish(&cut);
    }
    whole.kind = WIRE_CALL;
    assert_int_equal(wire_read_result(&whole, &call, &result, &micros), SENTIO_INVALID);
    wire_finish(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_has_its_number_and_serial),
        cmocka_unit_test(every_effect_is_asked_for_again_in_order),
        cmocka_unit_test(a_state_is_kept_over_the_wire),
        cmocka_unit_test(an_item_is_emitted_again_as_it_was),
        cmocka_unit_test(what_a_service_refuses_is_not_valid),
        cmocka_unit_test(numbers_that_an_argument_has_no_room_for_are_not_valid),
        cmocka_unit_test(members_that_a_service_does_not_have_are_not_valid),
        cmocka_unit_test(items_that_are_not_valid_are_not_emitted),
        cmocka_unit_test(more_than_a_call_may_ask_for_is_not_valid),
        cmocka_unit_test(a_result_that_is_cut_inside_an_effect_is_not_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
