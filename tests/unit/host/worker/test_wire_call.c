/* SPDX-License-Identifier: MIT */
#include "worker/wire_call.h"

#include "wire_fixture.h"

static const struct sentio_value values[] = {{SENTIO_NUMBER, 0, 1.5, {NULL, 0}},
                                             {SENTIO_TEXT, 0, 0, {"buy", 3}}};
static const struct sentio_item items[] = {
    {.topic = {"AAPL", 4},
     .key = {"AAPL", 4},
     .json = {"{\"a\":1}", 7},
     .attributes = values,
     .attribute_count = 2,
     .offset = 5,
     .time = 6},
    {.topic = {"MSFT", 4}, .type = {"t", 1}, .json = {"2", 1}, .offset = 7},
    {.topic = {"*", 1}, .json = {"3", 1}, .attributes = values, .attribute_count = 1},
};
static const struct sentio_update update = {.origin = SENTIO_FROM_SOURCE, .name = {"feed", 4}};
static const struct sentio_subscriber subscriber = {
    .conn = 1ull << 50,
    .who = {.user = {"user_001", 8}, .roles = SENTIO_ROLE_ADMIN},
    .all = 1,
    .subscribed = 1,
    .topics = 1ull << 40};
static const struct sentio_request request = {.id = 77,
                                              .route = &wire_routes[1],
                                              .who = {.user = {"u", 1}, .roles = 2},
                                              .path = {"/b", 2},
                                              .query = {"{\"q\":\"1\"}", 9},
                                              .epoch = {"e", 1},
                                              .offset = 88};

/* One call of each kind. */
static struct call sample(enum call_kind kind) {
    struct call call = {.kind = kind, .abi.now = 1728124200000};
    if (kind == CALL_PUBLISH)
        call.update = &update;
    if (kind == CALL_SUBSCRIBE || kind == CALL_UNSUBSCRIBE || kind == CALL_MESSAGE)
        call.subscriber = &subscriber;
    if (kind == CALL_RENDER || kind == CALL_OBSERVE) {
        call.items = items;
        call.count = 3;
    }
    if (kind == CALL_RENDER) {
        call.request = &request;
        call.route = 1;
    } else {
        call.number = UINT64_MAX - kind;
        call.name = sentio_text("a name");
        call.text = sentio_text("{\"a\":\"text\"}");
    }
    return call;
}

static void assert_same_item(const struct sentio_item *a, const struct sentio_item *b) {
    assert_true(sentio_equal(a->topic, b->topic) && sentio_equal(a->key, b->key));
    assert_true(sentio_equal(a->type, b->type) && sentio_equal(a->json, b->json));
    assert_true(a->offset == b->offset && a->time == b->time && a->flags == b->flags);
    assert_int_equal(a->attribute_count, b->attribute_count);
    for (size_t i = 0; i < a->attribute_count; i++) {
        assert_int_equal(a->attributes[i].type, b->attributes[i].type);
        assert_true(a->attributes[i].number == b->attributes[i].number);
        assert_true(sentio_equal(a->attributes[i].text, b->attributes[i].text));
    }
}

static void assert_same(const struct call *a, const struct call *b) {
    assert_int_equal(a->kind, b->kind);
    assert_true(a->abi.now == b->abi.now && a->number == b->number && a->route == b->route);
    assert_true(sentio_equal(a->name, b->name) && sentio_equal(a->text, b->text));
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_same_item(&a->items[i], &b->items[i]);
    assert_int_equal(a->update != NULL, b->update != NULL);
    assert_int_equal(a->subscriber != NULL, b->subscriber != NULL);
    assert_int_equal(a->request != NULL, b->request != NULL);
}

static struct wire_frame put_call(struct wire_buffer *buffer, const struct call *call) {
    wire_drop(buffer, buffer->end - buffer->start);
    assert_int_equal(wire_call(buffer, 3, WIRE_QUIET, call), 0);
    return wire_only_frame(buffer);
}

static void every_kind_of_call_is_read_as_it_was_put(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    (void)state;
    for (uint32_t kind = CALL_OPEN; kind <= CALL_RESTORE; kind++) {
        struct call call = sample((enum call_kind)kind);
        struct wire_frame frame = put_call(&buffer, &call);
        assert_int_equal(frame.flags, WIRE_QUIET);
        assert_int_equal(frame.serial, 3);
        assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), 0);
        assert_same(&read.call, &call);
        assert_null(read.call.effects.first);
    }
    wire_call_finish(&read);
    wire_finish(&buffer);
}

static void a_publish_has_its_update(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    struct call call = sample(CALL_PUBLISH);
    (void)state;
    struct wire_frame frame = put_call(&buffer, &call);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), 0);
    assert_int_equal(read.call.update->origin, SENTIO_FROM_SOURCE);
    assert_bytes(read.call.update->name, "feed");
    wire_call_finish(&read);
    wire_finish(&buffer);
}

static void a_subscribe_has_its_subscriber(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    struct call call = sample(CALL_SUBSCRIBE);
    (void)state;
    struct wire_frame frame = put_call(&buffer, &call);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), 0);
    const struct sentio_subscriber *got = read.call.subscriber;
    assert_true(got->conn == subscriber.conn && got->topics == subscriber.topics);
    assert_true(got->all == 1 && got->subscribed == 1);
    assert_bytes(got->who.user, "user_001");
    assert_int_equal(got->who.roles, SENTIO_ROLE_ADMIN);
    wire_call_finish(&read);
    wire_finish(&buffer);
}

