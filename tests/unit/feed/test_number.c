/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "feed/iso_time.h"
#include "feed/number.h"
#include "feed/symbols.h"

static void only_json_numbers_are_numbers(void **state) {
    (void)state;
    static const char *const good[] = {"0", "-0", "12", "1.50", "1e5", "1E-5", "-3.25e+2"};
    static const char *const bad[] = {"",    "-",  "+1", ".5",  "5.",  "01",  "1e",   "1e+",
                                      "1,5", " 1", "1 ", "NaN", "inf", "0x1", "1e999"};
    double value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(number_parse(good[i], &value));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(number_parse(bad[i], &value));
    assert_true(number_parse("-3.25e+2", &value));
    assert_true(value == -325);
}

static void a_number_is_shorter_than_its_buffers(void **state) {
    (void)state;
    char text[NUMBER_SIZE + 1];
    double value;
    memset(text, '1', sizeof text);
    text[NUMBER_SIZE] = '\0';
    assert_false(number_parse(text, &value));
    text[NUMBER_SIZE - 1] = '\0';
    assert_true(number_parse(text, &value));
}

static void numbers_are_formatted_with_their_decimals_and_never_as_minus_zero(void **state) {
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{1.5, 2, "1.50"},    {-0.001, 2, "0.00"},  {-0.0, 0, "0"},
                 {-0.25, 2, "-0.25"}, {1e300, 2, "1e+300"}, {0.5, -1, "0.5"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[NUMBER_SIZE];
        double value;
        number_format(text, sizeof text, cases[i].value, cases[i].decimals);
        assert_string_equal(text, cases[i].text);
        assert_true(number_parse(text, &value));
    }
}

static void durations_have_units(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t nanoseconds;
    } cases[] = {{"250ms", 250000000},          {"1s", 1000000000}, {"1.5s", 1500000000},
                 {"5", INT64_C(5000000000)},    {"0", 0},           {"2m", INT64_C(120000000000)},
                 {"1h", INT64_C(3600000000000)}};
    static const char *const bad[] = {"", "s", "-1s", "1 s", "1d", "1us", "s1", "1001h", "1e300"};
    int64_t nanoseconds;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(duration_parse(cases[i].text, &nanoseconds));
        assert_int_equal(nanoseconds, cases[i].nanoseconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(duration_parse(bad[i], &nanoseconds));
}

/* Expected values from GNU date. */
static void iso_times_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {{"2016-04-15T13:30:00Z", INT64_C(1460727000000000)},
                 {"2016-04-15 13:30", INT64_C(1460727000000000)},
                 {"2016-04-15T15:30:00+02:00", INT64_C(1460727000000000)},
                 {"2016-04-15T09:30:00-0400", INT64_C(1460727000000000)},
                 {"2016-04-15T13:30:00.123456789Z", INT64_C(1460727000123456)},
                 {"2016-02-29", INT64_C(1456704000000000)},
                 {"1970-01-01T00:00:00Z", 0},
                 {"9999-12-31T23:59:59Z", INT64_C(253402300799000000)}};
    static const char *const bad[] = {"",
                                      "2016",
                                      "2016-02-30",
                                      "2015-02-29",
                                      "1969-12-31",
                                      "2016-13-01",
                                      "2016-00-01",
                                      "2016-04-15T",
                                      "2016-04-15T24:00:00Z",
                                      "2016-04-15T13:60Z",
                                      "2016-04-15T13:30:00.Z",
                                      "2016-04-15T13:30:00ZZ",
                                      "2016-04-15T13:30:00+2",
                                      "1460727000",
                                      "15/04/2016"};
    int64_t us;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(iso_time_parse(cases[i].text, &us));
        assert_int_equal(us, cases[i].us);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(iso_time_parse(bad[i], &us));
}

static void every_day_is_formatted_as_it_is_read(void **state) {
    (void)state;
    for (int64_t day = 0; day < 60000; day++) {
        char text[ISO_TIME_SIZE];
        int64_t us;
        int64_t ms = day * 86400000 + 86399999 - day;
        iso_time_format(text, ms);
        assert_int_equal(strlen(text), 24);
        assert_true(iso_time_parse(text, &us));
        assert_int_equal(us, ms * 1000);
    }
}

static void symbols_are_upper_cased_and_checked(void **state) {
    (void)state;
    char symbol[SYMBOL_SIZE];
    assert_true(symbol_read("brk.b", symbol));
    assert_string_equal(symbol, "BRK.B");
    assert_true(symbol_read("^=:_/-.09AZ", symbol));
    assert_true(symbol_read("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", symbol));
    assert_false(symbol_read("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456", symbol));
    assert_false(symbol_read("", symbol));
    assert_false(symbol_read("A B", symbol));
    assert_false(symbol_read("\xc3\x84", symbol));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_json_numbers_are_numbers),
        cmocka_unit_test(a_number_is_shorter_than_its_buffers),
        cmocka_unit_test(numbers_are_formatted_with_their_decimals_and_never_as_minus_zero),
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(iso_times_are_read),
        cmocka_unit_test(every_day_is_formatted_as_it_is_read),
        cmocka_unit_test(symbols_are_upper_cased_and_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
