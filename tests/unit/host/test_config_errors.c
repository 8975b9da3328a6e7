/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config_errors.h"

static void errors_are_sorted_by_file_and_line_then_environment_then_flags(void **state) {
    struct config_errors errors = {NULL, 0};
    struct config_origin flag = {.kind = CONFIG_FROM_FLAG, .name = "--set a.b=c"};
    struct config_origin environment = {.kind = CONFIG_FROM_ENVIRONMENT, .name = "SENTIO_A__B"};
    struct config_origin second = {
        .kind = CONFIG_FROM_FILE, .name = "conf.d/a.conf", .line = 1, .file = 1};
    struct config_origin first = {.kind = CONFIG_FROM_FILE, .name = "z.conf", .line = 10};
    struct config_origin whole = {.kind = CONFIG_FROM_FILE, .name = "z.conf"};
    char *text = NULL;
    size_t size = 0;
    (void)state;
    config_error(&errors, &flag, NULL, "five");
    config_error(&errors, &environment, "x", "four");
    config_error(&errors, &second, NULL, "three");
    config_error(&errors, &first, NULL, "two");
    first.line = 9;
    config_error(&errors, &first, "a \"b\"", "one and %d", 1);
    config_error(&errors, &first, NULL, "one again");
    config_error(&errors, &whole, NULL, "zero");
    FILE *out = open_memstream(&text, &size);
    config_errors_print(&errors, out);
    fclose(out);
    assert_string_equal(text, "z.conf: zero\n"
                              "z.conf:9: one and 1 (did you mean \"a \"b\"\"?)\n"
                              "z.conf:9: one again\n"
                              "z.conf:10: two\n"
                              "conf.d/a.conf:1: three\n"
                              "SENTIO_A__B: four (did you mean \"x\"?)\n"
                              "--set a.b=c: five\n");
    free(text);
    config_errors_finish(&errors);
    assert_int_equal(errors.count, 0);
}

static void element_has_its_own_line_or_the_lists(void **state) {
    int lines[] = {4, 5};
    struct config_origin origin = {
        .kind = CONFIG_FROM_FILE, .line = 3, .lines = lines, .line_count = 2};
    (void)state;
    assert_int_equal(config_origin_element(&origin, 1).line, 5);
    assert_int_equal(config_origin_element(&origin, 2).line, 3);
    assert_null(config_origin_element(&origin, 1).lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_sorted_by_file_and_line_then_environment_then_flags),
        cmocka_unit_test(element_has_its_own_line_or_the_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
