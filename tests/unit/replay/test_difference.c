/* SPDX-License-Identifier: MIT */
#include "replay/difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_difference(const char *before, const char *after, const char *expected) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    difference_write(sentio_text(before), sentio_text(after), out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void what_both_have_stands_between_what_one_has(void **state) {
    (void)state;
    assert_difference("", "", "");
    assert_difference("a\n", "a\n", " a\n");
    assert_difference("a\n", "b\n", "-a\n+b\n");
    assert_difference("", "b\n", "+b\n");
    assert_difference("a\n", "", "-a\n");
    assert_difference("a\nb\nc\nd\n", "a\nx\nc\nd\n", " a\n-b\n+x\n c\n d\n");
    assert_difference("1\na\nb\n2\n", "1\nb\nc\n2\n", " 1\n-a\n b\n+c\n 2\n");
    assert_difference("a\na\n", "a\n", " a\n-a\n");
}

/* Too many to look for what is common between. */
static void very_long_texts_are_compared_roughly(void **state) {
    enum { LINES = 3000 };
    char *before = malloc(LINES * 4 + 8);
    char *after = malloc(LINES * 4 + 8);
    char *text = NULL;
    size_t size = 0;
    (void)state;
    assert_non_null(before);
    assert_non_null(after);
    size_t at = 0;
    for (int i = 0; i < LINES; i++, at += 2) {
        memcpy(before + at, "a\n", 2);
        memcpy(after + at, i % 2 ? "a\n" : "b\n", 2);
    }
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    difference_write(sentio_bytes(before, at), sentio_bytes(after, at), out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(text[0], '-');
    assert_int_equal(size, (LINES - 1) * 3 * 2 + 3);
    free(text);
    free(before);
    free(after);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_both_have_stands_between_what_one_has),
        cmocka_unit_test(very_long_texts_are_compared_roughly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
