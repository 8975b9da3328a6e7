/* SPDX-License-Identifier: MIT */
#include "replay_fixture.h"

#define HEADER "timestamp,symbol,price\n"

static void rows_with_the_same_timestamp_are_one_update(void **state) {
    struct fixture *fixture = *state;
    fixture_replay(fixture, HEADER "2016-04-15T13:30:00Z,AAPL,1\n"
                                   "2016-04-15T15:30:00+02:00,MSFT,2\n"
                                   "2016-04-15T13:31:00Z,AAPL,3\n");
    assert_string_equal(fixture->output,
                        "{\"data\":["
                        "{\"symbol\":\"AAPL\",\"price\":1,\"timestamp\":\"2016-04-15T13:30:00Z\"},"
                        "{\"symbol\":\"MSFT\",\"price\":2,"
                        "\"timestamp\":\"2016-04-15T15:30:00+02:00\"}]}\n"
                        "{\"data\":["
                        "{\"symbol\":\"AAPL\",\"price\":3,\"timestamp\":\"2016-04-15T13:31:00Z\"}"
                        "]}\n");
}

static void rows_without_a_timestamp_are_updates_of_their_own_an_interval_apart(void **state) {
    struct fixture *fixture = *state;
    fixture->replay.interval = 2 * SECOND;
    fixture_replay(fixture, "symbol,price\nA,1\nB,2\nA,3\n");
    assert_int_equal(fixture_occurs(fixture->output, "\n"), 3);
    assert_int_equal(fixture->sleeps, 3);
    assert_int_equal(fixture->deadlines[0], FIXTURE_START);
    assert_int_equal(fixture->deadlines[1], FIXTURE_START + 2 * SECOND);
    assert_int_equal(fixture->deadlines[2], FIXTURE_START + 4 * SECOND);
}

static void gaps_are_divided_by_the_speed_and_then_capped(void **state) {
    struct fixture *fixture = *state;
    fixture->speed = 4;
    fixture->late = SECOND / 8;
    fixture_replay(fixture, HEADER "2016-04-15T13:30:00Z,A,1\n"
                                   "2016-04-15T13:30:10Z,A,2\n"
                                   "2016-04-15T13:30:10.500Z,A,3\n"
                                   "2016-04-18T13:30:00Z,A,4\n"
                                   "2016-04-15T13:30:00Z,A,5\n");
    assert_int_equal(fixture->sleeps, 5);
    assert_int_equal(fixture->deadlines[0], FIXTURE_START);
    assert_int_equal(fixture->deadlines[1], FIXTURE_START + 5 * SECOND / 2);
    assert_int_equal(fixture->deadlines[2], fixture->deadlines[1] + SECOND / 8);
    assert_int_equal(fixture->deadlines[3], fixture->deadlines[2] + 5 * SECOND);
    assert_int_equal(fixture->deadlines[4], fixture->deadlines[3]);
}

static void speed_0_never_sleeps(void **state) {
    struct fixture *fixture = *state;
    fixture->speed = 0;
    fixture_replay(fixture, HEADER "2016-04-15T13:30:00Z,A,1\n2016-04-15T13:31:00Z,A,2\n");
    assert_int_equal(fixture->sleeps, 0);
    assert_int_equal(fixture_occurs(fixture->output, "\n"), 2);
}

static void the_end_of_a_loop_starts_again_until_the_count(void **state) {
    struct fixture *fixture = *state;
    fixture->replay.loop = true;
    fixture->count = 5;
    fixture_replay(fixture, HEADER "2016-04-15T13:30:00Z,A,1\n2016-04-15T13:30:03Z,A,2\nbad\n");
    assert_int_equal(fixture->result, FEED_ENDED);
    assert_int_equal(fixture_occurs(fixture->output, "\n"), 5);
    assert_int_equal(fixture_occurs(fixture->output, "\"price\":1,"), 3);
    assert_int_equal(fixture_occurs(fixture->output, "\"price\":2,"), 2);
    assert_int_equal(fixture->deadlines[2], FIXTURE_START + 4 * SECOND);
    assert_int_equal(fixture->deadlines[3], FIXTURE_START + 7 * SECOND);
    assert_int_equal(fixture_occurs(fixture->reports, "quotes.csv: end of file, starting again"),
                     2);
    assert_int_equal(fixture_occurs(fixture->reports, "quotes.csv:4: "), 1);
}

