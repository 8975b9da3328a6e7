/* SPDX-License-Identifier: MIT */
#include "worker/wire_note.h"

#include "wire_fixture.h"

static void a_refusal_says_why(void **state) {
    struct wire_buffer buffer = {0};
    struct sentio_bytes why;
    (void)state;
    assert_int_equal(wire_refused(&buffer, sentio_text("x.so: has no name")), 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_refused(&frame, &why), 0);
    assert_bytes(why, "x.so: has no name");
    frame.kind = WIRE_LOG;
    assert_int_equal(wire_read_refused(&frame, &why), SENTIO_INVALID);
    wire_finish(&buffer);
}

static void a_log_line_has_its_calls_serial_and_a_level(void **state) {
    struct wire_buffer buffer = {0};
    struct sentio_bytes text;
    uint32_t level = 0;
    (void)state;
    assert_int_equal(wire_log(&buffer, 9, SENTIO_ERROR, sentio_text("said")), 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_log(&frame, &level, &text), 0);
    assert_int_equal(frame.serial, 9);
    assert_int_equal(level, SENTIO_ERROR);
    assert_bytes(text, "said");
    frame.body.size = 4;
    assert_int_equal(wire_read_log(&frame, &level, &text), 0);
    assert_int_equal(text.size, 0);
    frame.body.size = 3;
    assert_int_equal(wire_read_log(&frame, &level, &text), SENTIO_INVALID);
    wire_consume(&buffer, &(struct wire_frame){.body.size = 8});
    assert_int_equal(wire_log(&buffer, 9, SENTIO_ERROR + 1, sentio_text("said")), 0);
    frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_log(&frame, &level, &text), SENTIO_INVALID);
    wire_finish(&buffer);
}

static void a_readable_descriptor_is_a_number_that_can_be_one(void **state) {
    struct wire_buffer buffer = {0};
    int32_t fd = 0;
    (void)state;
    assert_int_equal(wire_readable(&buffer, INT32_MAX), 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_readable(&frame, &fd), 0);
    assert_int_equal(fd, INT32_MAX);
    frame.body.size = 3;
    assert_int_equal(wire_read_readable(&frame, &fd), SENTIO_INVALID);
    wire_drop(&buffer, buffer.end);
    assert_int_equal(wire_readable(&buffer, -1), 0);
    frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_readable(&frame, &fd), SENTIO_INVALID);
    wire_finish(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_says_why),
        cmocka_unit_test(a_log_line_has_its_calls_serial_and_a_level),
        cmocka_unit_test(a_readable_descriptor_is_a_number_that_can_be_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
