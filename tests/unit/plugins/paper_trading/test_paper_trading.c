/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"

/* Windows of a few samples; the RSI needs 15 and does not come into it. Without commission money is
 * easy to follow. */
#define SMALL                                                                                      \
    "\"sma_fast\":2,\"sma_slow\":3,\"bollinger_period\":3,\"breakout_period\":2,"                  \
    "\"commission_bps\":0,\"admin_interval\":60000"

static struct sentio_test *open_small(void) {
    struct sentio_test *test = sentio_test_open(&sentio_plugin, "{" SMALL "}");
    if (!test)
        fail_msg("%s", sentio_test_why());
    return test;
}

/* 100, 100, 100, and the fourth sample may break out. */
static void observe_flat(struct sentio_test *test) {
    observe(test, "{\"symbol\":\"AAPL\",\"price\":100,\"timestamp\":\"2024-10-05T10:00:00Z\"}");
    observe(test, "{\"symbol\":\"AAPL\",\"price\":100,\"timestamp\":\"2024-10-05T10:01:00Z\"}");
    observe(test, "{\"symbol\":\"AAPL\",\"price\":100,\"timestamp\":\"2024-10-05T10:02:00Z\"}");
}

#define RISE "{\"symbol\":\"AAPL\",\"price\":110,\"timestamp\":\"2024-10-05T10:03:00Z\"}"
#define FALL "{\"symbol\":\"AAPL\",\"price\":90,\"timestamp\":\"2024-10-05T10:04:00Z\"}"

static void flat_prices_give_no_signal(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    observe_flat(test);
    assert_int_equal(counted(test, "samples"), 1);
    expect_text(forwarded(test, "trade-signals", 0), "");
    sentio_test_close(test);
}

static void changed_signal_is_forwarded(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    observe_flat(test);
    observe(test, RISE);
    /* ma_cross: lead 5/3, deviation sqrt(200 / 9): 0.353553; breakout of a flat channel: 1;
     * bollinger: z = sqrt(2), inside. The mean of 0.353553 and 1 is 0.6768. */
    expect_text(forwarded(test, "trade-signals", 0),
                "{\"data\":[{\"symbol\":\"AAPL\",\"signal\":\"buy\",\"confidence\":0.6768,"
                "\"consensus_strength\":1,\"price\":110,\"strategies\":{\"ma_cross\":\"buy\","
                "\"rsi\":\"hold\",\"bollinger\":\"hold\",\"breakout\":\"buy\"},"
                "\"timestamp\":\"2024-10-05T10:03:00Z\"}]}");
    assert_int_equal(counted(test, "signals"), 1);
    sentio_test_close(test);
}

static void unchanged_signal_is_not_forwarded_again(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    observe_flat(test);
    observe(test, RISE);
    observe(test, "{\"symbol\":\"AAPL\",\"price\":125,\"timestamp\":\"2024-10-05T10:04:00Z\"}");
    assert_int_equal(counted(test, "samples"), 1);
    expect_text(forwarded(test, "trade-signals", 0), "");
    sentio_test_close(test);
}

static void changes_of_one_update_are_one_batch(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    for (int i = 0; i < 3; i++)
        observe(test, "{\"symbol\":\"msft\",\"price\":50}", "{\"symbol\":\"AAPL\",\"price\":100}",
                "{\"symbol\":\"IBM\",\"price\":70}");
    observe(test, "{\"symbol\":\"msft\",\"price\":40}", "{\"symbol\":\"IBM\",\"price\":70}",
            "{\"symbol\":\"AAPL\",\"price\":110}");
    const char *confidence = ",\"confidence\":0.6768,\"consensus_strength\":1,";
    struct sentio_writer expected;
    sentio_writer_init(&expected, NULL, 0);
    sentio_write_format(&expected,
                        "{\"data\":[{\"symbol\":\"MSFT\",\"signal\":\"sell\"%s\"price\":40,"
                        "\"strategies\":{\"ma_cross\":\"sell\",\"rsi\":\"hold\","
                        "\"bollinger\":\"hold\",\"breakout\":\"sell\"},"
                        "\"timestamp\":\"2024-10-05T10:30:00.000Z\"},",
                        confidence);
    sentio_write_format(&expected,
                        "{\"symbol\":\"AAPL\",\"signal\":\"buy\"%s\"price\":110,"
                        "\"strategies\":{\"ma_cross\":\"buy\",\"rsi\":\"hold\","
                        "\"bollinger\":\"hold\",\"breakout\":\"buy\"},"
                        "\"timestamp\":\"2024-10-05T10:30:00.000Z\"}]}",
                        confidence);
    sentio_write(&expected, sentio_bytes("", 1));
    expect_text(forwarded(test, "trade-signals", 0), expected.data);
    expect_text(forwarded(test, "trade-signals", 1), "");
    sentio_writer_finish(&expected);
    sentio_test_close(test);
}

