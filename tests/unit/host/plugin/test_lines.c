/* SPDX-License-Identifier: MIT */
#include "plugin/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX 8

struct fixture {
    struct lines lines;
    char seen[256]; /* every line in [], a dropped one as ! */
    size_t size;
};

static void take_all(struct fixture *fixture) {
    struct sentio_bytes line;
    enum lines_result result = lines_next(&fixture->lines, &line);
    for (; result != LINES_NONE; result = lines_next(&fixture->lines, &line)) {
        if (result == LINES_TOO_LONG) {
            fixture->seen[fixture->size++] = '!';
            continue;
        }
        assert_true(fixture->size + line.size + 3 < sizeof(fixture->seen));
        fixture->seen[fixture->size++] = '[';
        memcpy(fixture->seen + fixture->size, line.data, line.size);
        fixture->size += line.size;
        fixture->seen[fixture->size++] = ']';
    }
}

/* Hands `text` over in pieces of at most `piece` bytes. */
static void feed(struct fixture *fixture, const char *text, size_t piece) {
    size_t left = strlen(text);
    while (left > 0) {
        size_t room = 0;
        char *space = lines_space(&fixture->lines, &room);
        size_t size = left < piece ? left : piece;
        assert_true(room >= size);
        memcpy(space, text, size);
        lines_added(&fixture->lines, size);
        text += size;
        left -= size;
        take_all(fixture);
    }
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    return fixture && lines_init(&fixture->lines, MAX) == SENTIO_OK ? 0 : -1;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    lines_finish(&fixture->lines);
    free(fixture);
    return 0;
}

static void lines_are_the_same_in_pieces_of_any_size(void **state) {
    struct fixture *fixture = *state;
    for (size_t piece = 1; piece < 40; piece++) {
        fixture->size = 0;
        memset(fixture->seen, 0, sizeof(fixture->seen));
        feed(fixture, "one\n\ntwo\n12345678\n123456789\nthree\n1234567890123\n\nx\n", piece);
        assert_string_equal(fixture->seen, "[one][][two][12345678]![three]![][x]");
    }
}

static void nothing_comes_before_the_newline(void **state) {
    struct fixture *fixture = *state;
    feed(fixture, "part", 4);
    assert_string_equal(fixture->seen, "");
    feed(fixture, "ly\n", 3);
    assert_string_equal(fixture->seen, "[partly]");
}

static void end_completes_the_last_line(void **state) {
    struct fixture *fixture = *state;
    feed(fixture, "one\ntwo", 3);
    lines_end(&fixture->lines);
    take_all(fixture);
    take_all(fixture);
    assert_string_equal(fixture->seen, "[one][two]");
}

static void end_after_a_newline_adds_no_line(void **state) {
    struct fixture *fixture = *state;
    feed(fixture, "one\n", 4);
    lines_end(&fixture->lines);
    take_all(fixture);
    assert_string_equal(fixture->seen, "[one]");
}

static void end_within_a_long_line_adds_no_line(void **state) {
    struct fixture *fixture = *state;
    feed(fixture, "0123456789", 5);
    lines_end(&fixture->lines);
    take_all(fixture);
    assert_string_equal(fixture->seen, "!");
}

static void reset_forgets_an_unfinished_line(void **state) {
    struct fixture *fixture = *state;
    feed(fixture, "half", 4);
    lines_end(&fixture->lines);
    lines_reset(&fixture->lines);
    feed(fixture, "new\n", 4);
    assert_string_equal(fixture->seen, "[new]");
}

static void long_line_grows_the_buffer(void **state) {
    struct lines lines;
    struct sentio_bytes line;
    const size_t length = 300000;
    (void)state;
    assert_int_equal(lines_init(&lines, length), SENTIO_OK);
    for (size_t done = 0; done < length;) {
        size_t room = 0;
        char *space = lines_space(&lines, &room);
        size_t size = length - done < room ? length - done : room;
        memset(space, 'a' + (int)(done % 7), size);
        lines_added(&lines, size);
        assert_int_equal(lines_next(&lines, &line), LINES_NONE);
        done += size;
    }
    size_t room = 0;
    lines_space(&lines, &room)[0] = '\n';
    lines_added(&lines, 1);
    assert_int_equal(lines_next(&lines, &line), LINES_LINE);
    assert_int_equal(line.size, length);
    assert_int_equal(line.data[0], 'a');
    lines_finish(&lines);
}

static void long_line_takes_no_memory_past_the_limit(void **state) {
    struct fixture *fixture = *state;
    size_t before = fixture->lines.capacity;
    static char chunk[4097];
    memset(chunk, 'x', sizeof(chunk) - 1);
    for (int i = 0; i < 100; i++) {
        feed(fixture, chunk, sizeof(chunk));
    }
    feed(fixture, "\nnext\n", 6);
    assert_string_equal(fixture->seen, "![next]");
    assert_int_equal(fixture->lines.capacity, before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(lines_are_the_same_in_pieces_of_any_size),
        TEST(nothing_comes_before_the_newline),
        TEST(end_completes_the_last_line),
        TEST(end_after_a_newline_adds_no_line),
        TEST(end_within_a_long_line_adds_no_line),
        TEST(reset_forgets_an_unfinished_line),
        cmocka_unit_test(long_line_grows_the_buffer),
        TEST(long_line_takes_no_memory_past_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
