/* SPDX-License-Identifier: MIT */
#include "replay_fixture.h"

#define HEADER "timestamp,symbol,open,high,low,close,volume\n"

/* The text of a field of the n-th line's only item, in a static buffer. */
static const char *field(const char *output, int line, const char *name) {
    static char text[64];
    char key[32];
    while (line-- > 0)
        output = strchr(output, '\n') + 1;
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(output, key);
    const char *end = strchr(output, '\n');
    if (at == NULL || at > end)
        return NULL;
    at += strlen(key);
    snprintf(text, sizeof text, "%.*s", (int)strcspn(at, ",}"), at);
    return text;
}

static void high_low_and_volume_are_the_days_so_far(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, HEADER "2016-04-15T13:30:00Z,A,10.0,11.10,9.50,10.5,0.43\n"
                                   "2016-04-15T13:31:00Z,A,10.5,10.6,9.90,10.2,2.130\n"
                                   "2016-04-15T13:32:00Z,A,10.2,11.2,9.10,9.2,7\n");
    const char *output = fixture->output;
    assert_string_equal(field(output, 0, "volume"), "0.43");
    assert_string_equal(field(output, 1, "high"), "11.10");
    assert_string_equal(field(output, 1, "low"), "9.50");
    assert_string_equal(field(output, 1, "volume"), "2.560");
    assert_string_equal(field(output, 1, "open"), "10.5");
    assert_string_equal(field(output, 1, "price"), "10.2");
    assert_string_equal(field(output, 2, "high"), "11.2");
    assert_string_equal(field(output, 2, "low"), "9.10");
    assert_string_equal(field(output, 2, "volume"), "9.560");
    assert_null(field(output, 2, "prev_close"));
    assert_null(field(output, 2, "change"));
    assert_null(field(output, 2, "close"));
}

static void a_new_utc_date_begins_a_day_and_gives_a_previous_close(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, HEADER "2016-04-15T23:59:00Z,A,10,11,9,10.50,5\n"
                                   "2016-04-16T01:59:30+02:00,A,10,12,8,10.00,5\n"
                                   "2016-04-16T00:00:00Z,A,9,9.7,8.5,9.75,3\n"
                                   "2016-04-16T00:01:00Z,A,9,9.8,8.5,10.00,3\n");
    const char *output = fixture->output;
    assert_string_equal(field(output, 1, "high"), "12");
    assert_string_equal(field(output, 1, "volume"), "10");
    assert_string_equal(field(output, 2, "high"), "9.7");
    assert_string_equal(field(output, 2, "low"), "8.5");
    assert_string_equal(field(output, 2, "volume"), "3");
    assert_string_equal(field(output, 2, "prev_close"), "10.00");
    assert_string_equal(field(output, 2, "change"), "-0.25");
    assert_string_equal(field(output, 2, "change_pct"), "-2.50");
    assert_string_equal(field(output, 3, "change"), "0.00");
    assert_string_equal(field(output, 3, "change_pct"), "0.00");
}

static void each_symbol_has_days_of_its_own(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, HEADER "2016-04-15T13:30:00Z,A,1,2,1,1,5\n"
                                   "2016-04-15T13:31:00Z,B,8,9,7,8,6\n"
                                   "2016-04-18T13:30:00Z,B,8,9,7,8.5,6\n");
    assert_string_equal(field(fixture->output, 1, "low"), "7");
    assert_string_equal(field(fixture->output, 1, "volume"), "6");
    assert_string_equal(field(fixture->output, 2, "prev_close"), "8");
}

static void volumes_with_an_exponent_are_added_up(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, HEADER "2016-04-15T13:30:00Z,A,1,2,1,1,1e3\n"
                                   "2016-04-15T13:31:00Z,A,1,2,1,1,0.5\n");
    assert_string_equal(field(fixture->output, 1, "volume"), "1000.5");
}

static void a_date_that_goes_back_gives_no_previous_close(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, HEADER "2016-04-18T13:30:00Z,A,1,2,1,1,5\n"
                                   "2016-04-15T13:30:00Z,A,1,2,1,1,6\n");
    assert_string_equal(field(fixture->output, 1, "volume"), "6");
    assert_null(field(fixture->output, 1, "prev_close"));
}

static void quotes_keep_their_own_day_and_get_the_change(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, "symbol,price,high,volume,prev_close,change\n"
                            "A,10.5,12,7,10.250,\n"
                            "A,10.5,11,6,10,9\n"
                            "A,10.5,11,6,0,\n");
    const char *output = fixture->output;
    assert_string_equal(field(output, 0, "change"), "0.250");
    assert_string_equal(field(output, 0, "change_pct"), "2.44");
    assert_string_equal(field(output, 1, "high"), "11");
    assert_string_equal(field(output, 1, "volume"), "6");
    assert_string_equal(field(output, 1, "change"), "9");
    assert_string_equal(field(output, 1, "change_pct"), "5.00");
    assert_null(field(output, 2, "change_pct"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(high_low_and_volume_are_the_days_so_far),
        FIXTURE_TEST(a_new_utc_date_begins_a_day_and_gives_a_previous_close),
        FIXTURE_TEST(each_symbol_has_days_of_its_own),
        FIXTURE_TEST(volumes_with_an_exponent_are_added_up),
        FIXTURE_TEST(a_date_that_goes_back_gives_no_previous_close),
        FIXTURE_TEST(quotes_keep_their_own_day_and_get_the_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
