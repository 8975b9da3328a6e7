/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sentio/plugin.h>

#include "../../abi/layout.h"

static void header_macro_fills_in_the_first_four_fields(void **state) {
    (void)state;
    struct sentio_plugin plugin = {SENTIO_HEADER};
    assert_int_equal(plugin.magic, 0x53454e54);
    assert_int_equal(plugin.major, 1);
    assert_int_equal(plugin.minor, 0);
    assert_int_equal(plugin.size, sizeof plugin);
}

static void numbers_of_the_enumerations_are_fixed(void **state) {
    (void)state;
    assert_int_equal(SENTIO_OK, 0);
    assert_int_equal(SENTIO_INVALID, -1);
    assert_int_equal(SENTIO_AGAIN, -2);
    assert_int_equal(SENTIO_NO_MEMORY, -3);
    assert_int_equal(SENTIO_NOT_FOUND, -4);
    assert_int_equal(SENTIO_FAILED, -5);
    assert_int_equal(SENTIO_DENIED, -6);
    assert_int_equal(SENTIO_TOO_BIG, -7);
    assert_int_equal(SENTIO_DUPLICATE, -8);
    assert_int_equal(SENTIO_OBJECT, 1);
    assert_int_equal(SENTIO_TEXT, 2);
    assert_int_equal(SENTIO_ONE_OF, 2);
    assert_int_equal(SENTIO_HISTORY, 1);
    assert_int_equal(SENTIO_TOPICS_USER, 3);
    assert_int_equal(SENTIO_FROM_FORWARD, 2);
    assert_int_equal(SENTIO_ROLE_PUBLISHER, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_macro_fills_in_the_first_four_fields),
        cmocka_unit_test(numbers_of_the_enumerations_are_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
