/* SPDX-License-Identifier: MIT */
#include "worker/wire.h"

#include "wire_fixture.h"

static void put_frame(struct wire_buffer *buffer, uint64_t serial, const char *body) {
    size_t begun = wire_begin(buffer, WIRE_LOG, 0, serial);
    wire_put_bytes(buffer, sentio_text(body));
    assert_int_equal(wire_end(buffer, begun), 0);
}

static void frames_come_out_as_they_went_in(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_frame frame;
    (void)state;
    put_frame(&buffer, 7, "first");
    put_frame(&buffer, UINT64_MAX, "");
    assert_int_equal(wire_next(&buffer, &frame), 0);
    assert_int_equal(frame.kind, WIRE_LOG);
    assert_int_equal(frame.flags, 0);
    assert_int_equal(frame.serial, 7);
    assert_bytes(frame.body, "first");
    wire_consume(&buffer, &frame);
    assert_int_equal(wire_next(&buffer, &frame), 0);
    assert_true(frame.serial == UINT64_MAX);
    assert_int_equal(frame.body.size, 0);
    wire_consume(&buffer, &frame);
    assert_int_equal(wire_next(&buffer, &frame), SENTIO_AGAIN);
    wire_finish(&buffer);
}

static void a_frame_is_there_once_its_last_byte_is(void **state) {
    struct wire_buffer whole = {0};
    struct wire_buffer parts = {0};
    struct wire_frame frame;
    (void)state;
    put_frame(&whole, 1, "body");
    for (size_t i = 0; i < whole.end; i++) {
        assert_int_equal(wire_next(&parts, &frame), SENTIO_AGAIN);
        wire_put(&parts, whole.data + i, 1);
    }
    assert_int_equal(wire_next(&parts, &frame), 0);
    assert_bytes(frame.body, "body");
    wire_finish(&whole);
    wire_finish(&parts);
}

static int next_of(const struct wire_head *head) {
    struct wire_buffer buffer = {0};
    struct wire_frame frame;
    wire_put(&buffer, head, sizeof(*head));
    int result = wire_next(&buffer, &frame);
    wire_finish(&buffer);
    return result;
}

static void a_head_that_can_not_be_is_not_waited_for(void **state) {
    (void)state;
    assert_int_equal(next_of(&(struct wire_head){.kind = WIRE_READABLE}), 0);
    assert_int_equal(next_of(&(struct wire_head){.kind = WIRE_READABLE + 1}), SENTIO_INVALID);
    assert_int_equal(next_of(&(struct wire_head){.size = WIRE_BODY_MAX}), SENTIO_AGAIN);
    assert_int_equal(next_of(&(struct wire_head){.size = WIRE_BODY_MAX + 1}), SENTIO_INVALID);
    assert_int_equal(next_of(&(struct wire_head){.kind = WIRE_CALL, .flags = WIRE_QUIET}), 0);
    assert_int_equal(next_of(&(struct wire_head){.kind = WIRE_CALL, .flags = 2}), SENTIO_INVALID);
    assert_int_equal(next_of(&(struct wire_head){.kind = WIRE_LOG, .flags = 1}), SENTIO_INVALID);
}

static void a_body_that_is_too_big_is_taken_back(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_frame frame;
    (void)state;
    put_frame(&buffer, 1, "before");
    size_t begun = wire_begin(&buffer, WIRE_RESULT, 0, 2);
    char *body = calloc(1, WIRE_BODY_MAX);
    assert_non_null(body);
    wire_put(&buffer, body, WIRE_BODY_MAX);
    wire_put_u32(&buffer, 1);
    assert_int_equal(wire_end(&buffer, begun), SENTIO_TOO_BIG);
    begun = wire_begin(&buffer, WIRE_RESULT, 0, 2);
    wire_put(&buffer, body, WIRE_BODY_MAX);
    assert_int_equal(wire_end(&buffer, begun), 0);
    assert_int_equal(wire_next(&buffer, &frame), 0);
    assert_bytes(frame.body, "before");
    wire_consume(&buffer, &frame);
    assert_int_equal(wire_next(&buffer, &frame), 0);
    assert_int_equal(frame.body.size, WIRE_BODY_MAX);
    free(body);
    wire_finish(&buffer);
}

static void a_frame_without_memory_is_taken_back_whole(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_frame frame;
    (void)state;
    put_frame(&buffer, 1, "before");
    size_t begun = wire_begin(&buffer, WIRE_RESULT, 0, 2);
    wire_put_u32(&buffer, 1);
    assert_null(wire_room(&buffer, SIZE_MAX / 2));
    wire_put(&buffer, "x", SIZE_MAX / 2);
    assert_true(buffer.failed);
    wire_put_u32(&buffer, 2);
    assert_int_equal(wire_end(&buffer, begun), SENTIO_NO_MEMORY);
    frame = wire_only_frame(&buffer);
    assert_bytes(frame.body, "before");
    put_frame(&buffer, 2, "after");
    wire_consume(&buffer, &frame);
    assert_int_equal(wire_next(&buffer, &frame), 0);
    assert_bytes(frame.body, "after");
    wire_finish(&buffer);
}

