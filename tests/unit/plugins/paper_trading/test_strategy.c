/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sentio/plugin.h>

#include "near.h"
#include "strategy.h"

static const double EPSILON = 1e-9;

/* Windows of a few samples, so that every vote can be worked out by hand. */
static const struct strategy_settings small = {
    .sma_fast = 2,
    .sma_slow = 3,
    .rsi_period = 2,
    .rsi_buy = 30,
    .rsi_sell = 70,
    .bollinger_period = 6,
    .bollinger_width = 2,
    .breakout_period = 2,
    .enter = 0.6,
    .exit = 0.3,
};

static struct vote vote_after(enum strategy strategy, const double *prices, size_t count) {
    struct series series;
    struct vote votes[STRATEGY_COUNT];
    assert_int_equal(series_init(&series, &small), SENTIO_OK);
    for (size_t i = 0; i < count; i++)
        series_push(&series, &small, prices[i]);
    strategy_vote(&series, &small, votes);
    series_finish(&series);
    return votes[strategy];
}

static void expect(struct vote vote, int32_t direction, double strength) {
    assert_true(vote.ready);
    assert_int_equal(vote.direction, direction);
    assert_near(vote.strength, strength, EPSILON);
}

static void window_is_as_long_as_the_longest_strategy_needs(void **state) {
    (void)state;
    struct strategy_settings settings = small;
    assert_int_equal(strategy_window(&settings), 6);
    settings.breakout_period = 6;
    assert_int_equal(strategy_window(&settings), 7);
    settings.rsi_period = 7;
    assert_int_equal(strategy_window(&settings), 8);
    settings.sma_slow = 9;
    assert_int_equal(strategy_window(&settings), 9);
}

static void strategies_are_not_ready_before_their_samples(void **state) {
    (void)state;
    const double prices[] = {1, 2, 3, 4, 5, 6};
    const size_t needed[STRATEGY_COUNT] = {3, 3, 6, 3};
    for (int i = 0; i < STRATEGY_COUNT; i++) {
        struct vote early = vote_after((enum strategy)i, prices, needed[i] - 1);
        assert_false(early.ready);
        assert_int_equal(early.direction, DIRECTION_HOLD);
        assert_true(vote_after((enum strategy)i, prices, needed[i]).ready);
    }
}

static void ma_cross_follows_the_fast_average(void **state) {
    (void)state;
    /* fast 105, slow 310 / 3, deviation sqrt((2 * (10/3)^2 + (20/3)^2) / 3) = sqrt(200 / 9); the
     * lead of 5/3 is 0.353553 of it. */
    expect(vote_after(STRATEGY_MA_CROSS, (const double[]){100, 100, 110}, 3), DIRECTION_BUY,
           (5.0 / 3) / sqrt(200.0 / 9));
    expect(vote_after(STRATEGY_MA_CROSS, (const double[]){100, 100, 90}, 3), DIRECTION_SELL,
           (5.0 / 3) / sqrt(200.0 / 9));
}

static void ma_cross_holds_when_the_averages_are_equal(void **state) {
    (void)state;
    expect(vote_after(STRATEGY_MA_CROSS, (const double[]){100, 100, 100}, 3), DIRECTION_HOLD, 0);
    /* (110 + 90) / 2 = (100 + 110 + 90) / 3 */
    expect(vote_after(STRATEGY_MA_CROSS, (const double[]){100, 110, 90}, 3), DIRECTION_HOLD, 0);
    /* In binary, (0.1 + 0.2 + 0.3) / 3 and (0.3 + 0.1) / 2 differ in the last bit. */
    expect(vote_after(STRATEGY_MA_CROSS, (const double[]){0.2, 0.3, 0.1}, 3), DIRECTION_HOLD, 0);
}

