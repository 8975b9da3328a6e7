/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calendar.h"

static int64_t day_of(const char *text) {
    int64_t day = INT64_MIN;
    assert_true(calendar_read_day(sentio_text(text), &day));
    return day;
}

static void days_count_from_1970(void **state) {
    (void)state;
    assert_int_equal(day_of("1970-01-01"), 0);
    assert_int_equal(day_of("1969-12-31"), -1);
    assert_int_equal(day_of("2000-03-01"), 11017);
    assert_int_equal(day_of("2024-10-05T10:30:00Z"), 20001);
    assert_int_equal(calendar_day(0), 0);
    assert_int_equal(calendar_day(-1), -1);
    assert_int_equal(calendar_day(INT64_C(1728124200000)), 20001);
}

static void february_has_29_days_in_leap_years_only(void **state) {
    (void)state;
    assert_int_equal(day_of("2024-03-01") - day_of("2024-02-28"), 2);
    assert_int_equal(day_of("2023-03-01") - day_of("2023-02-28"), 1);
    assert_int_equal(day_of("1900-03-01") - day_of("1900-02-28"), 1);
    assert_int_equal(day_of("2000-03-01") - day_of("2000-02-28"), 2);
}

static void offset_moves_the_day_to_utc(void **state) {
    (void)state;
    int64_t day = day_of("2024-10-05");
    assert_int_equal(day_of("2024-10-05T23:59:59.999Z"), day);
    assert_int_equal(day_of("2024-10-05T23:30"), day);
    assert_int_equal(day_of("2024-10-05 23:30:00"), day);
    assert_int_equal(day_of("2024-10-05T20:00:00-04:00"), day + 1);
    assert_int_equal(day_of("2024-10-05T19:59:00-0400"), day);
    assert_int_equal(day_of("2024-10-05T01:00:00+02:00"), day - 1);
    assert_int_equal(day_of("2024-10-05T02:00:00.5+02:00"), day);
}

static void other_text_is_no_date(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "2024",
        "2024-10",
        "2024-13-01",
        "2024-00-01",
        "2024-10-32",
        "2024-10-00",
        "20241005",
        "2024-10-05T",
        "2024-10-05T10",
        "2024-10-05X10:30",
        "2024-10-05T24:00",
        "2024-10-05T10:60",
        "2024-10-05T10:30:",
        "2024-10-05T10:30:61",
        "2024-10-05T10:30:00.",
        "2024-10-05T10:30:00+",
        "2024-10-05T10:30:00Zulu",
        "2024-10-05T10:30:00+02:0",
        "soon",
    };
    int64_t day = 7;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(calendar_read_day(sentio_text(texts[i]), &day));
    assert_int_equal(day, 7);
}

static void months_count_on_over_the_years(void **state) {
    (void)state;
    assert_int_equal(calendar_month(0), 1970 * 12);
    assert_int_equal(calendar_month(-1), 1969 * 12 + 11);
    assert_int_equal(calendar_month(day_of("2024-02-29")), 2024 * 12 + 1);
    assert_int_equal(calendar_month(day_of("2024-03-01")), 2024 * 12 + 2);
    assert_int_equal(calendar_month(day_of("2024-12-31")), 2024 * 12 + 11);
    assert_int_equal(calendar_month(day_of("2025-01-01")), 2025 * 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_count_from_1970),
        cmocka_unit_test(february_has_29_days_in_leap_years_only),
        cmocka_unit_test(offset_moves_the_day_to_utc),
        cmocka_unit_test(other_text_is_no_date),
        cmocka_unit_test(months_count_on_over_the_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
