/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sentio/sdk.h>

/* Parses a copy of exactly the text's size, so that the sanitizers see reads behind it. */
static int parse_bytes(const char *text, size_t size) {
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    struct sentio_json value;
    int result = sentio_json_parse(sentio_bytes(copy, size), &value, NULL);
    free(copy);
    return result;
}

static void assert_accepts(const char *text) {
    if (parse_bytes(text, strlen(text)) != SENTIO_OK)
        fail_msg("refused: %s", text);
}

static void assert_refuses(const char *text) {
    if (parse_bytes(text, strlen(text)) != SENTIO_INVALID)
        fail_msg("accepted: %s", text);
}

static struct sentio_json parsed(const char *text) {
    struct sentio_json value;
    assert_int_equal(sentio_json_parse(sentio_text(text), &value, NULL), SENTIO_OK);
    return value;
}

static void assert_bytes(struct sentio_bytes bytes, const char *expected) {
    assert_int_equal(bytes.size, strlen(expected));
    assert_memory_equal(bytes.data, expected, bytes.size);
}

static void valid_texts_are_accepted(void **state) {
    (void)state;
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-0.0e-0",
        "12.5E+3",
        "1e-999",
        "\"\"",
        "[]",
        "{}",
        " \t\r\n[ 1 , 2 ]\n",
        "{\"\":{\"\":[]}}",
        "{ \"a\" : [ { } , [ ] ] }",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD834\\uDd1e\"",
        "\"\x7f\xc3\xa9\xe2\x82\xac\"",
        "\"\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xee\x80\x80\"",
        "{\"a\":1,\"a\":2}",
        "\"a long string of more than eight plain characters\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_accepts(texts[i]);
}

static void malformed_texts_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "nul",
        "nulll",
        "True",
        "NaN",
        "Infinity",
        "-Infinity",
        "+1",
        "-",
        "--1",
        "01",
        "-01",
        "00",
        "1.",
        ".5",
        "1.e1",
        "1e",
        "1e+",
        "1E-",
        "0x10",
        "1_0",
        "'a'",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\U0041\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\"::1}",
        "{1:2}",
        "{\"a\":1]",
        "1 2",
        "{} {}",
        "[] ]",
        "// c\n1",
        "/**/1",
        "\"a\nb\"",
        "\"tab\tin a longer string\"",
        "\xef\xbb\xbf{}",
        "\"\\",
        "\"\\u",
        "[1]\f",
        "\xc2\xa0 1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refuses(texts[i]);
}

static void text_truncated_at_any_byte_is_refused(void **state) {
    (void)state;
    const char *text =
        "{\"k\\u00e9\\uD834\\uDD1E\":[-12.5e+3,true,false,null,\"\xe2\x82\xac\xf0\x9f"
        "\x98\x80 and so on\\n\"],\"o\":{\"a\":[[],{}]}}";
    assert_accepts(text);
    for (size_t size = 0; size < strlen(text); size++)
        assert_int_equal(parse_bytes(text, size), SENTIO_INVALID);
}

static void text_with_any_byte_replaced_never_reads_outside(void **state) {
    (void)state;
    char text[] = "{\"a\\u00e9\":[-1.5e3,true,null,\"\xe2\x82\xac\\n\"],\"b\":{\"c\":[[],{}]}}";
    size_t refused = 0;
    for (size_t i = 0; i < sizeof text - 1; i++) {
        char kept = text[i];
        for (int byte = 0; byte < 256; byte++) {
            text[i] = (char)byte;
            struct sentio_json value;
            if (sentio_json_parse(sentio_bytes(text, sizeof text - 1), &value, NULL) == SENTIO_OK)
                sentio_json_count(&value);
            else
                refused++;
        }
        text[i] = kept;
    }
    assert_true(refused > 5000);
}

static void byte_that_is_not_plain_is_seen_at_any_place(void **state) {
    (void)state;
    for (size_t place = 1; place <= 20; place++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[] = "\"abcdefghijklmnopqrst\"";
            text[place] = (char)byte;
            bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
            bool escape = byte == '\\' && strchr("\"bfnrt", text[place + 1]) && place < 20;
            int expected = plain || escape ? SENTIO_OK : SENTIO_INVALID;
            if (parse_bytes(text, sizeof text - 1) != expected)
                fail_msg("byte %d at %zu", byte, place);
        }
    }
}

static void lone_surrogate_escapes_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "\"\\uD834\"",        "\"\\uDD1E\"",        "\"\\uD834x\"",
        "\"\\uD834\\n\"",     "\"\\uD834\\u0041\"", "\"\\uD834\\uD834\"",
        "\"\\uDD1E\\uD834\"", "\"\\uD834\\uDD1\"",  "\"\\udfff\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refuses(texts[i]);
}

