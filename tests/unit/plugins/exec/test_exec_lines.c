/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../plugin_test.h"
#include "lines.h"

struct reading {
    struct lines lines;
    int in;
    int out;
};

static int open_reading(void **state) {
    static struct reading reading;
    int ends[2];
    reading = (struct reading){.lines.max = 8};
    if (pipe2(ends, O_NONBLOCK) != 0)
        return -1;
    reading.in = ends[1];
    reading.out = ends[0];
    *state = &reading;
    return 0;
}

static int close_reading(void **state) {
    struct reading *reading = *state;
    lines_finish(&reading->lines);
    close(reading->out);
    return 0;
}

static void feed(struct reading *reading, const char *text) {
    ssize_t size = (ssize_t)strlen(text);
    assert_int_equal(write(reading->in, text, (size_t)size), size);
    assert_int_equal(lines_read(&reading->lines, reading->out), size);
}

static void assert_next(struct reading *reading, enum lines_result expected, const char *text) {
    struct sentio_bytes line;
    assert_int_equal(lines_next(&reading->lines, &line), expected);
    if (text)
        assert_text(line, text);
}

static void lines_are_cut_however_they_come(void **state) {
    struct reading *reading = *state;
    feed(reading, "one\ntwo\nth");
    assert_next(reading, LINES_LINE, "one");
    assert_next(reading, LINES_LINE, "two");
    assert_next(reading, LINES_NONE, NULL);
    feed(reading, "ree");
    assert_next(reading, LINES_NONE, NULL);
    feed(reading, "\r\n\n");
    assert_next(reading, LINES_LINE, "three");
    assert_next(reading, LINES_LINE, "");
    assert_next(reading, LINES_NONE, NULL);
    close(reading->in);
}

static void a_line_may_have_as_many_bytes_as_allowed(void **state) {
    struct reading *reading = *state;
    feed(reading, "12345678\n123456789\nok\n");
    assert_next(reading, LINES_LINE, "12345678");
    assert_next(reading, LINES_TOO_LONG, "123456789");
    assert_next(reading, LINES_LINE, "ok");
    close(reading->in);
}

static void the_rest_of_a_long_line_is_skipped(void **state) {
    struct reading *reading = *state;
    feed(reading, "1234567");
    assert_next(reading, LINES_NONE, NULL);
    feed(reading, "89");
    assert_next(reading, LINES_TOO_LONG, "123456789");
    assert_next(reading, LINES_NONE, NULL);
    feed(reading, "more and more");
    assert_next(reading, LINES_NONE, NULL);
    feed(reading, "end\nok\n");
    assert_next(reading, LINES_LINE, "ok");
    close(reading->in);
}

static void reading_tells_an_empty_pipe_from_its_end(void **state) {
    struct reading *reading = *state;
    assert_int_equal(lines_read(&reading->lines, reading->out), -EAGAIN);
    close(reading->in);
    assert_int_equal(lines_read(&reading->lines, reading->out), 0);
}

int main(void) {
#define WITH_PIPE(test) cmocka_unit_test_setup_teardown(test, open_reading, close_reading)
    const struct CMUnitTest tests[] = {
        WITH_PIPE(lines_are_cut_however_they_come),
        WITH_PIPE(a_line_may_have_as_many_bytes_as_allowed),
        WITH_PIPE(the_rest_of_a_long_line_is_skipped),
        WITH_PIPE(reading_tells_an_empty_pipe_from_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
