/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sentio/sdk.h>

static void assert_written(struct sentio_writer *writer, const char *expected) {
    struct sentio_bytes text = sentio_written(writer);
    if (text.size != strlen(expected) || memcmp(text.data, expected, text.size) != 0)
        fail_msg("wrote %.*s instead of %s", (int)text.size, text.data, expected);
    sentio_writer_finish(writer);
}

static void assert_string(struct sentio_bytes string, const char *expected) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_string(&writer, string);
    assert_written(&writer, expected);
}

static void assert_number(double number, int decimals, const char *expected) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_number(&writer, number, decimals);
    assert_written(&writer, expected);
}

static void assert_time(int64_t unix_ms, const char *expected) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_time(&writer, unix_ms);
    assert_written(&writer, expected);
}

static void what_fits_stays_in_the_callers_buffer(void **state) {
    (void)state;
    char buffer[8];
    struct sentio_writer writer;
    sentio_writer_init(&writer, buffer, sizeof buffer);
    sentio_write_text(&writer, "12345");
    sentio_write(&writer, sentio_bytes("678", 3));
    assert_ptr_equal(writer.data, buffer);
    assert_false(writer.owned);
    assert_written(&writer, "12345678");
}

static void what_does_not_fit_moves_to_the_heap(void **state) {
    (void)state;
    char buffer[8];
    struct sentio_writer writer;
    sentio_writer_init(&writer, buffer, sizeof buffer);
    sentio_write_text(&writer, "12345678");
    sentio_write_text(&writer, "9");
    assert_true(writer.owned);
    assert_written(&writer, "123456789");
    assert_null(writer.data);
    assert_int_equal(writer.size, 0);
}

static void text_of_any_length_is_kept(void **state) {
    (void)state;
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 99);
    for (int i = 0; i < 10000; i++)
        sentio_write_format(&writer, "%04d,", i);
    struct sentio_bytes text = sentio_written(&writer);
    assert_int_equal(text.size, 50000);
    assert_memory_equal(text.data + 5 * 1234, "1234,", 5);
    assert_memory_equal(text.data + 49995, "9999,", 5);
    sentio_writer_finish(&writer);
}

static void nothing_written_is_empty(void **state) {
    (void)state;
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write(&writer, sentio_bytes(NULL, 0));
    sentio_write_text(&writer, "");
    assert_int_equal(sentio_written(&writer).size, 0);
    sentio_writer_finish(&writer);
    sentio_writer_finish(&writer);
}

static void format_fills_the_buffer_to_its_last_byte(void **state) {
    (void)state;
    for (size_t capacity = 0; capacity < 12; capacity++) {
        char *buffer = malloc(capacity ? capacity : 1);
        struct sentio_writer writer;
        sentio_writer_init(&writer, buffer, capacity);
        sentio_write_format(&writer, "%s-%d", "abcd", 42);
        sentio_write_format(&writer, "%.*s", 2, "xyz");
        assert_written(&writer, "abcd-42xy");
        free(buffer);
    }
}

static void failure_is_kept_and_yields_nothing(void **state) {
    (void)state;
    char buffer[8];
    struct sentio_writer writer;
    sentio_writer_init(&writer, buffer, sizeof buffer);
    sentio_write_text(&writer, "ab");
    sentio_write(&writer, sentio_bytes(buffer, SIZE_MAX / 2));
    assert_true(writer.failed);
    sentio_write_text(&writer, "c");
    sentio_write_format(&writer, "%d", 1);
    sentio_write_number(&writer, 1, 0);
    sentio_write_string(&writer, sentio_text("d"));
    assert_int_equal(writer.size, 2);
    assert_int_equal(sentio_written(&writer).size, 0);
    sentio_writer_finish(&writer);
    assert_false(writer.failed);
}

