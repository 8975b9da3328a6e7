/* SPDX-License-Identifier: MIT */
#include "replay_fixture.h"

#define LINE(items) "{\"data\":[" items "]}\n"

static void columns_are_taken_by_name_in_any_order(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, "ask,Price,note,SYMBOL\n112.10,112.060,x,aapl\n");
    assert_int_equal(fixture->result, 0);
    assert_string_equal(fixture->output,
                        LINE("{\"symbol\":\"AAPL\",\"price\":112.060,\"ask\":112.10}"));
    assert_string_equal(fixture->reports, "");
}

static void crlf_bom_blank_lines_and_a_missing_last_line_break_are_understood(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, "\xEF\xBB\xBFsymbol,price\r\n\r\nAAPL,1\r\n  \nMSFT,2");
    assert_string_equal(fixture->output, LINE("{\"symbol\":\"AAPL\",\"price\":1}")
                                             LINE("{\"symbol\":\"MSFT\",\"price\":2}"));
    assert_string_equal(fixture->reports, "");
}

static void quoted_fields_may_hold_commas_and_quotes(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, "\"symbol\",note,\"price\"\n"
                            "\"AAPL\",\"Apple, \"\"Inc.\"\"\", \"112.06\" \n");
    assert_string_equal(fixture->output, LINE("{\"symbol\":\"AAPL\",\"price\":112.06}"));
    assert_string_equal(fixture->reports, "");
}

static void empty_cells_are_absent_fields(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, "symbol,price,bid,timestamp\nAAPL,112.06,,\n");
    assert_string_equal(fixture->output, LINE("{\"symbol\":\"AAPL\",\"price\":112.06}"));
}

static void number_texts_pass_byte_for_byte(void **state) {
    static const char *const texts[] = {"112.0600", "1e5", "0.10E-3",
                                        "-37.63",   "0",   "123456789012345678901234567890"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[100];
        char line[100];
        snprintf(text, sizeof text, "symbol,price\nCL,%s\n", texts[i]);
        snprintf(line, sizeof line, LINE("{\"symbol\":\"CL\",\"price\":%s}"), texts[i]);
        fixture_replay(fixture, text);
        assert_string_equal(fixture->output, line);
    }
}

static void bad_rows_are_reported_with_file_and_line_and_passed_over(void **state) {
    static const struct {
        const char *row;
        const char *report;
    } cases[] = {
        {"AAPL,abc,", "price \"abc\" is not a number"},
        {"AAPL,NaN,", "price \"NaN\" is not a number"},
        {"AAPL,inf,", "price \"inf\" is not a number"},
        {"AAPL,1e999,", "price \"1e999\" is not a number"},
        {"AAPL,0x10,", "price \"0x10\" is not a number"},
        {"AAPL,.5,", "price \".5\" is not a number"},
        {"AAPL,05,", "price \"05\" is not a number"},
        {"AAPL,+5,", "price \"+5\" is not a number"},
        {"AAPL,5.,", "price \"5.\" is not a number"},
        {"AAPL,,", "no price"},
        {",5,", "no symbol"},
        {"A PL,5,", "symbol \"A PL\" is not"},
        {"A\"B,5,", "symbol \"A\"B\" is not"},
        {"\x1b[31m,5,", "symbol \"?[31m\" is not"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456,5,", "is not 1 to 32"},
        {"AAPL,5,yesterday", "timestamp \"yesterday\" is not ISO 8601"},
        {"AAPL,5", "the row has 2 fields and the header 3"},
        {"AAPL,5,,", "the row has 4 fields and the header 3"},
        {"\"AAPL,5,", "quotes of a field are not closed"},
        {"\"AAPL\"x,5,", "quotes of a field are not closed"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "symbol,price,timestamp\n%s\nMSFT,2,\n", cases[i].row);
        fixture_replay(fixture, text);
        assert_int_equal(fixture->result, 0);
        assert_string_equal(fixture->output, LINE("{\"symbol\":\"MSFT\",\"price\":2}"));
        assert_ptr_equal(strstr(fixture->reports, "sentio-feed: quotes.csv:2: "), fixture->reports);
        assert_non_null(strstr(fixture->reports, cases[i].report));
        assert_int_equal(fixture_occurs(fixture->reports, "\n"), 1);
    }
}

static void a_nul_byte_makes_a_row_bad(void **state) {
    static const char text[] = "symbol,price\nAAPL,1\0002\nMSFT,2\n";
    struct fixture *fixture = *state;
    fixture_run(fixture, text, sizeof text - 1);
    assert_string_equal(fixture->output, LINE("{\"symbol\":\"MSFT\",\"price\":2}"));
    assert_non_null(strstr(fixture->reports, "quotes.csv:2: the line contains a NUL byte"));
}

static void a_bad_header_is_an_error(void **state) {
    static const struct {
        const char *header;
        const char *report;
    } cases[] = {
        {"price,volume", "no column \"symbol\""},
        {"symbol;price", "no column \"symbol\""},
        {"symbol,volume", "no column \"price\""},
        {"symbol,price,Price", "two columns \"price\""},
        {"symbol,open,high,low,close,volume", "no column \"timestamp\""},
        {"timestamp,symbol,high,low,close,volume", "no column \"open\""},
        {"timestamp,symbol,open,high,low,close", "no column \"volume\""},
        {"\"symbol,price", "not closed"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "\n%s\nAAPL,1\n", cases[i].header);
        fixture_replay(fixture, text);
        assert_int_equal(fixture->result, SENTIO_INVALID);
        assert_string_equal(fixture->output, "");
        assert_non_null(strstr(fixture->reports, "quotes.csv:2: "));
        assert_non_null(strstr(fixture->reports, cases[i].report));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(columns_are_taken_by_name_in_any_order),
        FIXTURE_TEST(crlf_bom_blank_lines_and_a_missing_last_line_break_are_understood),
        FIXTURE_TEST(quoted_fields_may_hold_commas_and_quotes),
        FIXTURE_TEST(empty_cells_are_absent_fields),
        FIXTURE_TEST(number_texts_pass_byte_for_byte),
        FIXTURE_TEST(bad_rows_are_reported_with_file_and_line_and_passed_over),
        FIXTURE_TEST(a_nul_byte_makes_a_row_bad),
        FIXTURE_TEST(a_bad_header_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
