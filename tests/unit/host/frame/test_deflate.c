/* SPDX-License-Identifier: MIT */
#include "frame/deflate.h"

#include "stream_fixture.h"

enum { LIMIT = 4096, TEXT_MOST = 70000 };

struct fixture {
    struct deflater deflater;
    struct inflater inflater;
    struct arena arena;
    uint64_t chance;
    char text[TEXT_MOST];
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    assert_int_equal(deflater_init(&fixture->deflater, 3), 0);
    assert_int_equal(inflater_init(&fixture->inflater), 0);
    fixture->chance = 7692;
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    deflater_finish(&fixture->deflater);
    inflater_finish(&fixture->inflater);
    arena_finish(&fixture->arena);
    free(fixture);
    return 0;
}

static uint32_t draw(struct fixture *fixture, uint32_t below) {
    fixture->chance = fixture->chance * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(fixture->chance >> 33) % below;
}

/* Quotes, as many as fit, cut at `size`. */
static struct sentio_bytes quotes(struct fixture *fixture, size_t size) {
    size_t at = 0;
    assert_true(size <= sizeof(fixture->text));
    while (at < size) {
        char item[128];
        int length =
            snprintf(item, sizeof(item),
                     "{\"symbol\":\"S%u\",\"price\":%u.%02u,\"volume\":%u,\"change\":-0.%u},",
                     draw(fixture, 500), draw(fixture, 1000), draw(fixture, 100),
                     draw(fixture, 90000000), draw(fixture, 100));
        size_t part = (size_t)length < size - at ? (size_t)length : size - at;
        memcpy(fixture->text + at, item, part);
        at += part;
    }
    return sentio_bytes(fixture->text, size);
}

static struct sentio_bytes noise(struct fixture *fixture, size_t size) {
    assert_true(size <= sizeof(fixture->text));
    for (size_t i = 0; i < size; i++)
        fixture->text[i] = (char)draw(fixture, 256);
    return sentio_bytes(fixture->text, size);
}

/* What a frame in the arena carries; it has FIN, RSV1 and the opcode of text. */
static struct sentio_bytes payload(const struct fixture *fixture, struct span span) {
    const uint8_t *frame = fixture->arena.data + span.start;
    size_t length = span.end - span.start;
    size_t head = (frame[1] & 0x7f) < 126 ? 2 : (frame[1] & 0x7f) == 126 ? 4 : 10;
    assert_int_equal(frame[0], 0xc1);
    assert_int_equal(frame_length(frame, length), length);
    return sentio_bytes((const char *)frame + head, length - head);
}

static void assert_inflates(struct fixture *fixture, struct sentio_bytes packed, const char *data,
                            size_t size) {
    struct sentio_bytes text;
    assert_int_equal(inflater_message(&fixture->inflater, packed, TEXT_MOST, &text), 0);
    assert_int_equal(text.size, size);
    if (size)
        assert_memory_equal(text.data, data, size);
}

static int inflate_limited(struct fixture *fixture, const void *data, size_t size, size_t limit) {
    struct sentio_bytes text;
    return inflater_message(&fixture->inflater, sentio_bytes(data, size), limit, &text);
}

struct example {
    size_t size;
    uint8_t data[16];
    const char *text;
};

/* RFC 7692 sections 7.2.3.1 and 7.2.3.3 to 7.2.3.6. */
static const struct example examples[] = {
    {7, {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}, "Hello"},
    {11, {0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}, "Hello"},
    {8, {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}, "Hello"},
    {13, {0xf2, 0x48, 0x05, 0, 0, 0, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}, "Hello"},
    {1, {0x00}, ""},
};

static void the_examples_of_rfc_7692_are_inflated(void **state) {
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
        assert_inflates(*state, sentio_bytes((const char *)examples[i].data, examples[i].size),
                        examples[i].text, strlen(examples[i].text));
}

/* Section 7.2.3.2: the second message refers to the first. */
static void a_message_that_needs_the_one_before_is_corrupt(void **state) {
    static const uint8_t second[] = {0xf2, 0x00, 0x11, 0x00, 0x00};
    assert_inflates(*state, sentio_bytes((const char *)examples[0].data, 7), "Hello", 5);
    assert_int_equal(inflate_limited(*state, second, sizeof(second), LIMIT), SENTIO_INVALID);
    assert_inflates(*state, sentio_bytes((const char *)examples[0].data, 7), "Hello", 5);
}