static void a_render_has_its_request_and_the_plugins_own_route(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    struct call call = sample(CALL_RENDER);
    (void)state;
    struct wire_frame frame = put_call(&buffer, &call);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), 0);
    const struct sentio_request *got = read.call.request;
    assert_ptr_equal(got->route, &wire_plugin.routes[1]);
    assert_true(got->id == 77 && got->offset == 88 && got->who.roles == 2);
    assert_bytes(got->who.user, "u");
    assert_bytes(got->path, "/b");
    assert_bytes(got->query, "{\"q\":\"1\"}");
    assert_bytes(got->epoch, "e");
    wire_call_finish(&read);
    wire_finish(&buffer);
}

static void a_route_that_the_plugin_does_not_have_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    struct call call = sample(CALL_RENDER);
    (void)state;
    call.route = 2;
    struct wire_frame frame = put_call(&buffer, &call);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), SENTIO_INVALID);
    wire_call_finish(&read);
    wire_finish(&buffer);
}

static void what_a_call_is_read_into_is_used_again(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    struct call call = sample(CALL_OBSERVE);
    (void)state;
    struct wire_frame frame = put_call(&buffer, &call);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), 0);
    const void *lists[] = {read.items, read.values};
    call.items++;
    call.count = 1;
    frame = put_call(&buffer, &call);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), 0);
    assert_same(&read.call, &call);
    assert_ptr_equal(read.items, lists[0]);
    assert_ptr_equal(read.values, lists[1]);
    call = sample(CALL_WOKEN);
    frame = put_call(&buffer, &call);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), 0);
    assert_null(read.call.items);
    assert_null(read.call.subscriber);
    wire_call_finish(&read);
    wire_finish(&buffer);
}

static void a_call_that_is_cut_anywhere_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    (void)state;
    for (uint32_t kind = CALL_OPEN; kind <= CALL_RESTORE; kind++) {
        struct call call = sample((enum call_kind)kind);
        const struct wire_frame whole = put_call(&buffer, &call);
        for (size_t size = 0; size < whole.body.size; size++) {
            struct wire_call read = {.item_room = 0};
            struct wire_frame cut = wire_cut_frame(&whole, size);
            assert_int_equal(wire_read_call(&cut, &wire_plugin, &read), SENTIO_INVALID);
            wire_cut_finish(&cut);
            wire_call_finish(&read);
        }
    }
    wire_finish(&buffer);
}

/* Puts a number in the head of the call's body and reads that. */
static int read_with(const struct call *call, size_t place, uint32_t number) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    struct wire_frame frame = put_call(&buffer, call);
    memcpy(buffer.data + sizeof(struct wire_head) + place, &number, sizeof(number));
    int result = wire_read_call(&frame, &wire_plugin, &read);
    wire_call_finish(&read);
    wire_finish(&buffer);
    return result;
}

static void numbers_that_can_not_be_are_not_valid(void **state) {
    enum { KIND = 16, ITEMS = 28, VALUES = 32 };
    const struct call observe = sample(CALL_OBSERVE);
    const struct call woken = sample(CALL_WOKEN);
    (void)state;
    assert_int_equal(read_with(&observe, ITEMS, 3), 0);
    assert_int_equal(read_with(&observe, ITEMS, 2), SENTIO_INVALID);
    assert_int_equal(read_with(&observe, ITEMS, 4), SENTIO_INVALID);
    assert_int_equal(read_with(&observe, ITEMS, UINT32_MAX), SENTIO_INVALID);
    assert_int_equal(read_with(&observe, VALUES, 3), 0);
    assert_int_equal(read_with(&observe, VALUES, 2), SENTIO_INVALID);
    assert_int_equal(read_with(&observe, VALUES, 4), SENTIO_INVALID);
    assert_int_equal(read_with(&observe, VALUES, UINT32_MAX), SENTIO_INVALID);
    assert_int_equal(read_with(&woken, KIND, CALL_SAVE), 0);
    assert_int_equal(read_with(&woken, KIND, CALL_RESTORE + 1), SENTIO_INVALID);
    assert_int_equal(read_with(&woken, ITEMS, 1), SENTIO_INVALID);
    assert_int_equal(read_with(&woken, VALUES, 1), SENTIO_INVALID);
}

static void a_frame_of_another_kind_is_no_call(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_call read = {.item_room = 0};
    struct call call = sample(CALL_WOKEN);
    (void)state;
    struct wire_frame frame = put_call(&buffer, &call);
    frame.kind = WIRE_RESULT;
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &read), SENTIO_INVALID);
    wire_finish(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_call_is_read_as_it_was_put),
        cmocka_unit_test(a_publish_has_its_update),
        cmocka_unit_test(a_subscribe_has_its_subscriber),
        cmocka_unit_test(a_render_has_its_request_and_the_plugins_own_route),
        cmocka_unit_test(a_route_that_the_plugin_does_not_have_is_not_valid),
        cmocka_unit_test(what_a_call_is_read_into_is_used_again),
        cmocka_unit_test(a_call_that_is_cut_anywhere_is_not_valid),
        cmocka_unit_test(numbers_that_can_not_be_are_not_valid),
        cmocka_unit_test(a_frame_of_another_kind_is_no_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
