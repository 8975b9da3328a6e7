/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sentio/sdk.h>

static struct sentio_json parsed(const char *text) {
    struct sentio_json value;
    assert_int_equal(sentio_json_parse(sentio_text(text), &value, NULL), SENTIO_OK);
    return value;
}

static void assert_bytes(struct sentio_bytes bytes, const char *expected) {
    assert_int_equal(bytes.size, strlen(expected));
    assert_memory_equal(bytes.data, expected, bytes.size);
}

static double number_of(const char *text) {
    struct sentio_json value = parsed(text);
    double number;
    assert_int_equal(sentio_json_number(&value, &number), SENTIO_OK);
    return number;
}

static void cursor_returns_elements_byte_for_byte(void **state) {
    (void)state;
    struct sentio_json array = parsed("[ 1 ,\"],\\\"\" , {\"a\":[1,{}]} ,[[\"]\"]], null ]");
    static const char *const expected[] = {"1", "\"],\\\"\"", "{\"a\":[1,{}]}", "[[\"]\"]]",
                                           "null"};
    struct sentio_json_cursor cursor = sentio_json_each(&array);
    struct sentio_json value;
    for (size_t i = 0; i < 5; i++) {
        assert_true(sentio_json_next(&cursor, &value));
        assert_bytes(value.text, expected[i]);
    }
    assert_int_equal(value.type, SENTIO_JSON_NULL);
    assert_false(sentio_json_next(&cursor, &value));
    assert_false(sentio_json_next(&cursor, &value));
    assert_int_equal(sentio_json_count(&array), 5);
}

static void cursor_names_an_objects_members(void **state) {
    (void)state;
    struct sentio_json object = parsed("{ \"a\" : 1,\"b\\\"c\":[2] , \"\":true}");
    struct sentio_json_cursor cursor = sentio_json_each(&object);
    struct sentio_json value;
    assert_true(sentio_json_next(&cursor, &value));
    assert_bytes(cursor.name, "a");
    assert_bytes(value.text, "1");
    assert_true(sentio_json_next(&cursor, &value));
    assert_bytes(cursor.name, "b\\\"c");
    assert_int_equal(value.type, SENTIO_JSON_ARRAY);
    assert_true(sentio_json_next(&cursor, &value));
    assert_int_equal(cursor.name.size, 0);
    assert_true(sentio_json_true(&value));
    assert_false(sentio_json_next(&cursor, &value));
}

static void cursor_over_anything_else_is_empty(void **state) {
    (void)state;
    static const char *const texts[] = {"[]", "{}", " [ ] ", "{\n}", "1", "\"[1]\"", "null"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sentio_json value = parsed(texts[i]);
        assert_int_equal(sentio_json_count(&value), 0);
    }
    struct sentio_json absent = {.type = SENTIO_JSON_ABSENT};
    assert_int_equal(sentio_json_count(&absent), 0);
}

static void read_finds_the_named_members(void **state) {
    (void)state;
    struct sentio_json object = parsed("{\"x\":{\"a\":9},\"b\":\"two\",\"a\":1,\"x\":3}");
    struct sentio_field fields[] = {
        {.name = "a", .types = SENTIO_JSON_NUMBER, .required = true},
        {.name = "b", .types = SENTIO_JSON_STRING | SENTIO_JSON_NULL},
        {.name = "c", .types = SENTIO_JSON_ANY},
    };
    assert_int_equal(sentio_json_read(&object, fields, 3, NULL), SENTIO_OK);
    assert_bytes(fields[0].value.text, "1");
    assert_bytes(fields[1].value.text, "\"two\"");
    assert_int_equal(fields[2].value.type, SENTIO_JSON_ABSENT);
    assert_int_equal(sentio_json_read(&object, fields, 0, NULL), SENTIO_OK);
}

static void read_compares_unescaped_names(void **state) {
    (void)state;
    struct sentio_field fields[] = {{.name = "caf\xc3\xa9\"", .types = SENTIO_JSON_ANY}};
    struct sentio_json object = parsed("{\"\\u0063af\\u00e9\\\"\":1}");
    assert_int_equal(sentio_json_read(&object, fields, 1, NULL), SENTIO_OK);
    assert_int_equal(fields[0].value.type, SENTIO_JSON_NUMBER);
    object = parsed("{\"caf\xc3\xa9\\\"\":1,\"c\\u0061f\\u00E9\\u0022\":2}");
    assert_int_equal(sentio_json_read(&object, fields, 1, NULL), SENTIO_DUPLICATE);
    object = parsed("{\"caf\\u00e9\\\"\\u0000\":1,\"caf\\u00e9\":1}");
    assert_int_equal(sentio_json_read(&object, fields, 1, NULL), SENTIO_OK);
    assert_int_equal(fields[0].value.type, SENTIO_JSON_ABSENT);
}

