/* SPDX-License-Identifier: MIT */
#include "frame/frame.h"

#include "stream_fixture.h"

struct size_case {
    size_t size;
    size_t header_size;
    uint8_t header[FRAME_HEADER_MAX];
};

/* RFC 6455 section 5.2, on both sides of each change of form. */
static const struct size_case cases[] = {
    {0, 2, {0x81, 0}},
    {1, 2, {0x81, 1}},
    {125, 2, {0x81, 125}},
    {126, 4, {0x81, 126, 0x00, 0x7e}},
    {127, 4, {0x81, 126, 0x00, 0x7f}},
    {256, 4, {0x81, 126, 0x01, 0x00}},
    {65535, 4, {0x81, 126, 0xff, 0xff}},
    {65536, 10, {0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}},
    {0x12345678, 10, {0x81, 127, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78}},
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void headers_are_those_of_rfc_6455(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        uint8_t header[FRAME_HEADER_MAX];
        assert_int_equal(frame_header(header, FRAME_TEXT, cases[i].size), cases[i].header_size);
        assert_memory_equal(header, cases[i].header, cases[i].header_size);
    }
}

static void the_opcode_is_in_the_first_byte(void **state) {
    (void)state;
    uint8_t header[FRAME_HEADER_MAX];
    frame_header(header, FRAME_PING, 0);
    assert_int_equal(header[0], 0x89);
    frame_header(header, FRAME_CLOSE, 2);
    assert_int_equal(header[0], 0x88);
}

static void length_is_that_of_header_and_payload(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        assert_true(frame_length(cases[i].header, cases[i].header_size) ==
                    cases[i].header_size + cases[i].size);
}

static void a_header_that_is_not_complete_has_no_length(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        for (size_t size = 0; size < cases[i].header_size; size++)
            assert_int_equal(frame_length(cases[i].header, size), 0);
}

/* Frames of 12, 132 and 3 bytes, one after the other. */
static void fill(struct arena *arena) {
    static const size_t sizes[] = {10, 128, 1};
    for (size_t i = 0; i < 3; i++) {
        char text[128];
        struct span span;
        memset(text, 'a' + (int)i, sizeof(text));
        assert_int_equal(arena_text(arena, sentio_bytes(text, sizes[i]), &span), 0);
    }
    assert_int_equal(arena->size, 147);
}

static void the_boundary_is_behind_the_last_frame_that_fits(void **state) {
    (void)state;
    static const struct {
        size_t limit;
        size_t boundary;
    } limits[] = {{12, 12},   {13, 12},   {143, 12},  {144, 144},
                  {146, 144}, {147, 147}, {148, 147}, {SIZE_MAX / 2, 147}};
    struct arena arena = {.size = 0};
    fill(&arena);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        assert_int_equal(frame_boundary(arena.data, arena.size, limits[i].limit),
                         limits[i].boundary);
    arena_finish(&arena);
}

static void a_first_frame_over_the_limit_is_taken_alone(void **state) {
    (void)state;
    struct arena arena = {.size = 0};
    fill(&arena);
    assert_int_equal(frame_boundary(arena.data, arena.size, 11), 12);
    assert_int_equal(frame_boundary(arena.data, arena.size, 0), 12);
    assert_int_equal(frame_boundary(arena.data + 12, arena.size - 12, 131), 132);
    arena_finish(&arena);
}

static void no_bytes_have_no_boundary(void **state) {
    (void)state;
    const uint8_t nothing[1] = {0};
    assert_int_equal(frame_boundary(nothing, 0, 100), 0);
}

static void going_from_boundary_to_boundary_meets_every_frame(void **state) {
    (void)state;
    struct arena arena = {.size = 0};
    uint64_t random = 3;
    size_t ends[200];
    for (size_t i = 0; i < 200; i++) {
        struct span span;
        char *payload;
        size_t size = fixture_random(&random, 8) ? fixture_random(&random, 300) : 70000;
        assert_int_equal(arena_frame(&arena, FRAME_TEXT, size, &span, &payload), 0);
        memset(payload, 0xff, size);
        ends[i] = span.end;
    }
    for (size_t limit = 1; limit < 200000; limit = limit * 3 + 1) {
        size_t at = 0;
        size_t frame = 0;
        while (at < arena.size) {
            size_t step = frame_boundary(arena.data + at, arena.size - at, limit);
            size_t first = ends[frame];
            while (frame < 200 && ends[frame] < at + step)
                frame++;
            assert_int_equal(ends[frame++], at + step);
            assert_true(step <= limit || at + step == first);
            assert_true(at + step == arena.size || ends[frame] - at > limit);
            at += step;
        }
    }
    arena_finish(&arena);
}

