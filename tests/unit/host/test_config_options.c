/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config_options.h"

#define CHANNEL(options)                                                                           \
    "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; options = " options "; } );"

static const char *json_of(void **state, const char *text) {
    return fixture_loads(*state, text)->channels[0].options;
}

static void options_are_an_empty_object_by_default(void **state) {
    assert_string_equal(
        json_of(state, "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; } );"), "{}");
    assert_string_equal(json_of(state, CHANNEL("{ }")), "{}");
}

static void every_type_has_its_json(void **state) {
    assert_string_equal(
        json_of(state, CHANNEL("{ i = -5; h = 0x10; l = 5000000000L; t = true; f = FALSE;"
                               " s = \"a\\\"b\\\\/\\n\xc3\xa4\"; x = 0.1; y = 3.0; z = 1.0e30;"
                               " list = (1, \"a\", (), { k = [1, 2]; }); array = [ ]; }")),
        "{\"i\":-5,\"h\":16,\"l\":5000000000,\"t\":true,\"f\":false,"
        "\"s\":\"a\\\"b\\\\/\\n\xc3\xa4\",\"x\":0.1,\"y\":3.0,\"z\":1.0e+30,"
        "\"list\":[1,\"a\",[],{\"k\":[1,2]}],\"array\":[]}");
}

static void numbers_that_no_json_has_are_errors(void **state) {
    fixture_fails(*state, CHANNEL("{\n x = 1.0e999; }"),
                  "sentio.conf:2: channels.a.options: a number is out of the range of double "
                  "precision\n");
}

/* `count` lists around a 1. */
static char *nested(int count) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fputs("channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; options = { x = ", out);
    for (int i = 0; i < count; i++) {
        fputc('(', out);
    }
    fputc('1', out);
    for (int i = 0; i < count; i++) {
        fputc(')', out);
    }
    fputs("; }; } );", out);
    fclose(out);
    return text;
}

static void options_nest_as_deep_as_the_plugins_reader_goes(void **state) {
    char *deep = nested(31);
    char *deeper = nested(32);
    struct config_source source = {.file = "sentio.conf"};
    char *dump = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&dump, &size);
    fixture_loads(*state, deep);
    assert_int_equal(config_dump(&source, out, stderr), 0);
    fclose(out);
    assert_non_null(strstr(dump, "( 1 )"));
    fixture_fails(*state, deeper, "sentio.conf:1: channels.a.options: is nested too deeply\n");
    free(dump);
    free(deep);
    free(deeper);
}

static char *written(const char *json) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    config_options_write(json, 0, out);
    fclose(out);
    return text;
}

static void secrets_are_masked_by_name_and_file_names_are_not(void **state) {
    char *text = written("{\"api_key\":\"a\",\"Password\":5,\"tokens\":[\"b\"],"
                         "\"client_secret\":{\"x\":\"c\"},\"keys_file\":\"d\",\"plain\":\"e\","
                         "\"inner\":{\"auth_token\":\"f\"}}");
    (void)state;
    assert_string_equal(text, "{\n"
                              "    api_key = \"********\";\n"
                              "    Password = \"********\";\n"
                              "    tokens = \"********\";\n"
                              "    client_secret = \"********\";\n"
                              "    keys_file = \"d\";\n"
                              "    plain = \"e\";\n"
                              "    inner = {\n"
                              "        auth_token = \"********\";\n"
                              "    };\n"
                              "}");
    free(text);
}

static void integers_beyond_32_bits_are_written_with_an_l(void **state) {
    char *text = written("{\"a\":2147483647,\"b\":2147483648,\"c\":-2147483649}");
    (void)state;
    assert_string_equal(text, "{\n    a = 2147483647;\n    b = 2147483648L;\n"
                              "    c = -2147483649L;\n}");
    free(text);
}

static void quotes_and_control_characters_are_escaped(void **state) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    config_options_quote("a\"b\\c\n\x7f\xc3\xa4", out);
    fclose(out);
    assert_string_equal(text, "\"a\\\"b\\\\c\\x0a\\x7f\xc3\xa4\"");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(options_are_an_empty_object_by_default),
        FIXTURE_TEST(every_type_has_its_json),
        FIXTURE_TEST(numbers_that_no_json_has_are_errors),
        FIXTURE_TEST(options_nest_as_deep_as_the_plugins_reader_goes),
        cmocka_unit_test(secrets_are_masked_by_name_and_file_names_are_not),
        cmocka_unit_test(integers_beyond_32_bits_are_written_with_an_l),
        cmocka_unit_test(quotes_and_control_characters_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