static void read_names_the_field_that_is_wrong(void **state) {
    (void)state;
    struct sentio_json_error error;
    struct sentio_field fields[] = {
        {.name = "a", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "n", .types = SENTIO_JSON_NUMBER},
    };
    struct sentio_json object = parsed("{\"n\":\"1\",\"a\":\"\"}");
    assert_int_equal(sentio_json_read(&object, fields, 2, &error), SENTIO_INVALID);
    assert_string_equal(error.field, "n");
    assert_string_equal(error.message, "must be a number");
    assert_int_equal(error.position, 5);
    object = parsed("{\"n\":null,\"a\":\"\"}");
    assert_int_equal(sentio_json_read(&object, fields, 2, &error), SENTIO_INVALID);
    object = parsed("{\"n\":1}");
    assert_int_equal(sentio_json_read(&object, fields, 2, &error), SENTIO_NOT_FOUND);
    assert_string_equal(error.field, "a");
    object = parsed("{\"a\":\"x\",\"a\":\"x\"}");
    assert_int_equal(sentio_json_read(&object, fields, 2, &error), SENTIO_DUPLICATE);
    assert_string_equal(error.field, "a");
    object = parsed("[]");
    assert_int_equal(sentio_json_read(&object, fields, 2, &error), SENTIO_INVALID);
    assert_null(error.field);
}

static void numbers_round_to_the_nearest_double(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double number;
    } cases[] = {
        {"0", 0.0},
        {"0.1", 0x1.999999999999ap-4},
        {"-2.5e-3", -0.0025},
        {"1e22", 1e22},
        {"1e23", 0x1.52d02c7e14af6p+76},
        {"123456789012345678901234567890", 0x1.8ee90ff6c373ep+96},
        {"9007199254740993", 0x1p+53},
        {"9007199254740993.0000000000000000000001", 0x1.0000000000001p+53},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
        {"4.9e-324", 0x1p-1074},
        {"2.4703282292062327e-324", 0},
        {"2.4703282292062328e-324", 0x1p-1074},
        {"1.7976931348623157e308", 0x1.fffffffffffffp+1023},
        {"0.000001e6", 1.0},
        {"1e-400", 0.0},
        {"6.02214076e23", 6.02214076e23},
        {"100000000000000000000000e-23", 1.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (number_of(cases[i].text) != cases[i].number)
            fail_msg("%s gives %a", cases[i].text, number_of(cases[i].text));
    assert_true(signbit(number_of("-0")));
}

static void numbers_of_any_length_are_read(void **state) {
    (void)state;
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_text(&writer, "0.");
    for (int i = 0; i < 100000; i++)
        sentio_write_text(&writer, "0");
    sentio_write_text(&writer, "25e100001");
    sentio_write(&writer, sentio_bytes("", 1));
    assert_true(number_of(writer.data) == 2.5);
    sentio_writer_finish(&writer);
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_text(&writer, "9007199254740993.");
    for (int i = 0; i < 2000; i++)
        sentio_write_text(&writer, "0");
    size_t tie = writer.size;
    sentio_write_text(&writer, "1");
    sentio_write(&writer, sentio_bytes("", 1));
    assert_true(number_of(writer.data) == 0x1.0000000000001p+53);
    writer.data[tie] = '0';
    assert_true(number_of(writer.data) == 0x1p+53);
    sentio_writer_finish(&writer);
}

static void number_agrees_with_strtod(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        snprintf(text, sizeof text, "%llu.%03llue%d", (unsigned long long)(seed >> (seed & 63)),
                 (unsigned long long)(seed % 1000), (int)(seed >> 20) % 310);
        struct sentio_json value;
        if (sentio_json_parse(sentio_text(text), &value, NULL) != SENTIO_OK) {
            assert_true(isinf(strtod(text, NULL)));
            continue;
        }
        assert_true(number_of(text) == strtod(text, NULL));
    }
}