static void a_buffer_that_is_emptied_gives_back_what_is_over_a_mebibyte(void **state) {
    struct wire_buffer buffer = {0};
    (void)state;
    assert_non_null(wire_room(&buffer, WIRE_KEEP_MAX));
    buffer.end = WIRE_KEEP_MAX;
    wire_drop(&buffer, WIRE_KEEP_MAX);
    assert_int_equal(buffer.capacity, WIRE_KEEP_MAX);
    assert_non_null(wire_room(&buffer, WIRE_KEEP_MAX + 1));
    buffer.end = WIRE_KEEP_MAX + 1;
    wire_drop(&buffer, WIRE_KEEP_MAX);
    assert_true(buffer.capacity > WIRE_KEEP_MAX);
    wire_drop(&buffer, 1);
    assert_null(buffer.data);
    assert_int_equal(buffer.capacity, 0);
    assert_non_null(wire_room(&buffer, 1));
    wire_finish(&buffer);
}

/* Frames are put and taken in turn, always some of them there. */
static void a_buffer_that_is_never_empty_does_not_grow_for_ever(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_frame frame;
    uint64_t taken = 0;
    (void)state;
    for (uint64_t serial = 0; serial < 10000; serial++) {
        put_frame(&buffer, serial, "one of many");
        if (serial < 100)
            continue;
        assert_int_equal(wire_next(&buffer, &frame), 0);
        assert_int_equal(frame.serial, taken++);
        assert_bytes(frame.body, "one of many");
        wire_consume(&buffer, &frame);
    }
    assert_true(buffer.capacity <= 16384);
    wire_finish(&buffer);
}

static void a_reader_gives_what_was_put(void **state) {
    struct wire_buffer buffer = {0};
    char texts[16];
    char *space = texts;
    uint16_t small = 0;
    (void)state;
    wire_put_u32(&buffer, UINT32_MAX);
    wire_put_u64(&buffer, UINT64_MAX - 1);
    wire_put_string(&buffer, "text");
    wire_put_string(&buffer, "");
    wire_put_string(&buffer, NULL);
    wire_put(&buffer, &(uint16_t){513}, 2);
    wire_put_bytes(&buffer, sentio_bytes(NULL, 0));
    struct wire_reader reader = wire_reader(sentio_bytes(buffer.data, buffer.end));
    assert_true(wire_get_u32(&reader) == UINT32_MAX);
    assert_true(wire_get_u64(&reader) == UINT64_MAX - 1);
    assert_string_equal(wire_get_string(&reader, &space), "text");
    assert_string_equal(wire_get_string(&reader, &space), "");
    assert_null(wire_get_string(&reader, &space));
    assert_ptr_equal(space, texts + 6);
    assert_int_equal(wire_ended(&reader), SENTIO_INVALID);
    assert_int_equal(wire_left(&reader), 2);
    wire_get(&reader, &small, 2);
    assert_int_equal(small, 513);
    assert_int_equal(wire_ended(&reader), 0);
    wire_finish(&buffer);
}

static void a_reader_stays_failed_and_gives_zeros(void **state) {
    struct wire_reader reader = wire_reader(sentio_text("12345"));
    (void)state;
    assert_int_equal(wire_get_u64(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(wire_get_u32(&reader), 0);
    assert_null(wire_get_bytes(&reader, 1).data);
    assert_int_equal(wire_ended(&reader), SENTIO_INVALID);
    reader = wire_reader(sentio_bytes(NULL, 0));
    assert_int_equal(wire_ended(&reader), 0);
    assert_int_equal(wire_get_bytes(&reader, 0).size, 0);
    assert_int_equal(wire_ended(&reader), 0);
}

static void a_string_with_a_nul_or_past_the_end_is_a_failure(void **state) {
    static const char nul[] = {3, 0, 0, 0, 'a', 0, 'b'};
    static const char past[] = {4, 0, 0, 0, 'a', 'b', 'c'};
    char texts[8];
    char *space = texts;
    (void)state;
    struct wire_reader reader = wire_reader(sentio_bytes(nul, sizeof(nul)));
    assert_null(wire_get_string(&reader, &space));
    assert_true(reader.failed);
    reader = wire_reader(sentio_bytes(past, sizeof(past)));
    assert_null(wire_get_string(&reader, &space));
    assert_true(reader.failed);
    assert_ptr_equal(space, texts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_as_they_went_in),
        cmocka_unit_test(a_frame_is_there_once_its_last_byte_is),
        cmocka_unit_test(a_head_that_can_not_be_is_not_waited_for),
        cmocka_unit_test(a_body_that_is_too_big_is_taken_back),
        cmocka_unit_test(a_frame_without_memory_is_taken_back_whole),
        cmocka_unit_test(a_buffer_that_is_emptied_gives_back_what_is_over_a_mebibyte),
        cmocka_unit_test(a_buffer_that_is_never_empty_does_not_grow_for_ever),
        cmocka_unit_test(a_reader_gives_what_was_put),
        cmocka_unit_test(a_reader_stays_failed_and_gives_zeros),
        cmocka_unit_test(a_string_with_a_nul_or_past_the_end_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
