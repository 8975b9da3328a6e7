/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sentio/plugin.h>

enum { ARGUMENTS_MAX = 8 };

/* Parses `line`, split at spaces. */
static int parse(struct options *options, char *line) {
    char *arguments[ARGUMENTS_MAX + 2] = {line};
    int count = 0;
    for (char *at = line; at; at = strchr(at, ' ')) {
        assert_true(count <= ARGUMENTS_MAX);
        if (*at == ' ')
            *at++ = '\0';
        arguments[count++] = at;
    }
    arguments[count] = NULL;
    optind = 0; /* getopt_long() starts afresh */
    return options_parse(options, count, arguments);
}

static void assert_action(const char *line, enum options_action action) {
    struct options options;
    char copy[128];
    snprintf(copy, sizeof(copy), "%s", line);
    assert_int_equal(parse(&options, copy), 0);
    assert_int_equal(options.action, action);
    options_finish(&options);
}

/* What went to standard error is in `text`. */
static void parse_wrong(const char *line, char *text, size_t size) {
    struct options options;
    char copy[128];
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    snprintf(copy, sizeof(copy), "%s", line);
    assert_true(file && saved != -1);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    int result = parse(&options, copy);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    options_finish(&options);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(result, SENTIO_INVALID);
}

static void assert_wrong(const char *line, const char *expected) {
    char text[512];
    parse_wrong(line, text, sizeof(text));
    if (strstr(text, expected) == NULL)
        print_error("%s: %s", line, text);
    assert_non_null(strstr(text, expected));
}

static void without_options_the_daemon_runs_with_the_default_file(void **state) {
    struct options options;
    char line[] = "sentiod";
    (void)state;
    assert_int_equal(parse(&options, line), 0);
    assert_int_equal(options.action, ACTION_RUN);
    assert_string_equal(options.file, "/etc/sentio/sentio.conf");
    assert_int_equal(options.set_count, 0);
    options_finish(&options);
}

static void settings_are_kept_in_order_and_the_last_file_wins(void **state) {
    struct options options;
    char line[] = "sentiod -c one --set a.b=1 --config two --set=c.d=x=y";
    (void)state;
    assert_int_equal(parse(&options, line), 0);
    assert_string_equal(options.file, "two");
    assert_int_equal(options.set_count, 2);
    assert_string_equal(options.sets[0], "a.b=1");
    assert_string_equal(options.sets[1], "c.d=x=y");
    options_finish(&options);
}

static void actions_are_told_apart(void **state) {
    (void)state;
    assert_action("sentiod --check-config", ACTION_CHECK);
    assert_action("sentiod --dump-config -c x", ACTION_DUMP);
    assert_action("sentiod --version", ACTION_VERSION);
    assert_action("sentiod --help", ACTION_HELP);
    assert_action("sentiod --help config", ACTION_DESCRIBE);
}

static void wrong_usage_is_told(void **state) {
    static const char *const lines[] = {"sentiod -x", "sentiod --nothing", "sentiod -c",
                                        "sentiod --set", "sentiod --version=1"};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_wrong(lines[i], "sentiod: wrong usage; see sentiod --help\n");
}

static void unexpected_argument_is_named(void **state) {
    (void)state;
    assert_wrong("sentiod more", "sentiod: unexpected argument more; see sentiod --help\n");
    assert_wrong("sentiod config", "sentiod: unexpected argument config; see sentiod --help\n");
    assert_wrong("sentiod --help other",
                 "sentiod: unexpected argument other; see sentiod --help\n");
    assert_wrong("sentiod --help config more",
                 "sentiod: unexpected argument more; see sentiod --help\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_the_daemon_runs_with_the_default_file),
        cmocka_unit_test(settings_are_kept_in_order_and_the_last_file_wins),
        cmocka_unit_test(actions_are_told_apart),
        cmocka_unit_test(wrong_usage_is_told),
        cmocka_unit_test(unexpected_argument_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
