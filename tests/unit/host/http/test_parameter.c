/* SPDX-License-Identifier: MIT */
#include "http/parameter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char given[] =
    "{\"name\":\"a b\",\"n\":\"600\",\"empty\":\"\",\"x\":\"6o\",\"minus\":\"-1\","
    "\"huge\":\"99999999999999999999999\",\"json\":\"\\u0041\\n\"}";

static void assert_value(const char *name, size_t size, const char *expected) {
    char space[32];
    struct sentio_bytes value = parameter_text(sentio_text(given), name, space, size);
    assert_true(sentio_is(value, expected));
}

static void a_text_is_decoded(void **state) {
    (void)state;
    assert_value("name", 32, "a b");
    assert_value("json", 32, "A\n");
    assert_value("empty", 32, "");
}

static void what_is_not_there_or_does_not_fit_is_empty(void **state) {
    (void)state;
    assert_value("other", 32, "");
    assert_value("name", 3, "");
    assert_value("name", 4, "a b");
}

static bool read(const char *name, uint64_t *value) {
    return parameter_number(sentio_text(given), name, 1, 600, value);
}

static void a_number_is_read_within_its_bounds(void **state) {
    uint64_t value = 7;
    (void)state;
    assert_true(read("n", &value));
    assert_int_equal(value, 600);
    assert_false(parameter_number(sentio_text(given), "n", 1, 599, &value));
    assert_false(parameter_number(sentio_text(given), "n", 601, 1000, &value));
    assert_int_equal(value, 600);
}

static void the_greatest_number_is_one_and_the_next_is_none(void **state) {
    static const char text[] = "{\"a\":\"18446744073709551615\",\"b\":\"18446744073709551616\","
                               "\"c\":\"18446744073709551872\"}";
    uint64_t value = 7;
    (void)state;
    assert_false(parameter_number(sentio_text(text), "b", 0, UINT64_MAX, &value));
    assert_false(parameter_number(sentio_text(text), "c", 0, UINT64_MAX, &value));
    assert_int_equal(value, 7);
    assert_true(parameter_number(sentio_text(text), "a", 0, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_false(parameter_number(sentio_text("{\"n\":\"7\"}"), "n", 0, 5, &value));
}

static void a_number_that_is_not_there_stays(void **state) {
    uint64_t value = 7;
    (void)state;
    assert_true(read("other", &value));
    assert_int_equal(value, 7);
}

static void what_is_no_number_is_told(void **state) {
    static const char *const names[] = {"name", "empty", "x", "minus", "huge"};
    uint64_t value = 7;
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(read(names[i], &value));
    assert_int_equal(value, 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_decoded),
        cmocka_unit_test(what_is_not_there_or_does_not_fit_is_empty),
        cmocka_unit_test(a_number_is_read_within_its_bounds),
        cmocka_unit_test(the_greatest_number_is_one_and_the_next_is_none),
        cmocka_unit_test(a_number_that_is_not_there_stays),
        cmocka_unit_test(what_is_no_number_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