static void users_trade_by_their_own_appetite(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    observe_flat(test);
    observe(test, RISE);
    /* 0.6768 is not enough for user_001; a tenth and a fifth of 100,000 pay 90 and 181 shares. */
    expect_text(forwarded(test, "notifications", 0),
                "{\"user_id\":\"user_002\",\"data\":{\"type\":\"success\",\"title\":\"Trade "
                "Executed\",\"message\":\"Your AAPL buy order of 90 shares at 110 has been "
                "executed\",\"timestamp\":\"2024-10-05T10:03:00Z\"}}");
    expect_text(forwarded(test, "notifications", 1),
                "{\"user_id\":\"user_003\",\"data\":{\"type\":\"success\",\"title\":\"Trade "
                "Executed\",\"message\":\"Your AAPL buy order of 181 shares at 110 has been "
                "executed\",\"timestamp\":\"2024-10-05T10:03:00Z\"}}");
    expect_text(forwarded(test, "notifications", 2), "");
    assert_int_equal(counted(test, "trades"), 2);
    sentio_test_close(test);
}

static void sell_signal_closes_the_position(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    observe_flat(test);
    observe(test, RISE);
    /* The averages meet at 100, and 90 is 10 below a channel of 10: only breakout sells, with 1. */
    observe(test, FALL);
    expect_text(forwarded(test, "notifications", 0),
                "{\"user_id\":\"user_002\",\"data\":{\"type\":\"success\",\"title\":\"Trade "
                "Executed\",\"message\":\"Your AAPL sell order of 90 shares at 90 has been "
                "executed\",\"timestamp\":\"2024-10-05T10:04:00Z\"}}");
    assert_int_equal(counted(test, "trades"), 2);
    sentio_test_close(test);
}

static void earnings_show_the_open_positions(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    observe_flat(test);
    observe(test, RISE);
    observe(test, "{\"symbol\":\"AAPL\",\"price\":112.5,\"timestamp\":\"2024-10-05T10:04:00Z\"}");
    expect_text(forwarded(test, "earnings", 0), "");
    sentio_test_advance(test, 1000);
    expect_text(forwarded(test, "earnings", 0),
                "{\"user_id\":\"user_001\",\"data\":{\"portfolio_value\":100000,\"total_return\":0,"
                "\"total_return_pct\":0,\"daily_pnl\":0,\"win_rate\":0,\"trades\":0,"
                "\"cash\":100000,\"positions\":[]}}");
    /* 90 * 2.50 = 225 on 90 * 110 = 9,900. */
    expect_text(forwarded(test, "earnings", 1),
                "{\"user_id\":\"user_002\",\"data\":{\"portfolio_value\":100225,"
                "\"total_return\":225,\"total_return_pct\":0.225,\"daily_pnl\":225,\"win_rate\":0,"
                "\"trades\":1,\"cash\":90100,\"positions\":[{\"symbol\":\"AAPL\",\"quantity\":90,"
                "\"avg_price\":110,\"price\":112.5,\"unrealized_pnl\":225}]}}");
    assert_true(forwarded(test, "earnings", 2).size > 0);
    expect_text(forwarded(test, "earnings", 3), "");
    sentio_test_close(test);
}

static void earnings_are_published_once_an_interval_and_when_changed(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    sentio_test_advance(test, 1000);
    assert_true(forwarded(test, "earnings", 2).size > 0);
    observe_flat(test);
    observe(test, RISE);
    expect_text(forwarded(test, "earnings", 0), "");
    sentio_test_advance(test, 999);
    expect_text(forwarded(test, "earnings", 0), "");
    sentio_test_advance(test, 1);
    /* user_001 did not trade. */
    assert_true(forwarded(test, "earnings", 1).size > 0);
    expect_text(forwarded(test, "earnings", 2), "");
    sentio_test_advance(test, 10000);
    expect_text(forwarded(test, "earnings", 0), "");
    /* The interval is long over. */
    observe(test, "{\"symbol\":\"AAPL\",\"price\":111,\"timestamp\":\"2024-10-05T10:04:00Z\"}");
    assert_true(forwarded(test, "earnings", 1).size > 0);
    expect_text(forwarded(test, "earnings", 2), "");
    sentio_test_close(test);
}