static void rsi_buys_low_and_sells_high(void **state) {
    (void)state;
    /* Gains 1, losses 4: 20; 0.5 + 0.5 * 10 / 30. */
    expect(vote_after(STRATEGY_RSI, (const double[]){10, 11, 7}, 3), DIRECTION_BUY, 2.0 / 3);
    /* Gains 4, losses 1: 80; 0.5 + 0.5 * 10 / 30. */
    expect(vote_after(STRATEGY_RSI, (const double[]){10, 14, 13}, 3), DIRECTION_SELL, 2.0 / 3);
    expect(vote_after(STRATEGY_RSI, (const double[]){10, 11, 12}, 3), DIRECTION_SELL, 1);
    expect(vote_after(STRATEGY_RSI, (const double[]){12, 11, 10}, 3), DIRECTION_BUY, 1);
}

static void rsi_holds_at_its_levels_and_when_flat(void **state) {
    (void)state;
    /* 3 / 10 and 7 / 10. */
    expect(vote_after(STRATEGY_RSI, (const double[]){20, 23, 16}, 3), DIRECTION_HOLD, 0);
    expect(vote_after(STRATEGY_RSI, (const double[]){20, 27, 24}, 3), DIRECTION_HOLD, 0);
    expect(vote_after(STRATEGY_RSI, (const double[]){20, 20, 20}, 3), DIRECTION_HOLD, 0);
}

static void bollinger_bets_on_the_way_back(void **state) {
    (void)state;
    /* Mean 110, variance (5 * 10^2 + 50^2) / 6 = 500, z = 50 / sqrt(500) = 2.236068. */
    double strength = 0.5 + 0.5 * (50 / sqrt(500) - 2);
    expect(vote_after(STRATEGY_BOLLINGER, (const double[]){100, 100, 100, 100, 100, 160}, 6),
           DIRECTION_SELL, strength);
    expect(vote_after(STRATEGY_BOLLINGER, (const double[]){100, 100, 100, 100, 100, 40}, 6),
           DIRECTION_BUY, strength);
}

