/* SPDX-License-Identifier: MIT */
#include "worker/wire_item.h"

#include "wire_fixture.h"

static const struct sentio_value values[] = {{SENTIO_NUMBER, 0, 0.1, {NULL, 0}},
                                             {SENTIO_TEXT, 0, 0, {"buy", 3}}};

static struct sentio_item full(void) {
    return (struct sentio_item){.topic = sentio_text("AAPL"),
                                .key = sentio_text("k"),
                                .type = sentio_text("t"),
                                .json = sentio_text("{}"),
                                .attributes = values,
                                .attribute_count = 2,
                                .flags = SENTIO_ADD_ID,
                                .offset = 1ull << 40,
                                .time = -1};
}

static void an_item_is_read_as_it_was_put(void **state) {
    struct wire_buffer buffer = {0};
    struct sentio_value room[2];
    struct sentio_item item = full();
    (void)state;
    wire_put_item(&buffer, &item);
    struct wire_reader reader = wire_reader(sentio_bytes(buffer.data, buffer.end));
    wire_get_item(&reader, &item, room, 2);
    assert_int_equal(wire_ended(&reader), 0);
    assert_bytes(item.topic, "AAPL");
    assert_bytes(item.key, "k");
    assert_bytes(item.type, "t");
    assert_bytes(item.json, "{}");
    assert_true(item.topic.data > buffer.data && item.topic.data < buffer.data + buffer.end);
    assert_int_equal(item.flags, SENTIO_ADD_ID);
    assert_true(item.offset == 1ull << 40 && item.time == -1);
    assert_ptr_equal(item.attributes, room);
    assert_int_equal(item.attribute_count, 2);
    assert_true(room[0].type == SENTIO_NUMBER && room[0].number == 0.1);
    assert_int_equal(room[1].type, SENTIO_TEXT);
    assert_bytes(room[1].text, "buy");
    wire_finish(&buffer);
}

static void the_smallest_item_has_the_stated_size(void **state) {
    struct wire_buffer buffer = {0};
    struct sentio_item item = {.flags = 0};
    (void)state;
    wire_put_item(&buffer, &item);
    assert_int_equal(buffer.end, WIRE_ITEM_MIN);
    struct wire_reader reader = wire_reader(sentio_bytes(buffer.data, buffer.end));
    wire_get_item(&reader, &item, NULL, 0);
    assert_int_equal(wire_ended(&reader), 0);
    assert_null(item.attributes);
    item = (struct sentio_item){.attributes = &(const struct sentio_value){.type = 0},
                                .attribute_count = 1};
    wire_put_item(&buffer, &item);
    assert_int_equal(buffer.end, 2 * WIRE_ITEM_MIN + WIRE_VALUE_MIN);
    wire_finish(&buffer);
}

static void more_attributes_than_there_is_room_for_are_a_failure(void **state) {
    struct wire_buffer buffer = {0};
    struct sentio_value room[1];
    struct sentio_item item = full();
    (void)state;
    wire_put_item(&buffer, &item);
    struct wire_reader reader = wire_reader(sentio_bytes(buffer.data, buffer.end));
    wire_get_item(&reader, &item, room, 1);
    assert_true(reader.failed);
    assert_int_equal(item.attribute_count, 0);
    assert_null(item.attributes);
    wire_finish(&buffer);
}

static void an_item_that_is_cut_anywhere_is_a_failure(void **state) {
    struct wire_buffer buffer = {0};
    struct sentio_value room[2];
    struct sentio_item item = full();
    (void)state;
    wire_put_item(&buffer, &item);
    const struct wire_frame whole = {.body = sentio_bytes(buffer.data, buffer.end)};
    for (size_t size = 0; size < buffer.end; size++) {
        struct wire_frame cut = wire_cut_frame(&whole, size);
        struct wire_reader reader = wire_reader(cut.body);
        wire_get_item(&reader, &item, room, 2);
        assert_true(reader.failed);
        wire_cut_finish(&cut);
    }
    wire_finish(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_read_as_it_was_put),
        cmocka_unit_test(the_smallest_item_has_the_stated_size),
        cmocka_unit_test(more_attributes_than_there_is_room_for_are_a_failure),
        cmocka_unit_test(an_item_that_is_cut_anywhere_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
