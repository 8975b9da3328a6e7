/* SPDX-License-Identifier: MIT */
#include "frame/envelope.h"

#include "stream_fixture.h"

#define TIMESTAMP "\"timestamp\":\"2024-10-05T10:30:00.000Z\""

struct fixture {
    struct topic_table topics;
    struct stream *stream;
    struct arena arena;
    struct item *items[3];
    struct sentio_writer out;
};

static int setup_shape(void **state, enum sentio_shape shape) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    topic_table_init(&fixture->topics, 1);
    fixture->stream = fixture_stream(shape);
    fixture->items[0] = fixture_plain_item(&fixture->topics, "A", "{\"a\": 1}", 1);
    fixture->items[1] = fixture_plain_item(&fixture->topics, "B", "{\"b\":\"\\u00e4\xc3\xa4\"}", 2);
    fixture->items[2] = fixture_plain_item(&fixture->topics, "C", "3.10", 3);
    sentio_writer_init(&fixture->out, NULL, 0);
    return 0;
}

static int setup_array(void **state) {
    return setup_shape(state, SENTIO_ARRAY);
}

static int setup_object(void **state) {
    return setup_shape(state, SENTIO_OBJECT);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 3; i++)
        item_unref(fixture->items[i]);
    sentio_writer_finish(&fixture->out);
    arena_finish(&fixture->arena);
    topic_table_finish(&fixture->topics);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

static struct envelope envelope_of(const struct fixture *fixture) {
    return (struct envelope){.stream = fixture->stream,
                             .type = sentio_text("update"),
                             .offset = 12,
                             .time = FIXTURE_TIME};
}

static void assert_frame_after(struct fixture *fixture, const struct envelope *envelope,
                               uint64_t prev, size_t count, const char *expected) {
    struct span span;
    uint8_t header[FRAME_HEADER_MAX];
    size_t size = strlen(expected);
    size_t header_size = frame_header(header, FRAME_TEXT, size);
    size_t before = fixture->arena.size;
    assert_int_equal(envelope_frame(&fixture->arena, envelope, prev, fixture->items, count, &span),
                     0);
    assert_int_equal(span.start, before);
    assert_int_equal(span.end, fixture->arena.size);
    const uint8_t *frame = fixture->arena.data + span.start;
    assert_text(
        sentio_bytes((const char *)frame + header_size, span.end - span.start - header_size),
        expected);
    assert_memory_equal(frame, header, header_size);
}

static void assert_frame(struct fixture *fixture, const struct envelope *envelope, size_t count,
                         const char *expected) {
    assert_frame_after(fixture, envelope, 9, count, expected);
}

static void an_array_joins_the_items_texts_as_they_are(void **state) {
    struct fixture *fixture = *state;
    struct envelope envelope = envelope_of(fixture);
    assert_frame(
        fixture, &envelope, 3,
        "{\"type\":\"update\",\"data\":[{\"a\": 1},{\"b\":\"\\u00e4\xc3\xa4\"},3.10]," TIMESTAMP
        ",\"offset\":12,\"prev\":9,\"epoch\":\"" FIXTURE_EPOCH "\"}");
    assert_frame(fixture, &envelope, 1,
                 "{\"type\":\"update\",\"data\":[{\"a\": 1}]," TIMESTAMP
                 ",\"offset\":12,\"prev\":9,\"epoch\":\"" FIXTURE_EPOCH "\"}");
    assert_frame(fixture, &envelope, 0,
                 "{\"type\":\"update\",\"data\":[]," TIMESTAMP
                 ",\"offset\":12,\"prev\":9,\"epoch\":\"" FIXTURE_EPOCH "\"}");
}

static void an_object_is_the_item_itself(void **state) {
    struct fixture *fixture = *state;
    struct envelope envelope = envelope_of(fixture);
    assert_frame(fixture, &envelope, 1,
                 "{\"type\":\"update\",\"data\":{\"a\": 1}," TIMESTAMP
                 ",\"offset\":12,\"prev\":9,\"epoch\":\"" FIXTURE_EPOCH "\"}");
}

static void channel_snapshot_and_conflated_are_said_when_they_are_so(void **state) {
    struct fixture *fixture = *state;
    struct envelope envelope = envelope_of(fixture);
    envelope.named = true;
    envelope.snapshot = true;
    envelope.conflated = 4;
    envelope.offset = UINT64_MAX;
    assert_frame_after(
        fixture, &envelope, 0, 1,
        "{\"type\":\"update\",\"channel\":\"prices\",\"data\":[{\"a\": 1}]," TIMESTAMP
        ",\"offset\":18446744073709551615,\"prev\":0,\"epoch\":\"" FIXTURE_EPOCH
        "\",\"snapshot\":true,\"conflated\":4}");
}

static void a_type_is_escaped(void **state) {
    struct fixture *fixture = *state;
    struct envelope envelope = envelope_of(fixture);
    envelope.type = sentio_text("a\"b");
    assert_frame(fixture, &envelope, 0,
                 "{\"type\":\"a\\\"b\",\"data\":[]," TIMESTAMP
                 ",\"offset\":12,\"prev\":9,\"epoch\":\"" FIXTURE_EPOCH "\"}");
}