static void expect_daily_pnl(const struct sentio_test *test, double expected) {
    struct sentio_json payload;
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_OBJECT, .required = true};
    struct sentio_field pnl = {.name = "daily_pnl", .types = SENTIO_JSON_NUMBER, .required = true};
    double number = 0;
    assert_int_equal(sentio_json_parse(forwarded(test, "earnings", 0), &payload, NULL), SENTIO_OK);
    assert_int_equal(sentio_json_read(&payload, &data, 1, NULL), SENTIO_OK);
    assert_int_equal(sentio_json_read(&data.value, &pnl, 1, NULL), SENTIO_OK);
    assert_int_equal(sentio_json_number(&pnl.value, &number), SENTIO_OK);
    assert_float_equal(number, expected, 0.001);
}

static void daily_pnl_begins_anew_with_the_quotes_utc_day(void **state) {
    (void)state;
    struct sentio_test *test =
        sentio_test_open(&sentio_plugin, "{" SMALL ",\"users\":[\"a\",\"b\"]}");
    observe_flat(test);
    observe(test, RISE);
    sentio_test_advance(test, 1000);
    observe(test, "{\"symbol\":\"AAPL\",\"price\":112,\"timestamp\":\"2024-10-05T23:59:00Z\"}");
    expect_text(forwarded(test, "earnings", 0), "");
    sentio_test_advance(test, 1000);
    expect_daily_pnl(test, 180);
    /* 20:00 in New York is the next day in UTC: counted from 112 on. */
    observe(test,
            "{\"symbol\":\"AAPL\",\"price\":113,\"timestamp\":\"2024-10-05T20:00:00-04:00\"}");
    sentio_test_advance(test, 1000);
    expect_daily_pnl(test, 90);
    /* A late quote of the day before takes nothing back. */
    observe(test, "{\"symbol\":\"AAPL\",\"price\":114,\"timestamp\":\"2024-10-05T23:59:30Z\"}");
    sentio_test_advance(test, 1000);
    expect_daily_pnl(test, 180);
    /* A recording that begins anew does. */
    observe(test, "{\"symbol\":\"AAPL\",\"price\":115,\"timestamp\":\"2024-10-01T10:00:00Z\"}");
    sentio_test_advance(test, 1000);
    expect_daily_pnl(test, 90);
    sentio_test_close(test);
}

static void quote_without_a_date_counts_for_the_hosts_day(void **state) {
    (void)state;
    struct sentio_test *test =
        sentio_test_open(&sentio_plugin, "{" SMALL ",\"users\":[\"a\",\"b\"]}");
    observe_flat(test);
    observe(test, RISE);
    sentio_test_advance(test, 1000);
    observe(test, "{\"symbol\":\"AAPL\",\"price\":112,\"timestamp\":\"now\"}");
    sentio_test_advance(test, 1000);
    expect_daily_pnl(test, 180);
    sentio_test_advance(test, 24 * 3600 * 1000);
    observe(test, "{\"symbol\":\"AAPL\",\"price\":113,\"timestamp\":1728210600}");
    expect_daily_pnl(test, 90);
    sentio_test_close(test);
}

static void admin_figures_come_at_their_interval(void **state) {
    (void)state;
    struct sentio_test *test =
        sentio_test_open(&sentio_plugin, "{\"sma_fast\":2,\"sma_slow\":3,\"bollinger_period\":3,"
                                         "\"breakout_period\":2,\"commission_bps\":100}");
    observe_flat(test);
    observe(test, RISE);
    observe(test, FALL);
    sentio_test_advance(test, 4999);
    expect_text(forwarded(test, "admin", 0), "");
    sentio_test_advance(test, 1);
    expect_text(forwarded(test, "admin", 0),
                "{\"kind\":\"users\",\"data\":{\"source\":\"paper trading\",\"total_users\":3,"
                "\"active_users\":2,\"users_with_positions\":0}}");
    expect_text(forwarded(test, "admin", 1),
                "{\"kind\":\"subscribers\",\"data\":{\"source\":\"paper trading\","
                "\"total_subscribers\":3,\"active_subscriptions\":3,"
                "\"by_appetite\":{\"cautious\":1,\"balanced\":1,\"bold\":1}}}");
    /* One percent of (90 + 181) * (110 + 90) = 54,200. */
    expect_text(forwarded(test, "admin", 2),
                "{\"kind\":\"revenue\",\"data\":{\"source\":\"paper trading\","
                "\"monthly_revenue\":542,\"total_revenue\":542,\"commission_bps\":100,"
                "\"month\":\"2024-10\"}}");
    /* 271 shares lost 20 each, 5,420, and the commission. */
    expect_text(forwarded(test, "admin", 3),
                "{\"kind\":\"user_analytics\",\"data\":{\"source\":\"paper trading\",\"trades\":4,"
                "\"trades_today\":4,\"closed_trades\":2,\"open_positions\":0,\"win_rate\":0,"
                "\"portfolio_value\":294038,\"total_return\":-5962,"
                "\"total_return_pct\":-1.9873}}");
    expect_text(forwarded(test, "admin", 4), "");
    sentio_test_advance(test, 10000);
    assert_true(forwarded(test, "admin", 7).size > 0);
    expect_text(forwarded(test, "admin", 8), "");
    sentio_test_close(test);
}

