/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config_scan.h"

static char *scanned(const char *text, size_t size) {
    struct config_errors errors = {NULL, 0};
    struct config_origin file = {.kind = CONFIG_FROM_FILE, .name = "f"};
    char *found = NULL;
    size_t length = 0;
    config_scan(text, size, &file, &errors);
    FILE *out = open_memstream(&found, &length);
    config_errors_print(&errors, out);
    fclose(out);
    config_errors_finish(&errors);
    return found;
}

static void assert_scanned(const char *text, const char *errors) {
    char *found = scanned(text, strlen(text));
    assert_string_equal(found, errors);
    free(found);
}

static void integers_that_would_wrap_are_errors(void **state) {
    (void)state;
    assert_scanned("a = 2147483648;\nb = [ -2147483649,\n0xFFFFFFFF ];",
                   "f:1: 2147483648 is out of the range of 32-bit integers; write an L after it\n"
                   "f:2: -2147483649 is out of the range of 32-bit integers; write an L after it\n"
                   "f:3: 0xFFFFFFFF is out of the range of 32-bit integers; write an L after "
                   "it\n");
    assert_scanned("a = 9223372036854775808L;",
                   "f:1: 9223372036854775808 is out of the range of 64-bit integers\n");
}

static void integers_in_range_and_floats_are_taken(void **state) {
    (void)state;
    assert_scanned("a = 2147483647; b = -2147483648; c = 0x7fffffff; d = 9223372036854775807L;\n"
                   "e = 99999999999.5; f = 99999999999e2; g = 9223372036854775807LL; h = .5;",
                   "");
}

static void strings_names_and_comments_are_passed_over(void **state) {
    (void)state;
    assert_scanned("a99999999999 = \"99999999999 \\\" @include\"; // 99999999999 @include\n"
                   "# 99999999999 \"\n"
                   "/* 99999999999 \"\n @include */ x-99999999999 = true;\n"
                   "b = 99999999999;",
                   "f:5: 99999999999 is out of the range of 32-bit integers; write an L after "
                   "it\n");
}

static void unterminated_strings_and_comments_end_with_the_text(void **state) {
    (void)state;
    assert_scanned("a = \"99999999999", "");
    assert_scanned("a = \"\\", "");
    assert_scanned("/* 99999999999", "");
}

static void include_is_an_error(void **state) {
    (void)state;
    assert_scanned("a = 1;\n@include \"/etc\"\n",
                   "f:2: @include is not supported: put the file into conf.d\n");
}

static void nul_bytes_and_invalid_utf8_are_errors(void **state) {
    char *found = scanned("a = 1;\n\0b = 2;", 14);
    (void)state;
    assert_string_equal(found, "f:2: the file contains a NUL byte\n");
    free(found);
    assert_scanned("a = \"\xff\";", "f: the file is not valid UTF-8\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_that_would_wrap_are_errors),
        cmocka_unit_test(integers_in_range_and_floats_are_taken),
        cmocka_unit_test(strings_names_and_comments_are_passed_over),
        cmocka_unit_test(unterminated_strings_and_comments_end_with_the_text),
        cmocka_unit_test(include_is_an_error),
        cmocka_unit_test(nul_bytes_and_invalid_utf8_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
