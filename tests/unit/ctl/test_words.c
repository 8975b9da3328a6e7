/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "ctl/words.h"

struct read {
    const char *dir;
    const char *language;
    const char *arguments[2];
};

static enum ctl_status read_words(struct read *read, const char *const *words) {
    const struct words_option options[] = {{"--dir", &read->dir}, {"--language", &read->language}};
    struct ctl ctl = {.words = (char **)words};
    while (words[ctl.word_count])
        ctl.word_count++;
    return words_read(&ctl, "plugin new", options, 2, read->arguments, 1, 2, "give a name");
}

#define READ(read, ...) read_words(read, (const char *const[]){__VA_ARGS__, NULL})

static void options_are_taken_wherever_they_stand(void **state) {
    (void)state;
    struct read read = {.dir = "."};
    assert_int_equal(READ(&read, "--dir", "there", "feed", "--language=c++", "more"), CTL_OK);
    assert_string_equal(read.dir, "there");
    assert_string_equal(read.language, "c++");
    assert_string_equal(read.arguments[0], "feed");
    assert_string_equal(read.arguments[1], "more");
}

static void what_is_not_given_keeps_its_default(void **state) {
    (void)state;
    struct read read = {.dir = "."};
    assert_int_equal(READ(&read, "feed"), CTL_OK);
    assert_string_equal(read.dir, ".");
    assert_null(read.language);
    assert_null(read.arguments[1]);
}

static void value_may_be_empty_but_not_missing(void **state) {
    (void)state;
    struct read read = {.dir = "."};
    assert_int_equal(READ(&read, "feed", "--dir="), CTL_OK);
    assert_string_equal(read.dir, "");
    assert_int_equal(READ(&read, "feed", "--dir"), CTL_USAGE);
}

static void unknown_option_and_wrong_counts_are_usage_errors(void **state) {
    (void)state;
    struct read read = {.dir = "."};
    assert_int_equal(READ(&read, "feed", "--directory", "x"), CTL_USAGE);
    assert_int_equal(READ(&read, "feed", "--di", "x"), CTL_USAGE);
    assert_int_equal(READ(&read, "a", "b", "c"), CTL_USAGE);
    assert_int_equal(READ(&read, "--dir", "x"), CTL_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken_wherever_they_stand),
        cmocka_unit_test(what_is_not_given_keeps_its_default),
        cmocka_unit_test(value_may_be_empty_but_not_missing),
        cmocka_unit_test(unknown_option_and_wrong_counts_are_usage_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
