/* SPDX-License-Identifier: MIT */
#include "static/static_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_type_goes_by_the_end_of_the_name(void **state) {
    (void)state;
    assert_string_equal(static_type("/index.html"), "text/html; charset=utf-8");
    assert_string_equal(static_type("/assets/a.b-1.js"), "text/javascript; charset=utf-8");
    assert_string_equal(static_type("/a.css"), "text/css; charset=utf-8");
    assert_string_equal(static_type("/a.js.map"), "application/json");
    assert_string_equal(static_type("/logo.svg"), "image/svg+xml");
    assert_string_equal(static_type("/a.woff2"), "font/woff2");
}

static void the_case_of_the_name_does_not_matter(void **state) {
    (void)state;
    assert_string_equal(static_type("/LOGO.PNG"), "image/png");
}

static void what_is_not_known_is_bytes(void **state) {
    static const char *const paths[] = {"/a", "/a.", "/a.nothing", "/a.html/b", "/js", "/a.htm l"};
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_string_equal(static_type(paths[i]), "application/octet-stream");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_goes_by_the_end_of_the_name),
        cmocka_unit_test(the_case_of_the_name_does_not_matter),
        cmocka_unit_test(what_is_not_known_is_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