static void monthly_revenue_begins_anew_with_the_month(void **state) {
    (void)state;
    struct sentio_test *test = sentio_test_open(
        &sentio_plugin, "{\"sma_fast\":2,\"sma_slow\":3,\"bollinger_period\":3,"
                        "\"breakout_period\":2,\"commission_bps\":100,\"admin_interval\":1}");
    observe_flat(test);
    observe(test, RISE);
    observe(test, "{\"symbol\":\"X\",\"price\":5,\"timestamp\":\"2024-11-01T00:00:00Z\"}");
    sentio_test_advance(test, 1);
    expect_text(forwarded(test, "admin", 2),
                "{\"kind\":\"revenue\",\"data\":{\"source\":\"paper trading\","
                "\"monthly_revenue\":0,\"total_revenue\":298.1,\"commission_bps\":100,"
                "\"month\":\"2024-11\"}}");
    sentio_test_close(test);
}

static void repeated_quote_is_no_sample(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    const char *quote = "{\"symbol\":\"A\",\"price\":1,\"timestamp\":\"t1\"}";
    observe(test, quote, quote, "{\"symbol\":\"B\",\"price\":1,\"timestamp\":\"t1\"}");
    assert_int_equal(counted(test, "samples"), 2);
    observe(test, quote);
    assert_int_equal(counted(test, "samples"), 0);
    observe(test, "{\"symbol\":\"A\",\"price\":2,\"timestamp\":\"t1\"}");
    assert_int_equal(counted(test, "samples"), 1);
    observe(test, "{\"symbol\":\"A\",\"price\":2,\"timestamp\":\"t2\"}");
    assert_int_equal(counted(test, "samples"), 1);
    observe(test, "{\"symbol\":\"A\",\"price\":2}", "{\"symbol\":\"A\",\"price\":2}");
    assert_int_equal(counted(test, "samples"), 2);
    sentio_test_close(test);
}

static void garbage_is_counted_and_passed_over(void **state) {
    (void)state;
    static const char *const garbage[] = {
        "",
        "nonsense",
        "null",
        "[]",
        "{}",
        "{\"symbol\":\"A\"}",
        "{\"price\":1}",
        "{\"symbol\":\"A\",\"price\":\"1\"}",
        "{\"symbol\":7,\"price\":1}",
        "{\"symbol\":\"\",\"price\":1}",
        "{\"symbol\":\"A B\",\"price\":1}",
        "{\"symbol\":\"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG\",\"price\":1}",
        "{\"symbol\":\"A\",\"price\":0}",
        "{\"symbol\":\"A\",\"price\":-5}",
        "{\"symbol\":\"A\",\"price\":1e10}",
        "{\"symbol\":\"A\",\"price\":1,\"price\":2}",
        "{\"symbol\":\"A\",\"price\":null}",
        "{\"symbol\":\"A\",\"price\":1",
        NULL,
    };
    struct sentio_test *test = open_small();
    observe_items(test, garbage);
    assert_int_equal(counted(test, "quotes_ignored"), 18);
    assert_int_equal(counted(test, "samples"), 0);
    observe(test, "{\"symbol\":\"A\",\"price\":1}", "{}", "{\"symbol\":\"A\",\"price\":2}");
    assert_int_equal(counted(test, "quotes_ignored"), 1);
    assert_int_equal(counted(test, "samples"), 2);
    sentio_test_close(test);
}

