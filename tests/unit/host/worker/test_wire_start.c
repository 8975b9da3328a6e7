/* SPDX-License-Identifier: MIT */
#include "worker/wire_start.h"

#include "wire_fixture.h"

static void put_start(struct wire_buffer *buffer, uint32_t flags, size_t forwards) {
    static char first[] = "trade-signals";
    static char second[] = "";
    char *names[] = {first, second};
    const struct wire_start start = {.call_bytes = 1ull << 33,
                                     .memory = 512,
                                     .flags = flags,
                                     .parent = 4711,
                                     .label = "channel x",
                                     .forwards = {names, forwards}};
    assert_int_equal(wire_start(buffer, &start), 0);
}

static void a_worker_reads_what_it_goes_by(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_start *start = NULL;
    (void)state;
    put_start(&buffer, WIRE_PROGRAMS, 2);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_start(&frame, &start), 0);
    wire_finish(&buffer);
    assert_true(start->call_bytes == 1ull << 33);
    assert_int_equal(start->memory, 512);
    assert_int_equal(start->flags, WIRE_PROGRAMS);
    assert_int_equal(start->parent, 4711);
    assert_string_equal(start->label, "channel x");
    assert_int_equal(start->forwards.count, 2);
    assert_string_equal(start->forwards.items[0], "trade-signals");
    assert_string_equal(start->forwards.items[1], "");
    free(start);
}

static void a_start_that_is_cut_anywhere_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_start *start = NULL;
    (void)state;
    put_start(&buffer, 0, 2);
    const struct wire_frame whole = wire_only_frame(&buffer);
    for (size_t size = 0; size < whole.body.size; size++) {
        struct wire_frame cut = wire_cut_frame(&whole, size);
        assert_int_equal(wire_read_start(&cut, &start), SENTIO_INVALID);
        wire_cut_finish(&cut);
    }
    assert_null(start);
    wire_finish(&buffer);
}

static void a_start_of_another_kind_or_flag_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_start *start = NULL;
    (void)state;
    put_start(&buffer, WIRE_PROGRAMS << 1, 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_start(&frame, &start), SENTIO_INVALID);
    wire_drop(&buffer, buffer.end);
    put_start(&buffer, 0, 0);
    frame = wire_only_frame(&buffer);
    frame.kind = WIRE_TABLE;
    assert_int_equal(wire_read_start(&frame, &start), SENTIO_INVALID);
    wire_finish(&buffer);
}

static void a_start_without_a_label_or_with_a_missing_name_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_start *start = NULL;
    char *names[] = {NULL};
    (void)state;
    assert_int_equal(wire_start(&buffer, &(struct wire_start){.label = NULL}), 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_start(&frame, &start), SENTIO_INVALID);
    wire_drop(&buffer, buffer.end);
    assert_int_equal(
        wire_start(&buffer, &(struct wire_start){.label = "x", .forwards = {names, 1}}), 0);
    frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_start(&frame, &start), SENTIO_INVALID);
    wire_finish(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_reads_what_it_goes_by),
        cmocka_unit_test(a_start_that_is_cut_anywhere_is_not_valid),
        cmocka_unit_test(a_start_of_another_kind_or_flag_is_not_valid),
        cmocka_unit_test(a_start_without_a_label_or_with_a_missing_name_is_not_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
