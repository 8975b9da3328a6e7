/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sentio/plugin.h>

#include "near.h"
#include "indicators.h"

static const double EPSILON = 1e-9;

static void fill(struct window *window, uint32_t capacity, const double *prices, size_t count) {
    assert_int_equal(window_init(window, capacity), SENTIO_OK);
    for (size_t i = 0; i < count; i++)
        window_push(window, prices[i]);
}

static void window_keeps_the_newest_prices(void **state) {
    (void)state;
    struct window window;
    fill(&window, 3, (const double[]){1, 2, 3, 4, 5}, 5);
    assert_int_equal(window.count, 3);
    assert_near(window_at(&window, 0), 5, 0);
    assert_near(window_at(&window, 1), 4, 0);
    assert_near(window_at(&window, 2), 3, 0);
    window_finish(&window);
}

static void mean_is_over_the_newest_period_only(void **state) {
    (void)state;
    struct window window;
    fill(&window, 5, (const double[]){100, 1, 2, 6}, 4);
    /* (1 + 2 + 6) / 3 */
    assert_near(window_mean(&window, 3), 3, EPSILON);
    /* (100 + 1 + 2 + 6) / 4 */
    assert_near(window_mean(&window, 4), 27.25, EPSILON);
    window_finish(&window);
}

static void deviation_is_that_of_the_population(void **state) {
    (void)state;
    struct window window;
    fill(&window, 8, (const double[]){2, 4, 4, 4, 5, 5, 7, 9}, 8);
    /* The mean is 40 / 8 = 5, the squares are 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, 32 / 8 = 4. A
     * sample's deviation would be sqrt(32 / 7) = 2.138. */
    double mean = window_mean(&window, 8);
    assert_near(mean, 5, EPSILON);
    assert_near(window_deviation(&window, 8, mean), 2, EPSILON);
    window_finish(&window);
}

static void deviation_of_a_flat_series_is_zero(void **state) {
    (void)state;
    struct window window;
    fill(&window, 4, (const double[]){7, 7, 7, 7}, 4);
    assert_near(window_deviation(&window, 4, window_mean(&window, 4)), 0, 0);
    window_finish(&window);
}

static void channel_leaves_the_newest_price_out(void **state) {
    (void)state;
    struct window window;
    fill(&window, 5, (const double[]){1, 9, 4, 6, 20}, 5);
    double lowest = 0;
    double highest = 0;
    window_channel(&window, 3, &lowest, &highest);
    assert_near(lowest, 4, 0);
    assert_near(highest, 9, 0);
    window_channel(&window, 4, &lowest, &highest);
    assert_near(lowest, 1, 0);
    window_finish(&window);
}

/* The worked example of StockCharts' ChartSchool, "Relative Strength Index (RSI)". */
static const double published[] = {44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264,
                                   45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
                                   45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116};

static void rsi_is_the_published_one(void **state) {
    (void)state;
    struct wilder wilder = {0};
    for (size_t i = 0; i < 14; i++)
        wilder_push(&wilder, 14, published[i]);
    assert_false(wilder_ready(&wilder, 14));
    /* The 14 changes are -0.2487 0.0595 -0.5373 0.7154 0.4986 0.2691 0.3290 0.4188 0.2393 -0.1895
     * 0.1397 -0.4188 0.6680 0: gains 3.3374, losses 1.3943, and 100 * 3.3374 / 4.7317 = 70.5328. */
    wilder_push(&wilder, 14, published[14]);
    assert_true(wilder_ready(&wilder, 14));
    assert_near(wilder.gain, 3.3374 / 14, EPSILON);
    assert_near(wilder.loss, 1.3943 / 14, EPSILON);
    assert_near(wilder_rsi(&wilder), 70.53278948, 1e-6);
    /* -0.2792: gain 13/14 * 0.23838571 = 0.22135816; loss (13 * 0.09959286 + 0.2792) / 14 =
     * 0.11242194; 100 * 0.22135816 / 0.33378010 = 66.3186. */
    wilder_push(&wilder, 14, published[15]);
    assert_near(wilder_rsi(&wilder), 66.31856181, 1e-6);
    /* 0.0300: gain (13 * 0.22135816 + 0.03) / 14 = 0.20768972; loss 13/14 * 0.11242194 =
     * 0.10439180; 66.5498. */
    wilder_push(&wilder, 14, published[16]);
    assert_near(wilder_rsi(&wilder), 66.54982994, 1e-6);
    /* 0.3788: gain 0.21991189, loss 0.09693524; 69.4063. */
    wilder_push(&wilder, 14, published[17]);
    assert_near(wilder_rsi(&wilder), 69.40630534, 1e-6);
}

static double rsi_after(const double *prices, size_t count, uint32_t period) {
    struct wilder wilder = {0};
    for (size_t i = 0; i < count; i++)
        wilder_push(&wilder, period, prices[i]);
    assert_true(wilder_ready(&wilder, period));
    return wilder_rsi(&wilder);
}

static void rsi_without_losses_is_100_and_without_gains_0(void **state) {
    (void)state;
    assert_near(rsi_after((const double[]){1, 2, 2, 3}, 4, 3), 100, 0);
    assert_near(rsi_after((const double[]){3, 2, 2, 1}, 4, 3), 0, 0);
}

static void rsi_of_a_flat_series_is_50(void **state) {
    (void)state;
    assert_near(rsi_after((const double[]){5, 5, 5, 5, 5}, 5, 3), 50, 0);
}

static void rsi_falls_back_to_50_after_a_long_flat(void **state) {
    (void)state;
    struct wilder wilder = {0};
    wilder_push(&wilder, 2, 10);
    wilder_push(&wilder, 2, 11);
    wilder_push(&wilder, 2, 11);
    assert_near(wilder_rsi(&wilder), 100, 0);
    /* The average gain, 0.5, is halved each time and after 36 of them 7.3e-12, under 1e-12 * 11. */
    for (int i = 0; i < 35; i++)
        wilder_push(&wilder, 2, 11);
    assert_near(wilder_rsi(&wilder), 100, 0);
    wilder_push(&wilder, 2, 11);
    assert_near(wilder_rsi(&wilder), 50, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_keeps_the_newest_prices),
        cmocka_unit_test(mean_is_over_the_newest_period_only),
        cmocka_unit_test(deviation_is_that_of_the_population),
        cmocka_unit_test(deviation_of_a_flat_series_is_zero),
        cmocka_unit_test(channel_leaves_the_newest_price_out),
        cmocka_unit_test(rsi_is_the_published_one),
        cmocka_unit_test(rsi_without_losses_is_100_and_without_gains_0),
        cmocka_unit_test(rsi_of_a_flat_series_is_50),
        cmocka_unit_test(rsi_falls_back_to_50_after_a_long_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
