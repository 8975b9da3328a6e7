/* SPDX-License-Identifier: MIT */
#include "replay/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sentio/plugin.h>

#define PARSE(options, ...) parse(options, (const char *[]){"sentio-replay", __VA_ARGS__, NULL})

static int parse(struct replay_options *options, const char **arguments) {
    int count = 0;
    while (arguments[count])
        count++;
    return replay_options_parse(options, count, (char **)arguments);
}

static void a_folder_alone_is_enough(void **state) {
    struct replay_options options;
    (void)state;
    assert_int_equal(PARSE(&options, "folder"), 0);
    assert_string_equal(options.dir, "folder");
    assert_false(options.diff);
    assert_int_equal(options.plugin_count, 0);
    replay_options_finish(&options);
}

static void a_plugin_may_name_its_channel(void **state) {
    struct replay_options options;
    (void)state;
    assert_int_equal(PARSE(&options, "--plugin", "a=x.so", "folder", "--plugin", "./b=y.so"), 0);
    assert_int_equal(options.plugin_count, 2);
    assert_string_equal(options.plugins[0].channel, "a");
    assert_string_equal(options.plugins[0].file, "x.so");
    assert_null(options.plugins[1].channel);
    assert_string_equal(options.plugins[1].file, "./b=y.so");
    assert_true(options.diff);
    replay_options_finish(&options);
}

static void what_else_there_is_is_read(void **state) {
    struct replay_options options;
    (void)state;
    assert_int_equal(PARSE(&options, "--channel", "a", "--diff", "folder"), 0);
    assert_string_equal(options.channel, "a");
    assert_true(options.diff);
    replay_options_finish(&options);
    assert_int_equal(PARSE(&options, "--help"), 0);
    assert_true(options.help);
    assert_int_equal(PARSE(&options, "--version"), 0);
    assert_true(options.version);
}

static void wrong_usage_is_refused(void **state) {
    struct replay_options options;
    (void)state;
    assert_int_equal(PARSE(&options, "--diff"), SENTIO_INVALID);
    assert_int_equal(PARSE(&options, "one", "two"), SENTIO_INVALID);
    assert_int_equal(PARSE(&options, "--nonsense", "one"), SENTIO_INVALID);
    assert_int_equal(PARSE(&options, "--plugin", "a=", "one"), SENTIO_INVALID);
    replay_options_finish(&options);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_alone_is_enough),
        cmocka_unit_test(a_plugin_may_name_its_channel),
        cmocka_unit_test(what_else_there_is_is_read),
        cmocka_unit_test(wrong_usage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
