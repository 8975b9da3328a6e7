/* SPDX-License-Identifier: MIT */
#include "frame/event.h"

#include <stdio.h>

#include "stream_fixture.h"

static int setup(void **state) {
    *state = calloc(1, sizeof(struct arena));
    assert_non_null(*state);
    return 0;
}

static int teardown(void **state) {
    arena_finish(*state);
    free(*state);
    return 0;
}

static void assert_span(struct span span, const char *expected) {
    size_t size = strlen(expected);
    if (span_size(span) != size || memcmp(span_data(span), expected, size) != 0) {
        print_error("%.*s\n", (int)span_size(span), (const char *)span_data(span));
        fail();
    }
}

static void assert_event(struct arena *arena, const char *text, struct event_places *places,
                         const char *expected) {
    struct span span;
    assert_int_equal(event_text(arena, sentio_text(text), places, &span), 0);
    assert_span(span, expected);
    assert_int_equal(arena->size, span.end);
}

static void a_message_is_an_event_of_its_type_and_position(void **state) {
    assert_event(*state,
                 "{\"type\":\"update\",\"data\":[{\"offset\":1,\"epoch\":\"no\"}],\"offset\":12,"
                 "\"prev\":9,\"epoch\":\"00ab\"}",
                 NULL,
                 "event: update\nid: 00ab:12\n"
                 "data: {\"type\":\"update\",\"data\":[{\"offset\":1,\"epoch\":\"no\"}],"
                 "\"offset\":12,\"prev\":9,\"epoch\":\"00ab\"}\n\n");
}

static void what_has_no_position_has_no_id(void **state) {
    static const char *const texts[] = {
        "{\"type\":\"t\",\"message\":\"no\"}",
        "{\"type\":\"t\",\"offset\":1}",
        "{\"type\":\"t\",\"epoch\":\"00ab\"}",
        "{\"type\":\"t\",\"offset\":1,\"epoch\":\"00112233445566778\"}",
        "{\"type\":\"t\",\"data\":{\"offset\":1,\"epoch\":\"00ab\"}}",
        "{\"type\":\"t\",\"offset\":1,\"epoch\":\"00ab\",\"snapshot\":true}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char expected[256];
        snprintf(expected, sizeof(expected), "event: t\ndata: %s\n\n", texts[i]);
        assert_event(*state, texts[i], NULL, expected);
    }
    /* It comes before what is replayed. */
    assert_event(*state, "{\"type\":\"ok\",\"offset\":1,\"epoch\":\"00ab\"}", NULL,
                 "event: ok\ndata: {\"type\":\"ok\",\"offset\":1,\"epoch\":\"00ab\"}\n\n");
}

static void each_line_of_a_text_is_a_data_line(void **state) {
    assert_event(*state, "{\"type\":\"t\",\n\r\n \r\"a\":1\n\n}", NULL,
                 "event: t\ndata: {\"type\":\"t\",\ndata: \ndata:  \ndata: \"a\":1\ndata: \ndata: }"
                 "\n\n");
    assert_event(*state, "{\n}\n", NULL, "data: {\ndata: }\ndata: \n\n");
}

static void many_line_ends_have_room(void **state) {
    enum { LINES = 70000 };
    char *text = malloc(LINES + 1);
    struct span span;
    assert_non_null(text);
    memset(text, '\n', LINES);
    text[0] = '{';
    text[LINES - 1] = '}';
    assert_int_equal(event_text(*state, sentio_bytes(text, LINES), NULL, &span), 0);
    assert_int_equal(span_size(span), (LINES - 1) * (sizeof("data: \n") - 1) + 3);
    assert_int_equal(event_length(span_data(span), span_size(span)), span_size(span));
    free(text);
}

static void a_type_that_fits_no_line_is_left_out(void **state) {
    assert_event(*state, "{\"type\":\"a\\u0062\"}", NULL,
                 "event: ab\ndata: {\"type\":\"a\\u0062\"}\n\n");
    assert_event(*state, "{\"type\":\"a\\nb\"}", NULL, "data: {\"type\":\"a\\nb\"}\n\n");
    assert_event(*state, "{\"type\":7}", NULL, "data: {\"type\":7}\n\n");
}