static void the_bytes_of_a_compressed_frame_are_known(void **state) {
    static const uint8_t frame[] = {0xc1, 0x06, 0x4a, 0x4c, 0x24, 0x1f, 0x00, 0x00};
    struct fixture *fixture = *state;
    struct span span;
    memset(fixture->text, 'a', 60);
    assert_int_equal(
        deflater_frame(&fixture->deflater, &fixture->arena, sentio_bytes(fixture->text, 60), &span),
        0);
    assert_int_equal(span.end - span.start, sizeof(frame));
    assert_memory_equal(fixture->arena.data + span.start, frame, sizeof(frame));
}

static void every_level_gives_the_text_back(void **state) {
    static const size_t sizes[] = {200, 1000, 5000, 65536, TEXT_MOST};
    struct fixture *fixture = *state;
    for (int level = 1; level <= 9; level++) {
        deflater_finish(&fixture->deflater);
        assert_int_equal(deflater_init(&fixture->deflater, level), 0);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            struct span span;
            struct sentio_bytes text = quotes(fixture, sizes[i]);
            assert_int_equal(deflater_frame(&fixture->deflater, &fixture->arena, text, &span), 0);
            assert_true(span.end - span.start < sizes[i] * 7 / 8);
            assert_inflates(fixture, payload(fixture, span), text.data, text.size);
        }
    }
}

/* One after the other in the arena, each where the one before ends. */
static void texts_of_random_sizes_are_given_back(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 500; i++) {
        struct span span;
        size_t before = fixture->arena.size;
        size_t size = draw(fixture, i % 50 == 0 ? TEXT_MOST : 3000);
        struct sentio_bytes text = quotes(fixture, size);
        int result = deflater_frame(&fixture->deflater, &fixture->arena, text, &span);
        if (result == SENTIO_TOO_BIG) {
            assert_true(size < 300);
            assert_int_equal(fixture->arena.size, before);
            continue;
        }
        assert_int_equal(result, 0);
        assert_int_equal(span.start, before);
        assert_int_equal(span.end, fixture->arena.size);
        assert_inflates(fixture, payload(fixture, span), text.data, text.size);
    }
}

static void what_would_be_no_smaller_is_left_alone(void **state) {
    struct fixture *fixture = *state;
    struct span span;
    static const char *const texts[] = {"", "{", "{}", "{\"type\":\"pong\"}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(
            deflater_frame(&fixture->deflater, &fixture->arena, sentio_text(texts[i]), &span),
            SENTIO_TOO_BIG);
    for (size_t size = 1; size < 20000; size += 997)
        assert_int_equal(
            deflater_frame(&fixture->deflater, &fixture->arena, noise(fixture, size), &span),
            SENTIO_TOO_BIG);
    assert_int_equal(fixture->arena.size, 0);
    struct sentio_bytes text = quotes(fixture, 1000);
    assert_int_equal(deflater_frame(&fixture->deflater, &fixture->arena, text, &span), 0);
    assert_inflates(fixture, payload(fixture, span), text.data, text.size);
}

/* Compresses `size` equal bytes, be they more than fit into the fixture. */
static size_t make_bomb(uint8_t *out, size_t room, size_t size) {
    z_stream stream = {.next_out = out, .avail_out = (uInt)room};
    uint8_t zeros[4096] = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, 0), Z_OK);
    for (; size > 0; size -= sizeof(zeros)) {
        stream.next_in = zeros;
        stream.avail_in = sizeof(zeros);
        int flush = size > sizeof(zeros) ? Z_NO_FLUSH : Z_SYNC_FLUSH;
        assert_int_equal(deflate(&stream, flush), Z_OK);
    }
    size_t made = stream.total_out - 4;
    deflateEnd(&stream);
    return made;
}

static void a_bomb_is_refused_at_the_limit_with_bounded_memory(void **state) {
    struct fixture *fixture = *state;
    static uint8_t bomb[65536];
    size_t size = make_bomb(bomb, sizeof(bomb), 16 << 20);
    for (size_t limit = 256; limit <= 1 << 20; limit *= 4) {
        assert_int_equal(inflate_limited(fixture, bomb, size, limit), SENTIO_TOO_BIG);
        assert_true(fixture->inflater.capacity <= limit + 1);
    }
    assert_inflates(fixture, sentio_bytes((const char *)examples[0].data, 7), "Hello", 5);
    assert_true(fixture->inflater.capacity <= 128 * 1024);
}

static void the_limit_is_exact(void **state) {
    struct fixture *fixture = *state;
    struct span span;
    for (size_t size = 300; size < 70000; size = size * 2 + 1) {
        struct sentio_bytes text = quotes(fixture, size);
        fixture->arena.size = 0;
        assert_int_equal(deflater_frame(&fixture->deflater, &fixture->arena, text, &span), 0);
        struct sentio_bytes packed = payload(fixture, span);
        assert_int_equal(inflate_limited(fixture, packed.data, packed.size, size), 0);
        assert_int_equal(inflate_limited(fixture, packed.data, packed.size, size - 1),
                         SENTIO_TOO_BIG);
    }
}

