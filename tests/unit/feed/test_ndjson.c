/* SPDX-License-Identifier: MIT */
#include "replay_fixture.h"

static void objects_become_items_with_their_number_texts(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture,
                   "\xEF\xBB\xBF\r\n {\"price\": 112.0600, \"symbol\": \"aapl\", \"bid\": 1e2, "
                   "\"volume\": 18446744073709551614, \"note\": [1, {}], \"ask\": null}\r\n");
    assert_int_equal(fixture->result, 0);
    assert_string_equal(fixture->reports, "");
    assert_string_equal(fixture->output,
                        "{\"data\":[{\"symbol\":\"AAPL\",\"price\":112.0600,\"bid\":1e2,"
                        "\"volume\":18446744073709551614}]}\n");
}

static void bars_and_quotes_may_be_mixed(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, "{\"timestamp\":\"2016-04-15T13:30:00Z\",\"symbol\":\"A\",\"open\":1,"
                            "\"high\":4,\"low\":1,\"close\":2,\"volume\":7}\n"
                            "{\"symbol\":\"B\",\"price\":3}\n");
    assert_string_equal(fixture->output,
                        "{\"data\":[{\"symbol\":\"A\",\"price\":2,\"open\":1,\"high\":4,\"low\":1,"
                        "\"volume\":7,\"timestamp\":\"2016-04-15T13:30:00Z\"}]}\n"
                        "{\"data\":[{\"symbol\":\"B\",\"price\":3}]}\n");
}

static void bad_objects_are_reported_with_their_line(void **state) {
    static const struct {
        const char *line;
        const char *report;
    } cases[] = {
        {"{\"symbol\":\"A\",\"price\":}", "not JSON at byte"},
        {"{\"symbol\":\"A\",\"price\":1", "not JSON at byte"},
        {"{\"symbol\":\"A\",\"price\":1} x", "not JSON at byte"},
        {"{\"symbol\":\"A\xff\",\"price\":1}", "not JSON at byte"},
        {"[1]", "not a JSON object"},
        {"{\"symbol\":\"A\",\"price\":\"1\"}", "price is not a number"},
        {"{\"symbol\":\"A\",\"price\":NaN}", "price \"NaN\" is not a number"},
        {"{\"symbol\":\"A\",\"price\":99999999999999999999}", "price is not a number"},
        {"{\"symbol\":5,\"price\":1}", "symbol is not a plain string"},
        {"{\"symbol\":\"A\\u0000B\",\"price\":1}", "symbol is not a plain string"},
        {"{\"symbol\":\"A\",\"price\":1,\"timestamp\":1460727000}",
         "timestamp is not a plain string"},
        {"{\"symbol\":\"A\"}", "no price"},
        {"{\"price\":1}", "no symbol"},
        {"{\"symbol\":\"A\",\"close\":1}", "the bar has no timestamp"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "{\"symbol\":\"Z\",\"price\":2}\n%s\n", cases[i].line);
        fixture_replay(fixture, text);
        assert_int_equal(fixture->result, 0);
        assert_string_equal(fixture->output, "{\"data\":[{\"symbol\":\"Z\",\"price\":2}]}\n");
        assert_non_null(strstr(fixture->reports, "sentio-feed: quotes.csv:2: "));
        assert_non_null(strstr(fixture->reports, cases[i].report));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(objects_become_items_with_their_number_texts),
        FIXTURE_TEST(bars_and_quotes_may_be_mixed),
        FIXTURE_TEST(bad_objects_are_reported_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