/* The payload's length on both sides of the header's two changes of form. */
static void a_frame_is_whole_at_every_length_of_the_header(void **state) {
    struct fixture *fixture = *state;
    struct envelope envelope = envelope_of(fixture);
    struct span span;
    assert_int_equal(envelope_frame(&fixture->arena, &envelope, 9, fixture->items, 0, &span), 0);
    size_t around = span.end - span.start - 2;
    static const size_t sizes[] = {125, 126, 65535, 65536};
    assert_true(around < 125);
    for (size_t i = 0; i < 4; i++) {
        size_t size = sizes[i] - around;
        char *json = malloc(size + 1);
        assert_non_null(json);
        memset(json, '7', size);
        json[size] = '\0';
        struct item *item = fixture_plain_item(&fixture->topics, "A", json, 1);
        assert_int_equal(envelope_frame(&fixture->arena, &envelope, 9, &item, 1, &span), 0);
        const uint8_t *frame = fixture->arena.data + span.start;
        uint8_t header[FRAME_HEADER_MAX];
        size_t header_size = frame_header(header, FRAME_TEXT, sizes[i]);
        assert_int_equal(span.end - span.start, header_size + sizes[i]);
        assert_memory_equal(frame, header, header_size);
        assert_memory_equal(frame + header_size + strlen("{\"type\":\"update\",\"data\":["), json,
                            size);
        assert_int_equal(frame[header_size + sizes[i] - 1], '}');
        item_unref(item);
        free(json);
    }
}

static void a_frame_for_which_there_is_no_room_is_not_begun(void **state) {
    struct fixture *fixture = *state;
    struct envelope envelope = envelope_of(fixture);
    struct span span;
    fixture->arena.size = UINT32_MAX - 20;
    assert_int_equal(envelope_frame(&fixture->arena, &envelope, 9, fixture->items, 1, &span),
                     SENTIO_NO_MEMORY);
    assert_true(fixture->arena.size == UINT32_MAX - 20);
}

static void an_error_has_message_and_code(void **state) {
    struct fixture *fixture = *state;
    envelope_error(&fixture->out, FIXTURE_TIME, NULL, sentio_text(""), sentio_text("invalid_json"),
                   sentio_text("a \"b\""));
    assert_text(
        sentio_written(&fixture->out),
        "{\"type\":\"error\",\"message\":\"a \\\"b\\\"\",\"code\":\"invalid_json\"," TIMESTAMP "}");
}

static void an_error_names_channel_and_id_when_there_are_such(void **state) {
    struct fixture *fixture = *state;
    envelope_error(&fixture->out, FIXTURE_TIME, "prices", sentio_text("\"x-1\""), sentio_text("c"),
                   sentio_text("m"));
    assert_text(sentio_written(&fixture->out),
                "{\"type\":\"error\",\"channel\":\"prices\",\"id\":\"x-1\",\"message\":\"m\","
                "\"code\":\"c\"," TIMESTAMP "}");
}

static void a_pong_has_the_id_of_its_ping(void **state) {
    struct fixture *fixture = *state;
    envelope_pong(&fixture->out, FIXTURE_TIME, sentio_text(""));
    envelope_pong(&fixture->out, FIXTURE_TIME, sentio_text("7"));
    assert_text(sentio_written(&fixture->out), "{\"type\":\"pong\"," TIMESTAMP "}"
                                               "{\"type\":\"pong\",\"id\":7," TIMESTAMP "}");
}

static void a_plugins_message_has_its_data_as_it_is(void **state) {
    struct fixture *fixture = *state;
    envelope_message(&fixture->out, FIXTURE_TIME, NULL, sentio_text("note"), sentio_text("[1, 2]"));
    envelope_message(&fixture->out, FIXTURE_TIME, "prices", sentio_text("n\n"), sentio_text("{}"));
    assert_text(sentio_written(&fixture->out),
                "{\"type\":\"note\",\"data\":[1, 2]," TIMESTAMP "}"
                "{\"type\":\"n\\n\",\"channel\":\"prices\",\"data\":{}," TIMESTAMP "}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_array, teardown)
        TEST(an_array_joins_the_items_texts_as_they_are),
        cmocka_unit_test_setup_teardown(an_object_is_the_item_itself, setup_object, teardown),
        TEST(channel_snapshot_and_conflated_are_said_when_they_are_so),
        TEST(a_type_is_escaped),
        TEST(a_frame_is_whole_at_every_length_of_the_header),
        TEST(a_frame_for_which_there_is_no_room_is_not_begun),
        TEST(an_error_has_message_and_code),
        TEST(an_error_names_channel_and_id_when_there_are_such),
        TEST(a_pong_has_the_id_of_its_ping),
        TEST(a_plugins_message_has_its_data_as_it_is),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