static void a_message_cut_short_is_corrupt(void **state) {
    struct fixture *fixture = *state;
    struct span span;
    struct sentio_bytes text = quotes(fixture, 2000);
    assert_int_equal(deflater_frame(&fixture->deflater, &fixture->arena, text, &span), 0);
    struct sentio_bytes packed = payload(fixture, span);
    for (size_t size = 0; size < packed.size; size++)
        assert_int_equal(inflate_limited(fixture, packed.data, size, LIMIT), SENTIO_INVALID);
    assert_inflates(fixture, packed, text.data, text.size);
}

static void what_is_not_deflate_is_corrupt(void **state) {
    static const struct example broken[] = {
        {1, {0x06}, "a reserved block type"},
        {5, {0x00, 0x05, 0x00, 0x00, 0x00}, "a stored block whose length and complement differ"},
        {4, {0x04, 0xff, 0xff, 0xff}, "too many lengths"},
        {3, {0x02, 0x01, 0x00}, "a distance that goes back too far"},
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        assert_int_equal(inflate_limited(*state, broken[i].data, broken[i].size, LIMIT),
                         SENTIO_INVALID);
}

/* Whatever it is, it ends with one of the results, and the next message is as good as ever. */
static void random_bytes_do_no_harm(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 5000; i++) {
        struct sentio_bytes packed = noise(fixture, draw(fixture, 400));
        int result = inflate_limited(fixture, packed.data, packed.size, LIMIT);
        assert_true(result == 0 || result == SENTIO_INVALID || result == SENTIO_TOO_BIG);
    }
    assert_inflates(fixture, sentio_bytes((const char *)examples[0].data, 7), "Hello", 5);
}

/* RFC 1951 section 3.2.3: each final block ends a stream of its own. */
static void further_streams_after_a_final_block_are_part_of_the_text(void **state) {
    static const uint8_t twice[] = {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00,
                                    0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00};
    static const uint8_t mixed[] = {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00,
                                    0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00};
    assert_inflates(*state, sentio_bytes((const char *)twice, 7), "Hello", 5);
    assert_inflates(*state, sentio_bytes((const char *)twice, sizeof(twice)), "HelloHello", 10);
    assert_inflates(*state, sentio_bytes((const char *)mixed, sizeof(mixed)), "HelloHello", 10);
}

static void many_empty_blocks_are_an_empty_text(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 50000; i += 5)
        memcpy(fixture->text + i, "\0\0\0\xff\xff", 5);
    fixture->text[50000] = '\0';
    assert_inflates(fixture, sentio_bytes(fixture->text, 50001), "", 0);
}

static void *no_room(void *context, unsigned count, unsigned size) {
    (void)context;
    (void)count;
    (void)size;
    return NULL;
}

/* The window is the one thing that zlib allocates while it inflates. */
static void being_out_of_memory_is_told_from_being_corrupt(void **state) {
    struct fixture *fixture = *state;
    fixture->inflater.stream.zalloc = no_room;
    assert_int_equal(inflate_limited(fixture, examples[0].data, 7, LIMIT), SENTIO_NO_MEMORY);
}

static void those_never_begun_may_be_finished(void **state) {
    struct deflater deflater = {.stream = {.next_in = NULL}};
    struct inflater inflater = {.text = NULL};
    (void)state;
    deflater_finish(&deflater);
    inflater_finish(&inflater);
    assert_null(inflater.text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_examples_of_rfc_7692_are_inflated),
        TEST(a_message_that_needs_the_one_before_is_corrupt),
        TEST(the_bytes_of_a_compressed_frame_are_known),
        TEST(every_level_gives_the_text_back),
        TEST(texts_of_random_sizes_are_given_back),
        TEST(what_would_be_no_smaller_is_left_alone),
        TEST(a_bomb_is_refused_at_the_limit_with_bounded_memory),
        TEST(the_limit_is_exact),
        TEST(a_message_cut_short_is_corrupt),
        TEST(what_is_not_deflate_is_corrupt),
        TEST(random_bytes_do_no_harm),
        TEST(further_streams_after_a_final_block_are_part_of_the_text),
        TEST(many_empty_blocks_are_an_empty_text),
        TEST(being_out_of_memory_is_told_from_being_corrupt),
        cmocka_unit_test(those_never_begun_may_be_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
