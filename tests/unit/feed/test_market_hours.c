/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed/iso_time.h"
#include "feed/market_hours.h"

static struct market_time at(const char *text) {
    int64_t us;
    assert_true(iso_time_parse(text, &us));
    return market_time_of(us / 1000);
}

static void new_york_is_five_hours_behind_in_winter_and_four_in_summer(void **state) {
    (void)state;
    assert_true(at("2024-01-15T14:30:00Z").seconds == 9.5 * 3600);
    assert_true(at("2024-07-15T13:30:00Z").seconds == 9.5 * 3600);
    assert_true(at("2024-07-15T13:30:00.250Z").seconds == 9.5 * 3600 + 0.25);
}

/* Dates as published for the Energy Policy Act's rule. */
static void clocks_change_on_the_second_sunday_of_march_and_the_first_of_november(void **state) {
    (void)state;
    static const char *const springs[] = {"2015-03-08", "2020-03-08", "2024-03-10", "2026-03-08"};
    static const char *const autumns[] = {"2015-11-01", "2020-11-01", "2024-11-03", "2026-11-01"};
    for (size_t i = 0; i < 4; i++) {
        int64_t day;
        assert_true(iso_time_parse(springs[i], &day));
        int64_t change = day / 1000 + 7 * 3600000;
        assert_true(market_time_of(change - 1).seconds == 2 * 3600 - 0.001);
        assert_true(market_time_of(change).seconds == 3 * 3600);
        assert_true(iso_time_parse(autumns[i], &day));
        change = day / 1000 + 6 * 3600000;
        assert_true(market_time_of(change - 1).seconds == 2 * 3600 - 0.001);
        assert_true(market_time_of(change).seconds == 1 * 3600);
    }
}

static void the_date_is_new_yorks(void **state) {
    (void)state;
    int64_t day = iso_time_days(2024, 7, 15);
    assert_int_equal(at("2024-07-16T03:59:59Z").date, day);
    assert_int_equal(at("2024-07-16T04:00:00Z").date, day + 1);
    assert_int_equal(at("1970-01-01T00:00:00Z").date, -1);
    assert_true(at("1970-01-01T00:00:00Z").seconds == 19 * 3600);
}

static double volume_between(double from_hour, double to_hour) {
    return market_volume_by(to_hour * 3600) - market_volume_by(from_hour * 3600);
}

static void volume_is_u_shaped_within_the_hours_and_thin_around_them(void **state) {
    (void)state;
    double open = volume_between(9.5, 10);
    double midday = volume_between(12.5, 13);
    double close = volume_between(15.5, 16);
    double night = volume_between(3, 3.5);
    assert_true(fabs(open - close) < 1e-12);
    assert_true(open > 3 * midday);
    assert_true(midday > 10 * night);
    assert_true(night > 0);
    assert_true(fabs(volume_between(9.5, 16) - 0.95) < 1e-12);
}

static void a_days_volume_grows_from_nothing_to_all(void **state) {
    (void)state;
    double before = market_volume_by(0);
    assert_true(before == 0);
    for (int second = 60; second <= 86400; second += 60) {
        double now = market_volume_by(second);
        assert_true(now > before);
        before = now;
    }
    assert_true(fabs(before - 1) < 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_york_is_five_hours_behind_in_winter_and_four_in_summer),
        cmocka_unit_test(clocks_change_on_the_second_sunday_of_march_and_the_first_of_november),
        cmocka_unit_test(the_date_is_new_yorks),
        cmocka_unit_test(volume_is_u_shaped_within_the_hours_and_thin_around_them),
        cmocka_unit_test(a_days_volume_grows_from_nothing_to_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