static void a_loop_forgets_the_trading_days_of_the_pass_before(void **state) {
    struct fixture *fixture = *state;
    fixture->replay.loop = true;
    fixture->count = 2;
    fixture_replay(fixture, "timestamp,symbol,open,high,low,close,volume\n"
                            "2016-04-15T13:30:00Z,A,2,4,1,3,10\n");
    assert_int_equal(fixture_occurs(fixture->output, "\"volume\":10,"), 2);
    assert_int_equal(fixture_occurs(fixture->output, "prev_close"), 0);
}

static void restarts_of_a_loop_are_reported_ten_times(void **state) {
    struct fixture *fixture = *state;
    fixture->replay.loop = true;
    fixture->speed = 0;
    fixture->count = 30;
    fixture_replay(fixture, "symbol,price\nA,1\n");
    assert_int_equal(fixture_occurs(fixture->reports, "starting again"), 10);
    assert_int_equal(fixture_occurs(fixture->reports, "not reported any more"), 1);
}

static void the_count_ends_a_replay(void **state) {
    struct fixture *fixture = *state;
    fixture->count = 1;
    fixture_replay(fixture, "symbol,price\nA,1\nA,2\n");
    assert_int_equal(fixture->result, FEED_ENDED);
    assert_string_equal(fixture->output, "{\"data\":[{\"symbol\":\"A\",\"price\":1}]}\n");
}

static void only_chosen_symbols_are_sent(void **state) {
    struct fixture *fixture = *state;
    struct problem problem;
    assert_int_equal(symbols_read(&fixture->symbols, "b,C", &problem), 0);
    fixture_replay(fixture, "symbol,price\nA,1\nB,2\nA,3\nc,4\n");
    assert_string_equal(fixture->output, "{\"data\":[{\"symbol\":\"B\",\"price\":2}]}\n"
                                         "{\"data\":[{\"symbol\":\"C\",\"price\":4}]}\n");
}

static void ten_bad_rows_are_reported_and_the_rest_counted(void **state) {
    struct fixture *fixture = *state;
    char text[400] = "symbol,price\nA,1\n";
    for (int i = 0; i < 13; i++)
        strncat(text, "A,x\n", sizeof text - strlen(text) - 1);
    fixture_replay(fixture, text);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture_occurs(fixture->reports, "is not a number"), 10);
    assert_non_null(strstr(fixture->reports, "quotes.csv:12: price"));
    assert_non_null(strstr(fixture->reports, "quotes.csv: 13 bad rows in all"));
}

static void a_file_without_a_usable_row_is_an_error(void **state) {
    static const char *const texts[] = {"\n", "symbol,price\n", "symbol,price\nA,x\n", "{}\n"};
    struct fixture *fixture = *state;
    fixture->replay.loop = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fixture_replay(fixture, texts[i]);
        assert_int_equal(fixture->result, SENTIO_INVALID);
        assert_non_null(strstr(fixture->reports, "quotes.csv: no usable row;"));
        assert_string_equal(fixture->output, "");
    }
}

static void choosing_symbols_that_the_file_lacks_is_an_error(void **state) {
    struct fixture *fixture = *state;
    struct problem problem;
    assert_int_equal(symbols_read(&fixture->symbols, "MSFT", &problem), 0);
    fixture_replay(fixture, "symbol,price\nA,1\n");
    assert_int_equal(fixture->result, SENTIO_INVALID);
    assert_non_null(strstr(fixture->reports, "check --symbols"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(rows_with_the_same_timestamp_are_one_update),
        FIXTURE_TEST(rows_without_a_timestamp_are_updates_of_their_own_an_interval_apart),
        FIXTURE_TEST(gaps_are_divided_by_the_speed_and_then_capped),
        FIXTURE_TEST(speed_0_never_sleeps),
        FIXTURE_TEST(the_end_of_a_loop_starts_again_until_the_count),
        FIXTURE_TEST(a_loop_forgets_the_trading_days_of_the_pass_before),
        FIXTURE_TEST(restarts_of_a_loop_are_reported_ten_times),
        FIXTURE_TEST(the_count_ends_a_replay),
        FIXTURE_TEST(only_chosen_symbols_are_sent),
        FIXTURE_TEST(ten_bad_rows_are_reported_and_the_rest_counted),
        FIXTURE_TEST(a_file_without_a_usable_row_is_an_error),
        FIXTURE_TEST(choosing_symbols_that_the_file_lacks_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