static void strings_are_quoted_and_escaped(void **state) {
    (void)state;
    assert_string(sentio_text(""), "\"\"");
    assert_string(sentio_bytes(NULL, 0), "\"\"");
    assert_string(sentio_text("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    assert_string(sentio_text("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    assert_string(sentio_bytes("a\0b", 3), "\"a\\u0000b\"");
    assert_string(sentio_text("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
                  "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

static void invalid_utf8_becomes_the_replacement_character(void **state) {
    (void)state;
    assert_string(sentio_text("a\xff"
                              "b"),
                  "\"a\xef\xbf\xbd"
                  "b\"");
    assert_string(sentio_text("\xc3"), "\"\xef\xbf\xbd\"");
    assert_string(sentio_text("\xc0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_string(sentio_text("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void any_bytes_become_a_valid_json_string(void **state) {
    (void)state;
    char bytes[512];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_string(&writer, sentio_bytes(bytes, sizeof bytes));
    struct sentio_json value;
    assert_int_equal(sentio_json_parse(sentio_written(&writer), &value, NULL), SENTIO_OK);
    assert_int_equal(value.type, SENTIO_JSON_STRING);
    sentio_writer_finish(&writer);
}

static void string_read_back_is_the_string_written(void **state) {
    (void)state;
    char bytes[128];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_string(&writer, sentio_bytes(bytes, sizeof bytes));
    struct sentio_json value;
    struct sentio_bytes string;
    char buffer[128];
    assert_int_equal(sentio_json_parse(sentio_written(&writer), &value, NULL), SENTIO_OK);
    assert_int_equal(sentio_json_string(&value, buffer, sizeof buffer, &string), SENTIO_OK);
    assert_int_equal(string.size, sizeof bytes);
    assert_memory_equal(string.data, bytes, sizeof bytes);
    sentio_writer_finish(&writer);
}

static void numbers_have_no_more_places_than_asked_for(void **state) {
    (void)state;
    assert_number(0, 2, "0");
    assert_number(1.5, 2, "1.5");
    assert_number(-1.25, 2, "-1.25");
    assert_number(100, 2, "100");
    assert_number(1234.5678, 2, "1234.57");
    assert_number(0.999, 2, "1");
    assert_number(2.5, 0, "2");
    assert_number(0.1, 15, "0.1");
    assert_number(0x1p-16, 99, "0.000015258789062");
    assert_number(7.7, -1, "8");
    assert_number(1e21, 3, "1000000000000000000000");
}

static void number_does_not_depend_on_the_locale(void **state) {
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        skip();
    assert_number(-1234.5, 2, "-1234.5");
    setlocale(LC_NUMERIC, "C");
}

static void zero_has_no_sign(void **state) {
    (void)state;
    assert_number(-0.0, 2, "0");
    assert_number(-0.001, 2, "0");
    assert_number(-0.01, 2, "-0.01");
    assert_number(-10, 2, "-10");
}

static void number_that_is_not_finite_is_null(void **state) {
    (void)state;
    assert_number(NAN, 2, "null");
    assert_number(INFINITY, 2, "null");
    assert_number(-INFINITY, 2, "null");
}

static void largest_double_is_written_in_full(void **state) {
    (void)state;
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_number(&writer, -1.7976931348623157e308, 15);
    struct sentio_json value;
    double number;
    assert_int_equal(sentio_json_parse(sentio_written(&writer), &value, NULL), SENTIO_OK);
    assert_int_equal(sentio_json_number(&value, &number), SENTIO_OK);
    assert_true(number == -1.7976931348623157e308);
    sentio_writer_finish(&writer);
}

static void times_are_iso_8601(void **state) {
    (void)state;
    assert_time(0, "1970-01-01T00:00:00.000Z");
    assert_time(1728124200000, "2024-10-05T10:30:00.000Z");
    assert_time(1709251199999, "2024-02-29T23:59:59.999Z");
    assert_time(951782400000, "2000-02-29T00:00:00.000Z");
    assert_time(4107542400000, "2100-03-01T00:00:00.000Z");
    assert_time(-1, "1969-12-31T23:59:59.999Z");
    assert_time(-62167219200000, "0000-01-01T00:00:00.000Z");
    assert_time(253402300799999, "9999-12-31T23:59:59.999Z");
}

static void years_of_other_lengths_have_a_sign(void **state) {
    (void)state;
    assert_time(253402300800000, "+010000-01-01T00:00:00.000Z");
    assert_time(-62167219200001, "-000001-12-31T23:59:59.999Z");
    assert_time(INT64_MAX, "+292278994-08-17T07:12:55.807Z");
    assert_time(INT64_MIN, "-292275055-05-16T16:47:04.192Z");
}

static void each_error_has_its_text(void **state) {
    (void)state;
    assert_string_equal(sentio_error_text(SENTIO_OK), "ok");
    assert_string_equal(sentio_error_text(SENTIO_DUPLICATE), "given twice");
    assert_string_equal(sentio_error_text(-99), "unknown error");
    assert_string_equal(sentio_error_text(1), "unknown error");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays_in_the_callers_buffer),
        cmocka_unit_test(what_does_not_fit_moves_to_the_heap),
        cmocka_unit_test(text_of_any_length_is_kept),
        cmocka_unit_test(nothing_written_is_empty),
        cmocka_unit_test(format_fills_the_buffer_to_its_last_byte),
        cmocka_unit_test(failure_is_kept_and_yields_nothing),
        cmocka_unit_test(strings_are_quoted_and_escaped),
        cmocka_unit_test(invalid_utf8_becomes_the_replacement_character),
        cmocka_unit_test(any_bytes_become_a_valid_json_string),
        cmocka_unit_test(string_read_back_is_the_string_written),
        cmocka_unit_test(numbers_have_no_more_places_than_asked_for),
        cmocka_unit_test(number_does_not_depend_on_the_locale),
        cmocka_unit_test(zero_has_no_sign),
        cmocka_unit_test(number_that_is_not_finite_is_null),
        cmocka_unit_test(largest_double_is_written_in_full),
        cmocka_unit_test(times_are_iso_8601),
        cmocka_unit_test(years_of_other_lengths_have_a_sign),
        cmocka_unit_test(each_error_has_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