static void a_reader_of_several_channels_has_all_its_places_in_each_id(void **state) {
    struct event_place items[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
    struct event_places places = {3, items};
    static const char first[] = "{\"type\":\"t\",\"channel\":\"b\",\"offset\":3,\"epoch\":\"0b\"}";
    static const char second[] = "{\"type\":\"t\",\"channel\":\"a\",\"offset\":7,\"epoch\":\"0a\"}";
    static const char other[] = "{\"type\":\"t\",\"channel\":\"x\",\"offset\":7,\"epoch\":\"0a\"}";
    char expected[256];
    snprintf(expected, sizeof(expected), "event: t\nid: b=0b:3\ndata: %s\n\n", first);
    assert_event(*state, first, &places, expected);
    snprintf(expected, sizeof(expected), "event: t\nid: a=0a:7,b=0b:3\ndata: %s\n\n", second);
    assert_event(*state, second, &places, expected);
    snprintf(expected, sizeof(expected), "event: t\ndata: %s\n\n", other);
    assert_event(*state, other, &places, expected);
    assert_false(items[2].known);
}

static void the_longest_places_have_room(void **state) {
    enum { COUNT = 16 };
    static const char name[] = "a-channel-with-the-longest-name-";
    struct event_place items[COUNT];
    struct event_places places = {COUNT, items};
    char text[256];
    char *expected = calloc(1, 4096);
    struct span span;
    assert_non_null(expected);
    for (size_t i = 0; i < COUNT; i++)
        items[i] = (struct event_place){
            .name = name, .known = true, .offset = UINT64_MAX, .epoch = "0123456789abcdef"};
    snprintf(text, sizeof(text),
             "{\"channel\":\"%s\",\"offset\":9007199254740992,\"epoch\":\"fedcba9876543210\"}",
             name);
    memcpy(expected, "id: ", 5);
    for (size_t i = 0; i < COUNT; i++)
        snprintf(expected + strlen(expected), 4096 - strlen(expected), "%s%s=%s:%llu", i ? "," : "",
                 name, i ? "0123456789abcdef" : "fedcba9876543210",
                 i ? (unsigned long long)UINT64_MAX : 9007199254740992ull);
    snprintf(expected + strlen(expected), 4096 - strlen(expected), "\ndata: %s\n\n", text);
    assert_int_equal(event_text(*state, sentio_text(text), &places, &span), 0);
    assert_span(span, expected);
    free(expected);
}

static void add_frame(struct arena *arena, int opcode, const char *payload, size_t size,
                      struct span *all) {
    struct span span;
    char *at;
    assert_int_equal(arena_frame(arena, (enum frame_opcode)opcode, size, &span, &at), 0);
    memcpy(at, payload, size);
    *all = all->arena ? (struct span){arena, all->start, span.end} : span;
}

static void frames_become_events_in_their_order(void **state) {
    static const char text[] = "{\"type\":\"t\"}";
    static const char position[] = "{\"channel\":\"a\",\"offset\":5,\"epoch\":\"0a\"}";
    struct arena frames = {0};
    struct span all = {0};
    struct span span;
    add_frame(&frames, FRAME_TEXT, text, sizeof(text) - 1, &all);
    add_frame(&frames, FRAME_POSITION, position, sizeof(position) - 1, &all);
    add_frame(&frames, FRAME_PING, "?", 1, &all);
    add_frame(&frames, FRAME_CLOSE, "\x10\x05too \"slow\"", 12, &all);
    add_frame(&frames, FRAME_CLOSE, "\x03\xf0no", 4, &all);
    assert_int_equal(event_frames(*state, all, NULL, &span), 0);
    assert_span(span, "event: t\ndata: {\"type\":\"t\"}\n\n"
                      "id: 0a:5\n\n"
                      ": ping\n\n"
                      "event: close\ndata: {\"type\":\"close\",\"code\":4101,"
                      "\"reason\":\"too \\\"slow\\\"\"}\n\n"
                      "event: close\nid: closed\ndata: {\"type\":\"close\",\"code\":1008,"
                      "\"reason\":\"no\"}\n\n");
    arena_finish(&frames);
}

static void a_position_moves_the_places_on(void **state) {
    static const char position[] = "{\"channel\":\"b\",\"offset\":5,\"epoch\":\"0b\"}";
    struct event_place items[] = {{.name = "a", .known = true, .offset = 1, .epoch = "0a"},
                                  {.name = "b"}};
    struct event_places places = {2, items};
    struct arena frames = {0};
    struct span all = {0};
    struct span span;
    add_frame(&frames, FRAME_POSITION, position, sizeof(position) - 1, &all);
    assert_int_equal(event_frames(*state, all, &places, &span), 0);
    assert_span(span, "id: a=0a:1,b=0b:5\n\n");
    assert_true(items[1].known);
    arena_finish(&frames);
}

static void an_events_length_ends_with_its_blank_line(void **state) {
    static const char text[] = "data: a\n\ndata: b\n\n";
    (void)state;
    assert_int_equal(event_length((const uint8_t *)text, sizeof(text) - 1), 9);
    assert_int_equal(event_length((const uint8_t *)text + 1, sizeof(text) - 2), 8);
    assert_int_equal(event_length((const uint8_t *)text + 9, 9), 9);
    assert_int_equal(event_length((const uint8_t *)text, 8), 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_is_an_event_of_its_type_and_position, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_has_no_position_has_no_id, setup, teardown),
        cmocka_unit_test_setup_teardown(each_line_of_a_text_is_a_data_line, setup, teardown),
        cmocka_unit_test_setup_teardown(many_line_ends_have_room, setup, teardown),
        cmocka_unit_test_setup_teardown(a_type_that_fits_no_line_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reader_of_several_channels_has_all_its_places_in_each_id,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_longest_places_have_room, setup, teardown),
        cmocka_unit_test_setup_teardown(frames_become_events_in_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_position_moves_the_places_on, setup, teardown),
        cmocka_unit_test_setup_teardown(an_events_length_ends_with_its_blank_line, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
