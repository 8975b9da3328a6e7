/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <sentio/sdk.h>

#include "ctl/samples.h"

static int read_text(struct samples *samples, const char *text) {
    char path[] = "/tmp/samples.XXXXXX";
    int fd = mkstemp(path);
    assert_int_not_equal(fd, -1);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int rc = samples_read(samples, path);
    unlink(path);
    return rc;
}

static void each_line_is_a_sample(void **state) {
    (void)state;
    struct samples samples;
    assert_int_equal(read_text(&samples, "{\"a\":1}\n\n  {\"b\":2}  \r\n{}"), SENTIO_OK);
    assert_int_equal(samples.count, 3);
    assert_string_equal(samples.texts[1], "{\"b\":2}");
    assert_false(samples.guessed);
    samples_finish(&samples);
}

static void object_over_several_lines_is_one_sample(void **state) {
    (void)state;
    struct samples samples;
    assert_int_equal(read_text(&samples, "{\n  \"a\": [1,\n  2]\n}\n"), SENTIO_OK);
    assert_int_equal(samples.count, 1);
    assert_string_equal(samples.texts[0], "{\n  \"a\": [1,\n  2]\n}");
    samples_finish(&samples);
}

static void what_is_no_object_is_an_error(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "\n\n", "[1]\n", "{\"a\":1}\n{\"a\":\n", "text"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct samples samples;
        assert_int_equal(read_text(&samples, wrong[i]), SENTIO_INVALID);
        samples_finish(&samples);
    }
    struct samples samples;
    assert_int_equal(samples_read(&samples, "/nowhere.ndjson"), SENTIO_FAILED);
    samples_finish(&samples);
}

static void without_a_file_there_are_guesses(void **state) {
    (void)state;
    struct samples samples;
    assert_int_equal(samples_read(&samples, NULL), SENTIO_OK);
    assert_true(samples.guessed);
    assert_true(samples.count > 0);
    for (size_t i = 0; i < samples.count; i++) {
        struct sentio_json value;
        assert_int_equal(sentio_json_parse(sentio_text(samples.texts[i]), &value, NULL), 0);
    }
    samples_finish(&samples);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_a_sample),
        cmocka_unit_test(object_over_several_lines_is_one_sample),
        cmocka_unit_test(what_is_no_object_is_an_error),
        cmocka_unit_test(without_a_file_there_are_guesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
