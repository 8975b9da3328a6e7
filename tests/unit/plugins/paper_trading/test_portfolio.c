/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"
#include "portfolio.h"

static const double EPSILON = 1e-6;

/* 5 basis points. */
static const double RATE = 0.0005;

static void purchase_takes_whole_shares_for_the_fraction(void **state) {
    (void)state;
    struct portfolio portfolio;
    const double prices[] = {110};
    portfolio_init(&portfolio, 100000);
    /* 10,000 / 110 = 90.9 shares: 90 for 9,900, commission 4.95. */
    struct trade trade = portfolio_buy(&portfolio, 0, 0.1, RATE, prices);
    assert_int_equal(trade.quantity, 90);
    assert_near(trade.price, 110, 0);
    assert_near(trade.commission, 4.95, EPSILON);
    assert_near(portfolio.cash, 90095.05, EPSILON);
    assert_near(portfolio_equity(&portfolio, prices), 99995.05, EPSILON);
    assert_int_equal(portfolio_position(&portfolio, 0)->quantity, 90);
}

static void sale_closes_the_position_and_conserves_the_money(void **state) {
    (void)state;
    struct portfolio portfolio;
    double prices[] = {110};
    portfolio_init(&portfolio, 100000);
    portfolio_buy(&portfolio, 0, 0.1, RATE, prices);
    prices[0] = 90;
    /* 8,100 less 4.05: 100,000 - 90 * 20 - 4.95 - 4.05 = 98,191. */
    struct trade trade = portfolio_sell(&portfolio, 0, RATE, prices);
    assert_int_equal(trade.quantity, 90);
    assert_near(portfolio.cash, 98191, EPSILON);
    assert_near(portfolio.commission, 9, EPSILON);
    assert_null(portfolio_position(&portfolio, 0));
    assert_int_equal(portfolio.trades, 2);
    assert_int_equal(portfolio.closed, 1);
    assert_near(portfolio_win_rate(&portfolio), 0, 0);
}

static void win_has_to_cover_both_commissions(void **state) {
    (void)state;
    struct portfolio portfolio;
    double prices[] = {100};
    portfolio_init(&portfolio, 100000);
    assert_near(portfolio_win_rate(&portfolio), 0, 0);
    /* 100 shares: 5.00 to buy and 5.00 to sell, so that 0.10 a share is not enough. */
    portfolio_buy(&portfolio, 0, 0.1, RATE, prices);
    prices[0] = 100.1;
    portfolio_sell(&portfolio, 0, RATE, prices);
    assert_near(portfolio_win_rate(&portfolio), 0, 0);
    prices[0] = 100;
    portfolio_buy(&portfolio, 0, 0.1, RATE, prices);
    prices[0] = 100.11;
    portfolio_sell(&portfolio, 0, RATE, prices);
    assert_near(portfolio_win_rate(&portfolio), 0.5, 0);
}

static void nothing_is_bought_twice_or_sold_short(void **state) {
    (void)state;
    struct portfolio portfolio;
    const double prices[] = {10, 20};
    portfolio_init(&portfolio, 1000);
    assert_int_equal(portfolio_sell(&portfolio, 0, RATE, prices).quantity, 0);
    assert_int_equal(portfolio_buy(&portfolio, 0, 0.1, RATE, prices).quantity, 10);
    assert_int_equal(portfolio_buy(&portfolio, 0, 0.1, RATE, prices).quantity, 0);
    assert_int_equal(portfolio_sell(&portfolio, 1, RATE, prices).quantity, 0);
    assert_int_equal(portfolio.trades, 1);
}

static void purchase_never_borrows_for_the_commission(void **state) {
    (void)state;
    struct portfolio portfolio;
    const double prices[] = {10};
    portfolio_init(&portfolio, 1000);
    /* 100 shares would cost 1,010 with one percent; 99 cost 999.90. */
    assert_int_equal(portfolio_buy(&portfolio, 0, 1, 0.01, prices).quantity, 99);
    assert_near(portfolio.cash, 0.1, EPSILON);
}

static void cash_that_pays_exactly_is_spent(void **state) {
    (void)state;
    struct portfolio portfolio;
    const double prices[] = {10};
    portfolio_init(&portfolio, 1010);
    assert_int_equal(portfolio_buy(&portfolio, 0, 1, 0.01, prices).quantity, 100);
    assert_true(portfolio.cash >= 0);
    assert_near(portfolio.cash, 0, EPSILON);
}

static void share_that_is_too_dear_is_not_bought(void **state) {
    (void)state;
    struct portfolio portfolio;
    const double prices[] = {10000};
    portfolio_init(&portfolio, 1000);
    assert_int_equal(portfolio_buy(&portfolio, 0, 1, RATE, prices).quantity, 0);
    assert_near(portfolio.cash, 1000, 0);
    assert_int_equal(portfolio.trades, 0);
}

