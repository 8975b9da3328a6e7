/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/sdk.h>

#include "base/text.h"

static void a_span_becomes_a_string(void **state) {
    (void)state;
    /* Nothing may be read behind it. */
    char *span = malloc(3);
    assert_non_null(span);
    memcpy(span, "abc", 3);
    char *copy = text_copy(sentio_bytes(span, 3));
    assert_non_null(copy);
    free(span);
    assert_string_equal(copy, "abc");
    free(copy);
}

static void an_empty_span_becomes_an_empty_string(void **state) {
    (void)state;
    char *copy = text_copy(sentio_bytes(NULL, 0));
    assert_non_null(copy);
    assert_string_equal(copy, "");
    free(copy);
}

static void spans_are_compared_byte_by_byte_and_the_shorter_comes_first(void **state) {
    (void)state;
    assert_true(text_compare(sentio_text("a"), sentio_text("b")) < 0);
    assert_true(text_compare(sentio_text("ab"), sentio_text("a")) > 0);
    assert_true(text_compare(sentio_text("Z"), sentio_text("a")) < 0);
    assert_true(text_compare(sentio_text("\xc3"), sentio_text("z")) > 0);
    assert_int_equal(text_compare(sentio_text("ab"), sentio_text("ab")), 0);
    assert_true(text_compare(sentio_bytes(NULL, 0), sentio_text("a")) < 0);
    assert_int_equal(text_compare(sentio_bytes(NULL, 0), sentio_text("")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_becomes_a_string),
        cmocka_unit_test(an_empty_span_becomes_an_empty_string),
        cmocka_unit_test(spans_are_compared_byte_by_byte_and_the_shorter_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
