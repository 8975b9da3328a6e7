/* SPDX-License-Identifier: MIT */
#include "http/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_span(struct sentio_bytes got, const char *expected) {
    if (got.size != strlen(expected))
        print_error("\"%.*s\" is not \"%s\"\n", (int)got.size, got.data, expected);
    assert_int_equal(got.size, strlen(expected));
    if (got.size)
        assert_memory_equal(got.data, expected, got.size);
}

static void the_path_is_decoded_and_has_no_dots(void **state) {
    static const char *const cases[][3] = {
        {"/", "/", ""},
        {"/a/b-c", "/a/b-c", ""},
        {"/a/", "/a/", ""},
        {"/a?", "/a", ""},
        {"/a?b=c?d", "/a", "b=c?d"},
        {"/a%2Db%C3%A9", "/a-b\xc3\xa9", ""},
        {"/a+b", "/a b", ""},
        {"//a///b", "/a/b", ""},
        {"/./a/./b/.", "/a/b/", ""},
        {"/a/../b", "/b", ""},
        {"/a/b/..", "/a/", ""},
        {"/../../a", "/a", ""},
        {"/..", "/", ""},
        {"/a/%2e%2E/b%2fc", "/b/c", ""},
        {"/...a/.b/c..", "/...a/.b/c..", ""},
        {"/a?x=/../y", "/a", "x=/../y"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t size = strlen(cases[i][0]);
        char *space = malloc(size); /* exactly, so that a byte too many is found out */
        struct sentio_bytes path;
        struct sentio_bytes query;
        assert_non_null(space);
        assert_int_equal(target_split(sentio_text(cases[i][0]), space, &path, &query), 0);
        assert_span(path, cases[i][1]);
        assert_span(query, cases[i][2]);
        free(space);
    }
}

static void an_escaped_nul_is_a_byte_like_others(void **state) {
    char space[8];
    struct sentio_bytes path;
    struct sentio_bytes query;
    (void)state;
    assert_int_equal(target_split(sentio_text("/a%00b"), space, &path, &query), 0);
    assert_int_equal(path.size, 4);
    assert_memory_equal(path.data, "/a\0b", 4);
}

static void what_is_no_path_is_refused(void **state) {
    static const char *const cases[] = {"",       "*",     "a",      "http://h/a",
                                        "/a%",    "/a%2",  "/a%zz",  "/a\tb",
                                        "/a\x7f", "/\xc3", "/a?b=%", "/a?b=%4g"};
    char space[64];
    struct sentio_bytes path;
    struct sentio_bytes query;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(target_split(sentio_text(cases[i]), space, &path, &query), SENTIO_INVALID);
    assert_int_equal(target_split(sentio_bytes("/a\0b", 4), space, &path, &query), SENTIO_INVALID);
}

static void parameters_are_taken_one_by_one_and_decoded(void **state) {
    static const char *const expected[][2] = {{"a", "1"}, {"b c", "x=y&"}, {"", ""},
                                              {"d", ""},  {"e", ""},       {"", "f"}};
    struct sentio_bytes query = sentio_text("a=1&b+c=x=y%26;&d&e=&=f");
    char space[64];
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct sentio_bytes value;
        assert_true(query.size > 0);
        assert_span(target_parameter(&query, space, &value), expected[i][0]);
        assert_span(value, expected[i][1]);
    }
    assert_int_equal(query.size, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_is_decoded_and_has_no_dots),
        cmocka_unit_test(an_escaped_nul_is_a_byte_like_others),
        cmocka_unit_test(what_is_no_path_is_refused),
        cmocka_unit_test(parameters_are_taken_one_by_one_and_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