static void odd_timestamp_is_no_timestamp(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    static const char *const stamps[] = {
        "12",
        "null",
        "{}",
        "\"\"",
        "\"0123456789012345678901234567890123456789x\"",
        "\"a\\u0000b\"",
    };
    for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
        struct sentio_writer writer;
        sentio_writer_init(&writer, NULL, 0);
        sentio_write_format(&writer, "{\"symbol\":\"S%zu\",\"price\":%d,\"timestamp\":%s}", i, 1,
                            stamps[i]);
        sentio_write(&writer, sentio_bytes("", 1));
        observe(test, writer.data, writer.data);
        assert_int_equal(counted(test, "samples"), 2);
        sentio_writer_finish(&writer);
    }
    sentio_test_close(test);
}

static void symbols_over_the_limit_are_ignored_and_logged_once(void **state) {
    (void)state;
    struct sentio_test *test = sentio_test_open(&sentio_plugin, "{\"max_symbols\":2}");
    observe(test, "{\"symbol\":\"A\",\"price\":1}", "{\"symbol\":\"B\",\"price\":1}");
    assert_null(sentio_test_find(test, SENTIO_DID_LOG, 0));
    observe(test, "{\"symbol\":\"C\",\"price\":1}", "{\"symbol\":\"D\",\"price\":1}",
            "{\"symbol\":\"A\",\"price\":2}");
    assert_int_equal(counted(test, "quotes_ignored"), 2);
    assert_int_equal(counted(test, "samples"), 1);
    const struct sentio_effect *log = sentio_test_find(test, SENTIO_DID_LOG, 0);
    assert_non_null(log);
    assert_int_equal(log->number, SENTIO_WARNING);
    expect_text(log->text, "symbol C and further new ones are ignored: there are 2 already; raise "
                           "option \"max_symbols\" (logged once)");
    assert_null(sentio_test_find(test, SENTIO_DID_LOG, 1));
    observe(test, "{\"symbol\":\"E\",\"price\":1}");
    assert_null(sentio_test_find(test, SENTIO_DID_LOG, 0));
    sentio_test_close(test);
}

static void user_ids_are_escaped(void **state) {
    (void)state;
    struct sentio_test *test =
        sentio_test_open(&sentio_plugin, "{" SMALL ",\"users\":[\"a\\\"b\"]}");
    sentio_test_advance(test, 1000);
    expect_text(forwarded(test, "earnings", 0),
                "{\"user_id\":\"a\\\"b\",\"data\":{\"portfolio_value\":100000,\"total_return\":0,"
                "\"total_return_pct\":0,\"daily_pnl\":0,\"win_rate\":0,\"trades\":0,"
                "\"cash\":100000,\"positions\":[]}}");
    sentio_test_close(test);
}

static void bad_option_keeps_the_channel_closed(void **state) {
    (void)state;
    assert_null(sentio_test_open(&sentio_plugin, "{\"sma_slow\":1}"));
    assert_non_null(strstr(sentio_test_why(), "\"sma_slow\" is 1"));
}

static void nobody_subscribes_or_publishes_here(void **state) {
    (void)state;
    struct sentio_test *test = open_small();
    uint64_t conn = 0;
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_NOT_FOUND);
    assert_int_equal(sentio_test_subscribe(test, &conn, "a", 0, "{}"), SENTIO_NOT_FOUND);
    sentio_test_close(test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_prices_give_no_signal),
        cmocka_unit_test(changed_signal_is_forwarded),
        cmocka_unit_test(unchanged_signal_is_not_forwarded_again),
        cmocka_unit_test(changes_of_one_update_are_one_batch),
        cmocka_unit_test(users_trade_by_their_own_appetite),
        cmocka_unit_test(sell_signal_closes_the_position),
        cmocka_unit_test(earnings_show_the_open_positions),
        cmocka_unit_test(earnings_are_published_once_an_interval_and_when_changed),
        cmocka_unit_test(daily_pnl_begins_anew_with_the_quotes_utc_day),
        cmocka_unit_test(quote_without_a_date_counts_for_the_hosts_day),
        cmocka_unit_test(admin_figures_come_at_their_interval),
        cmocka_unit_test(monthly_revenue_begins_anew_with_the_month),
        cmocka_unit_test(repeated_quote_is_no_sample),
        cmocka_unit_test(garbage_is_counted_and_passed_over),
        cmocka_unit_test(odd_timestamp_is_no_timestamp),
        cmocka_unit_test(symbols_over_the_limit_are_ignored_and_logged_once),
        cmocka_unit_test(user_ids_are_escaped),
        cmocka_unit_test(bad_option_keeps_the_channel_closed),
        cmocka_unit_test(nobody_subscribes_or_publishes_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
