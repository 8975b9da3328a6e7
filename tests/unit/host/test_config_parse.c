/* SPDX-License-Identifier: MIT */
#include "config_parse.h" /* before config.h */

#include "config_fixture.h"

static const struct config_origin file = {.kind = CONFIG_FROM_FILE, .name = "f", .line = 99};

static void text_becomes_a_tree(void **state) {
    struct config_errors errors = {NULL, 0};
    config_t *parsed = config_parse("a = { b = 5; };", &file, &errors);
    int number = 0;
    (void)state;
    assert_non_null(parsed);
    assert_int_equal(config_lookup_int(parsed, "a.b", &number), CONFIG_TRUE);
    assert_int_equal(number, 5);
    assert_int_equal(errors.count, 0);
    config_parse_destroy(parsed);
}

static void syntax_error_is_collected_at_its_line(void **state) {
    struct config_errors errors = {NULL, 0};
    char *text = NULL;
    size_t size = 0;
    (void)state;
    assert_null(config_parse("a = 1;\nb = ;", &file, &errors));
    FILE *out = open_memstream(&text, &size);
    config_errors_print(&errors, out);
    fclose(out);
    assert_string_equal(text, "f:2: syntax error\n");
    free(text);
    config_errors_finish(&errors);
}

static void error_is_not_reported_to_who_does_not_ask(void **state) {
    (void)state;
    assert_null(config_parse("=", &file, NULL));
    config_parse_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_becomes_a_tree),
        cmocka_unit_test(syntax_error_is_collected_at_its_line),
        cmocka_unit_test(error_is_not_reported_to_who_does_not_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