static void a_text_frame_is_header_and_text(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES - 1; i++) {
        struct arena arena = {.size = 0};
        struct span span;
        char *text = malloc(cases[i].size + 1);
        assert_non_null(text);
        for (size_t n = 0; n < cases[i].size; n++)
            text[n] = (char)(n * 7);
        assert_int_equal(arena_text(&arena, sentio_bytes(text, cases[i].size), &span), 0);
        assert_int_equal(span.start, 0);
        assert_int_equal(span.end, cases[i].header_size + cases[i].size);
        assert_int_equal(arena.size, span.end);
        assert_memory_equal(arena.data, cases[i].header, cases[i].header_size);
        assert_memory_equal(arena.data + cases[i].header_size, text, cases[i].size);
        free(text);
        arena_finish(&arena);
        assert_null(arena.data);
    }
}

static void spans_follow_each_other_and_stay_good_while_the_arena_grows(void **state) {
    (void)state;
    struct arena arena = {.size = 0};
    struct span spans[3000];
    for (int i = 0; i < 3000; i++) {
        char text[100];
        memset(text, i & 0x7f, sizeof(text));
        assert_int_equal(arena_text(&arena, sentio_bytes(text, sizeof(text)), &spans[i]), 0);
    }
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(spans[i].start, i * 102);
        assert_int_equal(spans[i].end, (i + 1) * 102);
        assert_int_equal(arena.data[spans[i].start + 2], i & 0x7f);
        assert_int_equal(arena.data[spans[i].end - 1], i & 0x7f);
    }
    arena_finish(&arena);
}

static void an_arena_is_smaller_than_4_gib(void **state) {
    (void)state;
    struct arena arena = {.size = UINT32_MAX - 10, .capacity = UINT32_MAX - 10};
    struct span span;
    char *payload;
    assert_int_equal(arena_frame(&arena, FRAME_TEXT, 1, &span, &payload), SENTIO_NO_MEMORY);
    assert_int_equal(arena.size, UINT32_MAX - 10);
}

static void assert_close(uint16_t code, const char *reason, const char *expected) {
    struct arena arena = {.size = 0};
    struct span span;
    size_t size = strlen(expected);
    assert_int_equal(arena_close(&arena, code, sentio_text(reason), &span), 0);
    assert_int_equal(span.end - span.start, 4 + size);
    const uint8_t head[] = {0x88, (uint8_t)(2 + size), (uint8_t)(code >> 8), (uint8_t)code};
    assert_memory_equal(arena.data, head, 4);
    assert_memory_equal(arena.data + 4, expected, size);
    arena_finish(&arena);
}

static void a_close_frame_is_code_and_reason(void **state) {
    (void)state;
    assert_close(1008, "user_id required", "user_id required");
    assert_close(4101, "", "");
    assert_close(1001, NULL, "");
}

static void a_reason_is_cut_to_123_bytes_between_characters(void **state) {
    (void)state;
    char reason[131] = "";
    char expected[131] = "";
    memset(reason, 'r', 123);
    assert_close(1008, reason, reason);
    memcpy(expected, reason, 123);
    reason[123] = 'r';
    assert_close(1008, reason, expected);
    memcpy(reason + 122, "\xc3\xa4", 3);
    expected[122] = '\0';
    assert_close(1008, reason, expected);
    memcpy(reason + 120, "\xf0\x9f\x98\x80", 5);
    expected[120] = '\0';
    assert_close(1008, reason, expected);
    memcpy(reason + 119, "\xf0\x9f\x98\x80x", 6);
    memcpy(expected + 119, "\xf0\x9f\x98\x80", 5);
    assert_close(1008, reason, expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_those_of_rfc_6455),
        cmocka_unit_test(the_opcode_is_in_the_first_byte),
        cmocka_unit_test(length_is_that_of_header_and_payload),
        cmocka_unit_test(a_header_that_is_not_complete_has_no_length),
        cmocka_unit_test(the_boundary_is_behind_the_last_frame_that_fits),
        cmocka_unit_test(a_first_frame_over_the_limit_is_taken_alone),
        cmocka_unit_test(no_bytes_have_no_boundary),
        cmocka_unit_test(going_from_boundary_to_boundary_meets_every_frame),
        cmocka_unit_test(a_text_frame_is_header_and_text),
        cmocka_unit_test(spans_follow_each_other_and_stay_good_while_the_arena_grows),
        cmocka_unit_test(an_arena_is_smaller_than_4_gib),
        cmocka_unit_test(a_close_frame_is_code_and_reason),
        cmocka_unit_test(a_reason_is_cut_to_123_bytes_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
