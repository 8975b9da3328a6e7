/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/ctl.h"

enum { WORDS_MAX = 16 };

/* Reads the line's words, parted by blanks; `space` keeps them. */
static enum ctl_status read_with(struct ctl *ctl, char *space, size_t size, const char *line,
                                 const char *variable) {
    char *words[WORDS_MAX];
    int count = 0;
    char *rest = NULL;
    snprintf(space, size, "sentioctl %s", line);
    for (char *word = strtok_r(space, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    return ctl_read(ctl, count, words, variable);
}

static enum ctl_status read_line(struct ctl *ctl, char *space, size_t size, const char *line) {
    return read_with(ctl, space, size, line, NULL);
}

static void options_are_taken_before_and_after_the_command(void **state) {
    static const char *const lines[] = {
        "--socket /s --json -c /f status",
        "status --socket=/s --config /f --json",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct ctl ctl;
        char space[128];
        assert_int_equal(read_line(&ctl, space, sizeof(space), lines[i]), CTL_OK);
        assert_string_equal(ctl.socket, "/s");
        assert_string_equal(ctl.file, "/f");
        assert_true(ctl.file_given);
        assert_true(ctl.json);
        assert_int_equal(ctl.word_count, 1);
        assert_string_equal(ctl.words[0], "status");
        ctl_finish(&ctl);
    }
}

static void the_environment_names_the_socket_unless_the_option_does(void **state) {
    struct ctl ctl;
    char space[64];
    (void)state;
    assert_int_equal(read_with(&ctl, space, sizeof(space), "status", "/environment"), CTL_OK);
    assert_string_equal(ctl.socket, "/environment");
    ctl_finish(&ctl);
    assert_int_equal(
        read_with(&ctl, space, sizeof(space), "status --socket /option", "/environment"), CTL_OK);
    assert_string_equal(ctl.socket, "/option");
    ctl_finish(&ctl);
    assert_int_equal(read_with(&ctl, space, sizeof(space), "status", ""), CTL_OK);
    assert_null(ctl.socket);
    ctl_finish(&ctl);
}

static void an_option_without_its_value_is_wrong_usage(void **state) {
    struct ctl ctl;
    char space[64];
    (void)state;
    assert_int_equal(read_line(&ctl, space, sizeof(space), "status --socket"), CTL_USAGE);
    ctl_finish(&ctl);
}

static void a_command_s_own_options_are_left_to_it(void **state) {
    struct ctl ctl;
    char space[64];
    (void)state;
    assert_int_equal(read_line(&ctl, space, sizeof(space), "help --for 60s x"), CTL_OK);
    const struct ctl_command *command = ctl_find(&ctl);
    assert_non_null(command);
    assert_string_equal(command->name, "help");
    assert_int_equal(ctl.word_count, 3);
    assert_string_equal(ctl.words[0], "--for");
    assert_string_equal(ctl.words[2], "x");
    ctl_finish(&ctl);
}

static void a_part_of_a_name_or_more_is_not_a_command(void **state) {
    static const char *const lines[] = {"hel", "helper", "check", "--check-config", ""};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct ctl ctl;
        char space[64];
        assert_int_equal(read_line(&ctl, space, sizeof(space), lines[i]), CTL_OK);
        assert_null(ctl_find(&ctl));
        assert_int_equal(ctl_run(&ctl), CTL_USAGE);
        ctl_finish(&ctl);
    }
}

static void help_lists_every_command(void **state) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    assert_non_null(out);
    assert_int_equal(ctl_help(out, NULL), CTL_OK);
    fclose(out);
    for (size_t i = 0; i < ctl_commands.count; i++) {
        assert_non_null(strstr(text, ctl_commands.commands[i].name));
        assert_non_null(strstr(text, ctl_commands.commands[i].usage));
    }
    free(text);
}

static void help_on_what_is_no_command_is_wrong_usage(void **state) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    assert_non_null(out);
    assert_int_equal(ctl_help(out, "check"), CTL_USAGE);
    assert_int_equal(ctl_help(out, "check-config"), CTL_OK);
    fclose(out);
    assert_non_null(strstr(text, "sentioctl check-config [FILE]"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken_before_and_after_the_command),
        cmocka_unit_test(the_environment_names_the_socket_unless_the_option_does),
        cmocka_unit_test(an_option_without_its_value_is_wrong_usage),
        cmocka_unit_test(a_command_s_own_options_are_left_to_it),
        cmocka_unit_test(a_part_of_a_name_or_more_is_not_a_command),
        cmocka_unit_test(help_lists_every_command),
        cmocka_unit_test(help_on_what_is_no_command_is_wrong_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
