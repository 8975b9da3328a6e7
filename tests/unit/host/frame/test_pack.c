/* SPDX-License-Identifier: MIT */
#include "frame/pack.h"

#include "stream_fixture.h"

enum { MIN = 256, FRAMES = 6 };

struct fixture {
    struct packer packer;
    struct inflater inflater;
    struct arena plain;
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    assert_int_equal(packer_init(&fixture->packer, 3, MIN), 0);
    assert_int_equal(inflater_init(&fixture->inflater), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    packer_finish(&fixture->packer);
    inflater_finish(&fixture->inflater);
    arena_finish(&fixture->plain);
    free(fixture);
    return 0;
}

/* A text that compresses well, or one that does not at all. */
static void fill(char *text, size_t size, bool noise) {
    uint64_t random = size + 1;
    for (size_t i = 0; i < size; i++)
        text[i] = noise ? (char)fixture_random(&random, 256) : (char)('a' + i % 16);
}

/* The frame's text; `packed`: whether it is to be compressed. */
static void assert_carries(struct fixture *fixture, const uint8_t *frame, size_t length,
                           bool packed, const char *text, size_t size) {
    struct sentio_bytes payload = frame_payload(frame, length);
    assert_int_equal(frame[0], packed ? 0xc1 : 0x81);
    if (packed)
        assert_int_equal(inflater_message(&fixture->inflater, payload, 1 << 20, &payload), 0);
    assert_int_equal(payload.size, size);
    if (size)
        assert_memory_equal(payload.data, text, size);
}

static void texts_from_the_minimum_on_are_compressed(void **state) {
    static const size_t sizes[] = {0, 1, MIN - 1, MIN, MIN + 1, 5000, 70000};
    struct fixture *fixture = *state;
    static char text[70000];
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct span span;
        fill(text, sizes[i], false);
        assert_int_equal(pack_text(&fixture->packer, &fixture->packer.arena,
                                   sentio_bytes(text, sizes[i]), &span),
                         0);
        assert_ptr_equal(span.arena, &fixture->packer.arena);
        assert_carries(fixture, span_data(span), span_size(span), sizes[i] >= MIN, text, sizes[i]);
    }
}

static void texts_that_do_not_get_smaller_are_sent_as_they_are(void **state) {
    struct fixture *fixture = *state;
    char text[2000];
    struct span span;
    fill(text, sizeof(text), true);
    assert_int_equal(pack_text(&fixture->packer, &fixture->packer.arena,
                               sentio_bytes(text, sizeof(text)), &span),
                     0);
    assert_carries(fixture, span_data(span), span_size(span), false, text, sizeof(text));
}

/* Small, large and incompressible frames, one behind the other as they were. */
static void the_frames_of_a_span_stay_in_order_and_together(void **state) {
    static const size_t sizes[FRAMES] = {10, 4000, MIN, 0, 1000, 70000};
    struct fixture *fixture = *state;
    static char texts[FRAMES][70000];
    struct span span;
    struct span all = {.arena = &fixture->plain};
    assert_int_equal(
        pack_text(&fixture->packer, &fixture->packer.arena, sentio_text("before"), &span), 0);
    size_t before = fixture->packer.arena.size;
    for (int i = 0; i < FRAMES; i++) {
        fill(texts[i], sizes[i], i == 4);
        assert_int_equal(arena_text(&fixture->plain, sentio_bytes(texts[i], sizes[i]), &span), 0);
        all.end = span.end;
    }
    struct span packed = pack_span(&fixture->packer, all);
    assert_ptr_equal(packed.arena, &fixture->packer.arena);
    assert_int_equal(packed.start, before);
    assert_int_equal(packed.end, fixture->packer.arena.size);
    size_t at = 0;
    for (int i = 0; i < FRAMES; i++) {
        const uint8_t *frame = span_data(packed) + at;
        size_t length = frame_length(frame, span_size(packed) - at);
        assert_carries(fixture, frame, length, sizes[i] >= MIN && i != 4, texts[i], sizes[i]);
        at += length;
    }
    assert_int_equal(at, span_size(packed));
}

static void one_that_was_never_begun_may_be_finished(void **state) {
    struct packer packer = {.min = 0};
    (void)state;
    packer_finish(&packer);
    assert_null(packer.arena.data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(texts_from_the_minimum_on_are_compressed),
        TEST(texts_that_do_not_get_smaller_are_sent_as_they_are),
        TEST(the_frames_of_a_span_stay_in_order_and_together),
        cmocka_unit_test(one_that_was_never_begun_may_be_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