static void tiny_price_buys_at_most_the_limit_of_shares(void **state) {
    (void)state;
    struct portfolio portfolio;
    const double prices[] = {1e-9};
    portfolio_init(&portfolio, 1e12);
    assert_int_equal(portfolio_buy(&portfolio, 0, 1, RATE, prices).quantity, SHARES_MAX);
}

static void positions_are_limited_and_stay_in_order(void **state) {
    (void)state;
    struct portfolio portfolio;
    double prices[POSITIONS_MAX + 1];
    portfolio_init(&portfolio, 100000);
    for (uint32_t i = 0; i <= POSITIONS_MAX; i++)
        prices[i] = 1;
    for (uint32_t i = 0; i < POSITIONS_MAX; i++)
        assert_true(portfolio_buy(&portfolio, i, 0.001, RATE, prices).quantity > 0);
    assert_int_equal(portfolio_buy(&portfolio, POSITIONS_MAX, 0.001, RATE, prices).quantity, 0);
    portfolio_sell(&portfolio, 10, RATE, prices);
    assert_int_equal(portfolio.position_count, POSITIONS_MAX - 1);
    assert_int_equal(portfolio.positions[9].instrument, 9);
    assert_int_equal(portfolio.positions[10].instrument, 11);
    assert_true(portfolio_buy(&portfolio, POSITIONS_MAX, 0.001, RATE, prices).quantity > 0);
    assert_int_equal(portfolio.positions[POSITIONS_MAX - 1].instrument, POSITIONS_MAX);
}

/* A linear congruential generator: its numbers are the same on every machine. */
static uint32_t next(uint32_t *random) {
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

static void money_is_conserved_over_many_trades(void **state) {
    (void)state;
    struct portfolio portfolio;
    double prices[8];
    uint32_t random = 1;
    double gains = 0; /* of the shares held, over every move of a price */
    portfolio_init(&portfolio, 50000);
    for (int i = 0; i < 8; i++)
        prices[i] = 50 + i;
    for (int step = 0; step < 5000; step++) {
        uint32_t instrument = next(&random) % 8;
        double moved = prices[instrument] * (0.98 + 0.04 * (next(&random) % 1000) / 1000);
        const struct position *held = portfolio_position(&portfolio, instrument);
        gains += held ? (double)held->quantity * (moved - prices[instrument]) : 0;
        prices[instrument] = moved;
        if (next(&random) % 2)
            portfolio_buy(&portfolio, instrument, 0.2, RATE, prices);
        else
            portfolio_sell(&portfolio, instrument, RATE, prices);
        assert_true(portfolio.cash >= 0);
        double expected = 50000 + gains - portfolio.commission;
        assert_near(portfolio_equity(&portfolio, prices), expected, 1e-4);
    }
    assert_true(portfolio.closed > 500);
    assert_true(portfolio.won > 0 && portfolio.won < portfolio.closed);
}

static void day_begins_with_what_the_account_is_worth(void **state) {
    (void)state;
    struct portfolio portfolio;
    double prices[] = {100};
    portfolio_init(&portfolio, 10000);
    assert_near(portfolio.day_equity, 10000, 0);
    portfolio_buy(&portfolio, 0, 0.5, 0, prices);
    prices[0] = 120;
    portfolio_begin_day(&portfolio, prices);
    assert_near(portfolio.day_equity, 11000, EPSILON);
    assert_int_equal(portfolio.day_trades, 0);
    assert_int_equal(portfolio.trades, 1);
}

static void appetites_take_turns(void **state) {
    (void)state;
    assert_string_equal(appetite_of(0)->name, "cautious");
    assert_string_equal(appetite_of(1)->name, "balanced");
    assert_string_equal(appetite_of(2)->name, "bold");
    assert_ptr_equal(appetite_of(3), appetite_of(0));
    assert_true(appetite_of(0)->min_confidence > appetite_of(1)->min_confidence);
    assert_true(appetite_of(1)->min_confidence > appetite_of(2)->min_confidence);
    assert_true(appetite_of(0)->fraction < appetite_of(1)->fraction);
    assert_true(appetite_of(1)->fraction < appetite_of(2)->fraction);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purchase_takes_whole_shares_for_the_fraction),
        cmocka_unit_test(sale_closes_the_position_and_conserves_the_money),
        cmocka_unit_test(win_has_to_cover_both_commissions),
        cmocka_unit_test(nothing_is_bought_twice_or_sold_short),
        cmocka_unit_test(purchase_never_borrows_for_the_commission),
        cmocka_unit_test(cash_that_pays_exactly_is_spent),
        cmocka_unit_test(share_that_is_too_dear_is_not_bought),
        cmocka_unit_test(tiny_price_buys_at_most_the_limit_of_shares),
        cmocka_unit_test(positions_are_limited_and_stay_in_order),
        cmocka_unit_test(money_is_conserved_over_many_trades),
        cmocka_unit_test(day_begins_with_what_the_account_is_worth),
        cmocka_unit_test(appetites_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