static void malformed_utf8_is_refused(void **state) {
    (void)state;
    static const char *const sequences[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc3",
        "\xc3x",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe2\x82",
        "\xe2\x28\xa1",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf0\x9f\x98",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xfe",
        "\xff",
    };
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        char text[64] = "\"12345678";
        size_t length = strlen(sequences[i]);
        memcpy(text + 9, sequences[i], length);
        memcpy(text + 9 + length, "\"", 1);
        assert_int_equal(parse_bytes(text, 10 + length), SENTIO_INVALID);
        assert_false(sentio_utf8_valid(sentio_text(sequences[i])));
        assert_false(sentio_utf8_valid(sentio_bytes(text, 9 + length)));
    }
    assert_true(sentio_utf8_valid(sentio_bytes(NULL, 0)));
    assert_true(sentio_utf8_valid(sentio_text("plain text, \xc3\xa9\xed\x9f\xbf\xf0\x90\x80\x80")));
}

static void nul_bytes_are_refused(void **state) {
    (void)state;
    assert_int_equal(parse_bytes("1\0", 2), SENTIO_INVALID);
    assert_int_equal(parse_bytes("\0001", 2), SENTIO_INVALID);
    assert_int_equal(parse_bytes("\"a\0b\"", 5), SENTIO_INVALID);
    assert_int_equal(parse_bytes("\"12345678\0b\"", 12), SENTIO_INVALID);
    assert_int_equal(parse_bytes("[\0]", 3), SENTIO_INVALID);
}

static int parse_nested(size_t levels, char open, char close) {
    char *text = malloc(levels * 2);
    assert_non_null(text);
    memset(text, open, levels);
    memset(text + levels, close, levels);
    int result = parse_bytes(text, levels * 2);
    free(text);
    return result;
}

static void nesting_ends_at_the_limit(void **state) {
    (void)state;
    assert_int_equal(parse_nested(SENTIO_JSON_DEPTH, '[', ']'), SENTIO_OK);
    assert_int_equal(parse_nested(SENTIO_JSON_DEPTH + 1, '[', ']'), SENTIO_INVALID);
    assert_int_equal(parse_nested(1000000, '[', ']'), SENTIO_INVALID);
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    for (int i = 0; i < SENTIO_JSON_DEPTH; i++)
        sentio_write_text(&writer, i % 2 ? "{\"a\":" : "[");
    sentio_write_text(&writer, "0");
    for (int i = SENTIO_JSON_DEPTH; i > 0; i--)
        sentio_write_text(&writer, i % 2 ? "]" : "}");
    struct sentio_bytes text = sentio_written(&writer);
    assert_int_equal(parse_bytes(text.data, text.size), SENTIO_OK);
    sentio_writer_finish(&writer);
}

static void numbers_beyond_a_double_are_refused(void **state) {
    (void)state;
    assert_refuses("1e999");
    assert_refuses("-1e999");
    assert_refuses("[1e309]");
    assert_refuses("1.7976931348623159e308");
    assert_refuses("0.1e99999999999999999999999999");
    assert_accepts("1.7976931348623157e308");
    assert_accepts("0e99999999999999999999999999");
    assert_accepts("1e-99999999999999999999999999");
    char digits[401];
    memset(digits, '9', sizeof digits);
    assert_int_equal(parse_bytes(digits, 308), SENTIO_OK);
    assert_int_equal(parse_bytes(digits, 309), SENTIO_INVALID);
    assert_int_equal(parse_bytes(digits, 401), SENTIO_INVALID);
}

static void error_tells_where_and_why(void **state) {
    (void)state;
    struct sentio_json value;
    struct sentio_json_error error;
    assert_int_equal(sentio_json_parse(sentio_text("{\"a\": 1, b}"), &value, &error),
                     SENTIO_INVALID);
    assert_int_equal(error.position, 9);
    assert_string_equal(error.message, "a member's name in quotes expected");
    assert_null(error.field);
    assert_int_equal(value.type, SENTIO_JSON_ABSENT);
    sentio_json_parse(sentio_text("[1] x"), &value, &error);
    assert_int_equal(error.position, 4);
    sentio_json_parse(sentio_text(""), &value, &error);
    assert_int_equal(error.position, 0);
    assert_string_equal(error.message, "the text ends too early");
    sentio_json_parse(sentio_bytes(NULL, 0), &value, &error);
    assert_int_equal(error.position, 0);
}

static void value_is_the_source_without_surrounding_space(void **state) {
    (void)state;
    struct sentio_json value = parsed(" \n {\"a\" : 1 } \t");
    assert_int_equal(value.type, SENTIO_JSON_OBJECT);
    assert_bytes(value.text, "{\"a\" : 1 }");
    value = parsed(" -1.5 ");
    assert_int_equal(value.type, SENTIO_JSON_NUMBER);
    assert_bytes(value.text, "-1.5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_texts_are_accepted),
        cmocka_unit_test(malformed_texts_are_refused),
        cmocka_unit_test(text_truncated_at_any_byte_is_refused),
        cmocka_unit_test(text_with_any_byte_replaced_never_reads_outside),
        cmocka_unit_test(byte_that_is_not_plain_is_seen_at_any_place),
        cmocka_unit_test(lone_surrogate_escapes_are_refused),
        cmocka_unit_test(malformed_utf8_is_refused),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(nesting_ends_at_the_limit),
        cmocka_unit_test(numbers_beyond_a_double_are_refused),
        cmocka_unit_test(error_tells_where_and_why),
        cmocka_unit_test(value_is_the_source_without_surrounding_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