static void bollinger_holds_inside_its_bands_and_when_flat(void **state) {
    (void)state;
    /* Mean 105, variance (25 * 6) / 6: z = 1. */
    expect(vote_after(STRATEGY_BOLLINGER, (const double[]){100, 110, 100, 110, 100, 110}, 6),
           DIRECTION_HOLD, 0);
    expect(vote_after(STRATEGY_BOLLINGER, (const double[]){0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 6),
           DIRECTION_HOLD, 0);
}

static void breakout_follows_a_new_extreme(void **state) {
    (void)state;
    /* Beyond 110 by 3, the channel being 10 wide. */
    expect(vote_after(STRATEGY_BREAKOUT, (const double[]){100, 110, 113}, 3), DIRECTION_BUY, 0.65);
    expect(vote_after(STRATEGY_BREAKOUT, (const double[]){100, 110, 96}, 3), DIRECTION_SELL, 0.7);
    expect(vote_after(STRATEGY_BREAKOUT, (const double[]){100, 110, 150}, 3), DIRECTION_BUY, 1);
    expect(vote_after(STRATEGY_BREAKOUT, (const double[]){100, 100, 100.01}, 3), DIRECTION_BUY, 1);
}

static void breakout_holds_at_the_old_extreme(void **state) {
    (void)state;
    expect(vote_after(STRATEGY_BREAKOUT, (const double[]){100, 110, 110}, 3), DIRECTION_HOLD, 0);
    expect(vote_after(STRATEGY_BREAKOUT, (const double[]){100, 110, 100}, 3), DIRECTION_HOLD, 0);
    expect(vote_after(STRATEGY_BREAKOUT, (const double[]){100, 100, 100}, 3), DIRECTION_HOLD, 0);
}

/* Votes by strength: above 0 is buy, below is sell. */
static struct consensus agree(double a, double b, double c, double d, int32_t previous) {
    const double strengths[STRATEGY_COUNT] = {a, b, c, d};
    struct vote votes[STRATEGY_COUNT];
    for (int i = 0; i < STRATEGY_COUNT; i++)
        votes[i] = (struct vote){.direction = (strengths[i] > 0) - (strengths[i] < 0),
                                 .strength = fabs(strengths[i]),
                                 .ready = true};
    return strategy_consensus(votes, &small, previous);
}

static void expect_consensus(struct consensus consensus, int32_t signal, double confidence,
                             double strength) {
    assert_int_equal(consensus.signal, signal);
    assert_near(consensus.confidence, confidence, EPSILON);
    assert_near(consensus.consensus_strength, strength, EPSILON);
}

static void the_stronger_side_gives_the_signal(void **state) {
    (void)state;
    /* B = 0.9 + 0.7 = 1.6 by two votes, S = 0.4: 1.6 / 2 and 1.6 / 2.0. */
    expect_consensus(agree(0.9, 0.7, -0.4, 0, DIRECTION_HOLD), DIRECTION_BUY, 0.8, 0.8);
    expect_consensus(agree(-0.9, -0.7, 0.4, 0, DIRECTION_HOLD), DIRECTION_SELL, 0.8, 0.8);
    expect_consensus(agree(1, 0, 0, 0, DIRECTION_SELL), DIRECTION_BUY, 1, 1);
}

static void a_small_lead_is_no_signal(void **state) {
    (void)state;
    /* B - S = 0.3: 1 - 0.3 / 0.6; two of four hold. */
    expect_consensus(agree(0.8, -0.5, 0, 0, DIRECTION_HOLD), DIRECTION_HOLD, 0.5, 0.5);
    expect_consensus(agree(0, 0, 0, 0, DIRECTION_HOLD), DIRECTION_HOLD, 1, 1);
}

static void a_lead_of_just_enter_is_a_signal(void **state) {
    (void)state;
    /* 0.9 - 0.3 is below 0.6 in binary. */
    expect_consensus(agree(0.9, -0.3, 0, 0, DIRECTION_HOLD), DIRECTION_BUY, 0.9, 0.75);
}

static void a_signal_stays_down_to_exit(void **state) {
    (void)state;
    expect_consensus(agree(0.4, 0, 0, 0, DIRECTION_BUY), DIRECTION_BUY, 0.4, 1);
    expect_consensus(agree(-0.4, 0, 0, 0, DIRECTION_SELL), DIRECTION_SELL, 0.4, 1);
    expect_consensus(agree(0.24, 0, 0, 0, DIRECTION_BUY), DIRECTION_HOLD, 0.6, 0.75);
    expect_consensus(agree(-0.42, 0, 0, 0, DIRECTION_BUY), DIRECTION_HOLD, 0.3, 0.75);
}

static void strategies_that_are_not_ready_have_no_say(void **state) {
    (void)state;
    struct vote votes[STRATEGY_COUNT] = {{0}};
    expect_consensus(strategy_consensus(votes, &small, DIRECTION_HOLD), DIRECTION_HOLD, 0, 0);
    votes[STRATEGY_RSI] = (struct vote){.ready = true};
    expect_consensus(strategy_consensus(votes, &small, DIRECTION_HOLD), DIRECTION_HOLD, 1, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_is_as_long_as_the_longest_strategy_needs),
        cmocka_unit_test(strategies_are_not_ready_before_their_samples),
        cmocka_unit_test(ma_cross_follows_the_fast_average),
        cmocka_unit_test(ma_cross_holds_when_the_averages_are_equal),
        cmocka_unit_test(rsi_buys_low_and_sells_high),
        cmocka_unit_test(rsi_holds_at_its_levels_and_when_flat),
        cmocka_unit_test(bollinger_bets_on_the_way_back),
        cmocka_unit_test(bollinger_holds_inside_its_bands_and_when_flat),
        cmocka_unit_test(breakout_follows_a_new_extreme),
        cmocka_unit_test(breakout_holds_at_the_old_extreme),
        cmocka_unit_test(the_stronger_side_gives_the_signal),
        cmocka_unit_test(a_small_lead_is_no_signal),
        cmocka_unit_test(a_lead_of_just_enter_is_a_signal),
        cmocka_unit_test(a_signal_stays_down_to_exit),
        cmocka_unit_test(strategies_that_are_not_ready_have_no_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
