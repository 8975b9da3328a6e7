/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sentio/plugin.h>

#include "base/units.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void durations_are_digits_and_a_unit(void **state) {
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {{"250ms", 250},  {"5s", 5000},     {"2m", 120000},
                {"1h", 3600000}, {"1d", 86400000}, {"0", 0},
                {"0s", 0},       {"007s", 7000},   {"9223372036854775807ms", INT64_MAX}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t value = -1;
        assert_int_equal(units_duration(rows[i].text, &value), 0);
        assert_int_equal(value, rows[i].value);
    }
}

static void other_texts_are_no_durations(void **state) {
    static const char *const texts[] = {"",
                                        "5",
                                        "s",
                                        "5 s",
                                        " 5s",
                                        "5s ",
                                        "-5s",
                                        "+5s",
                                        "1.5s",
                                        "5S",
                                        "5sec",
                                        "00",
                                        "5ss",
                                        "0x5s",
                                        "1h30m",
                                        "5KiB",
                                        "9223372036854775808ms",
                                        "9223372036854775807d"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t value = -1;
        assert_int_equal(units_parse(UNITS_DURATION, texts[i], &value), SENTIO_INVALID);
    }
}

static void sizes_are_digits_and_a_binary_unit(void **state) {
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {{"512B", 512},
                {"64KiB", 65536},
                {"1MiB", 1048576},
                {"1GiB", 1073741824},
                {"1TiB", INT64_C(1099511627776)},
                {"0", 0}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t value = -1;
        assert_int_equal(units_parse(UNITS_SIZE, rows[i].text, &value), 0);
        assert_int_equal(value, rows[i].value);
    }
}

static void other_texts_are_no_sizes(void **state) {
    static const char *const texts[] = {"",    "64",     "64K",  "64KB",       "64kib", "64 KiB",
                                        "-1B", "1.5MiB", "1PiB", "8388608TiB", "5s"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t value = -1;
        assert_int_equal(units_parse(UNITS_SIZE, texts[i], &value), SENTIO_INVALID);
    }
}

static void counts_have_no_unit(void **state) {
    char buffer[UNITS_TEXT];
    int64_t value = -1;
    (void)state;
    assert_int_equal(units_parse(UNITS_COUNT, "12", &value), 0);
    assert_int_equal(value, 12);
    assert_int_equal(units_parse(UNITS_COUNT, "12B", &value), SENTIO_INVALID);
    assert_int_equal(units_parse(UNITS_COUNT, "", &value), SENTIO_INVALID);
    assert_string_equal(units_text(UNITS_COUNT, -1024, buffer), "-1024");
    assert_string_equal(units_text(UNITS_COUNT, 0, buffer), "0");
}

static void values_are_written_in_the_largest_unit_that_divides(void **state) {
    char buffer[UNITS_TEXT];
    (void)state;
    assert_string_equal(units_text(UNITS_DURATION, 0, buffer), "0");
    assert_string_equal(units_text(UNITS_DURATION, 1500, buffer), "1500ms");
    assert_string_equal(units_text(UNITS_DURATION, 90000, buffer), "90s");
    assert_string_equal(units_text(UNITS_DURATION, 86400000, buffer), "1d");
    assert_string_equal(units_text(UNITS_SIZE, 0, buffer), "0");
    assert_string_equal(units_text(UNITS_SIZE, 1025, buffer), "1025B");
    assert_string_equal(units_text(UNITS_SIZE, 65536, buffer), "64KiB");
    assert_string_equal(units_text(UNITS_SIZE, INT64_C(1) << 40, buffer), "1TiB");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_no_unit),
        cmocka_unit_test(durations_are_digits_and_a_unit),
        cmocka_unit_test(other_texts_are_no_durations),
        cmocka_unit_test(sizes_are_digits_and_a_binary_unit),
        cmocka_unit_test(other_texts_are_no_sizes),
        cmocka_unit_test(values_are_written_in_the_largest_unit_that_divides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
