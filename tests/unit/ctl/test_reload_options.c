/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/reload_options.h"

enum { WORDS_MAX = 16 };

static enum ctl_status read_line(struct reload_options *options, const char *line) {
    static char space[256]; /* the options point into it */
    char *words[WORDS_MAX];
    struct ctl ctl = {.words = words};
    char *rest = NULL;
    snprintf(space, sizeof(space), "%s", line);
    for (char *word = strtok_r(space, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words[ctl.word_count++] = word;
    return reload_options_read(options, &ctl);
}

static void without_words_it_is_a_plain_reload(void **state) {
    struct reload_options options;
    (void)state;
    assert_int_equal(read_line(&options, ""), CTL_OK);
    assert_null(options.channel);
    assert_false(options.swap);
}

static void a_shadow_names_channel_and_file_and_lasts_a_minute(void **state) {
    struct reload_options options;
    (void)state;
    assert_int_equal(read_line(&options, "--shadow prices new.so"), CTL_OK);
    assert_string_equal(options.channel, "prices");
    assert_string_equal(options.plugin, "new.so");
    assert_int_equal(options.duration, 60000);
    assert_false(options.swap);
}

static void options_of_a_shadow_come_in_any_order(void **state) {
    static const char *const lines[] = {
        "--for 90s --swap --shadow prices new.so",
        "--swap --shadow prices new.so --for=90s",
        "--shadow prices new.so --swap --for 90s",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct reload_options options;
        assert_int_equal(read_line(&options, lines[i]), CTL_OK);
        assert_string_equal(options.plugin, "new.so");
        assert_int_equal(options.duration, 90000);
        assert_true(options.swap);
    }
}

static void what_does_not_belong_is_wrong_usage(void **state) {
    static const char *const lines[] = {
        "now",
        "--shadow",
        "--shadow prices",
        "--swap",
        "--for 60s",
        "--for=60s",
        "--shadow a b c",
        "--shadow a b --for",
        "--shade a b",
        "--shadow a b --x",
        "--shadow a b --for forever",
        "--shadow a b --for 0",
        "--shadow a b --for -5s",
        "--shadow a b --for 25h",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct reload_options options;
        assert_int_equal(read_line(&options, lines[i]), CTL_USAGE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_words_it_is_a_plain_reload),
        cmocka_unit_test(a_shadow_names_channel_and_file_and_lasts_a_minute),
        cmocka_unit_test(options_of_a_shadow_come_in_any_order),
        cmocka_unit_test(what_does_not_belong_is_wrong_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