static void number_does_not_depend_on_the_locale(void **state) {
    (void)state;
    static const char *const comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof comma / sizeof *comma && !found; i++)
        found = setlocale(LC_NUMERIC, comma[i]);
    if (!found)
        skip();
    double number = number_of("1.25");
    double exact = number_of("1.2345678901234567890123");
    setlocale(LC_NUMERIC, "C");
    assert_true(number == 1.25);
    assert_true(exact == 1.2345678901234567890123);
}

static void unsigned_takes_plain_integers_only(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "-1", "-0", "1.0", "1e3", "9007199254740993", "99999999999999999999", "\"1\"", "true"};
    uint64_t number;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sentio_json value = parsed(wrong[i]);
        assert_int_equal(sentio_json_unsigned(&value, &number), SENTIO_INVALID);
    }
    struct sentio_json value = parsed("9007199254740992");
    assert_int_equal(sentio_json_unsigned(&value, &number), SENTIO_OK);
    assert_true(number == UINT64_C(1) << 53);
    value = parsed("0");
    assert_int_equal(sentio_json_unsigned(&value, &number), SENTIO_OK);
    assert_int_equal(number, 0);
    double real;
    value = parsed("\"1\"");
    assert_int_equal(sentio_json_number(&value, &real), SENTIO_INVALID);
}

static void string_without_escapes_is_a_span_of_the_source(void **state) {
    (void)state;
    struct sentio_json value = parsed("\"caf\xc3\xa9\"");
    struct sentio_bytes string;
    assert_int_equal(sentio_json_string(&value, NULL, 0, &string), SENTIO_OK);
    assert_ptr_equal(string.data, value.text.data + 1);
    assert_bytes(string, "caf\xc3\xa9");
    value = parsed("\"\"");
    assert_int_equal(sentio_json_string(&value, NULL, 0, &string), SENTIO_OK);
    assert_int_equal(string.size, 0);
    value = parsed("1");
    assert_int_equal(sentio_json_string(&value, NULL, 0, &string), SENTIO_INVALID);
}

static void string_is_unescaped_into_the_buffer(void **state) {
    (void)state;
    struct sentio_json value =
        parsed("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\\u0041\\u00e9\\u20AC\\uD83D\\uDE00.\"");
    const char *expected = "a\"\\/\b\f\n\r\tzA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.";
    size_t needed = strlen(expected);
    struct sentio_bytes string;
    char buffer[64];
    assert_int_equal(sentio_json_string(&value, buffer, needed, &string), SENTIO_OK);
    assert_bytes(string, expected);
    for (size_t size = 0; size < needed; size++)
        assert_int_equal(sentio_json_string(&value, buffer, size, &string), SENTIO_TOO_BIG);
    value = parsed("\"a\\u0000b\"");
    assert_int_equal(sentio_json_string(&value, buffer, sizeof buffer, &string), SENTIO_OK);
    assert_int_equal(string.size, 3);
    assert_memory_equal(string.data, "a\0b", 3);
}

static void only_the_word_true_is_true(void **state) {
    (void)state;
    struct sentio_json value = parsed("true");
    assert_true(sentio_json_true(&value));
    static const char *const others[] = {"false", "null", "1", "\"true\"", "[true]"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        value = parsed(others[i]);
        assert_false(sentio_json_true(&value));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_returns_elements_byte_for_byte),
        cmocka_unit_test(cursor_names_an_objects_members),
        cmocka_unit_test(cursor_over_anything_else_is_empty),
        cmocka_unit_test(read_finds_the_named_members),
        cmocka_unit_test(read_compares_unescaped_names),
        cmocka_unit_test(read_names_the_field_that_is_wrong),
        cmocka_unit_test(numbers_round_to_the_nearest_double),
        cmocka_unit_test(numbers_of_any_length_are_read),
        cmocka_unit_test(number_agrees_with_strtod),
        cmocka_unit_test(number_does_not_depend_on_the_locale),
        cmocka_unit_test(unsigned_takes_plain_integers_only),
        cmocka_unit_test(string_without_escapes_is_a_span_of_the_source),
        cmocka_unit_test(string_is_unescaped_into_the_buffer),
        cmocka_unit_test(only_the_word_true_is_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
