/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/moment.h"

static void a_span_has_its_two_largest_units(void **state) {
    static const struct {
        int64_t seconds;
        const char *text;
    } spans[] = {{0, "0 s"},          {59, "59 s"},
                 {60, "1 min 0 s"},   {3599, "59 min 59 s"},
                 {3600, "1 h 0 min"}, {86399, "23 h 59 min"},
                 {86400, "1 d 0 h"},  {100 * 86400 + 7200, "100 d 2 h"}};
    (void)state;
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        char space[MOMENT_SIZE];
        assert_string_equal(moment_span(spans[i].seconds, space), spans[i].text);
    }
}

static void a_moment_is_shown_in_the_local_time_zone(void **state) {
    char space[MOMENT_SIZE];
    (void)state;
    assert_int_equal(setenv("TZ", "TEST-3:30", 1), 0);
    assert_string_equal(moment_local("2026-11-23T22:42:38.323Z", space),
                        "2026-11-24 02:12:38 TEST");
    assert_string_equal(moment_local("2026-11-23T22:42:38Z", space), "2026-11-24 02:12:38 TEST");
}

static void what_is_no_moment_is_left_as_it_is(void **state) {
    static const char *const texts[] = {"", "yesterday", "2026-11-23", "2026-11-23T22:42:38+01:00"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char space[MOMENT_SIZE];
        assert_ptr_equal(moment_local(texts[i], space), texts[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_has_its_two_largest_units),
        cmocka_unit_test(a_moment_is_shown_in_the_local_time_zone),
        cmocka_unit_test(what_is_no_moment_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
