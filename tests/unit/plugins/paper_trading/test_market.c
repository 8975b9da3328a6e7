/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>

#include "market.h"

static const struct strategy_settings settings = {
    .sma_fast = 1, .sma_slow = 2, .rsi_period = 2, .bollinger_period = 2, .breakout_period = 1};

static struct market *make_market(void) {
    struct market *market = calloc(1, sizeof *market);
    assert_non_null(market);
    market_init(market, 42);
    return market;
}

static void destroy_market(struct market *market) {
    market_finish(market);
    free(market);
}

static struct sentio_bytes name(char *buffer, size_t size, uint32_t number) {
    snprintf(buffer, size, "S%u", number);
    return sentio_text(buffer);
}

static void every_symbol_is_found_again(void **state) {
    (void)state;
    struct market *market = make_market();
    char buffer[16];
    uint32_t index = 0;
    for (uint32_t i = 0; i < SYMBOLS_MAX; i++) {
        struct sentio_bytes symbol = name(buffer, sizeof buffer, i);
        assert_int_equal(market_find(market, symbol, &index), SENTIO_NOT_FOUND);
        assert_int_equal(market_add(market, symbol, SYMBOLS_MAX, &settings, &index), SENTIO_OK);
        assert_int_equal(index, i);
    }
    for (uint32_t i = 0; i < SYMBOLS_MAX; i++) {
        struct sentio_bytes symbol = name(buffer, sizeof buffer, i);
        assert_int_equal(market_find(market, symbol, &index), SENTIO_OK);
        assert_int_equal(index, i);
    }
    assert_int_equal(market_find(market, sentio_text("S"), &index), SENTIO_NOT_FOUND);
    destroy_market(market);
}

static void symbols_are_limited(void **state) {
    (void)state;
    struct market *market = make_market();
    uint32_t index = 0;
    assert_int_equal(market_add(market, sentio_text("A"), 1, &settings, &index), SENTIO_OK);
    assert_int_equal(market_add(market, sentio_text("B"), 1, &settings, &index), SENTIO_TOO_BIG);
    assert_int_equal(market->count, 1);
    destroy_market(market);
}

static void sample_is_kept_with_its_price_and_timestamp(void **state) {
    (void)state;
    struct market *market = make_market();
    uint32_t index = 0;
    assert_int_equal(market_add(market, sentio_text("A"), 1, &settings, &index), SENTIO_OK);
    assert_true(market_sample(market, index, &settings, 10, sentio_text("first")));
    assert_false(market_sample(market, index, &settings, 10, sentio_text("first")));
    assert_true(market_sample(market, index, &settings, 11, sentio_text("first")));
    assert_true(market_sample(market, index, &settings, 11, sentio_text("2nd")));
    assert_string_equal(market->instruments[index].stamp, "2nd");
    assert_true(market->prices[index] == 11);
    assert_true(market_sample(market, index, &settings, 11, sentio_text("")));
    assert_true(market_sample(market, index, &settings, 11, sentio_text("")));
    assert_string_equal(market->instruments[index].stamp, "");
    destroy_market(market);
}

static void finished_market_is_empty_and_of_use(void **state) {
    (void)state;
    struct market *market = make_market();
    uint32_t index = 7;
    assert_int_equal(market_add(market, sentio_text("A"), 9, &settings, &index), SENTIO_OK);
    market_finish(market);
    assert_int_equal(market_find(market, sentio_text("A"), &index), SENTIO_NOT_FOUND);
    assert_int_equal(market_add(market, sentio_text("A"), 9, &settings, &index), SENTIO_OK);
    assert_int_equal(index, 0);
    destroy_market(market);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_symbol_is_found_again),
        cmocka_unit_test(symbols_are_limited),
        cmocka_unit_test(sample_is_kept_with_its_price_and_timestamp),
        cmocka_unit_test(finished_market_is_empty_and_of_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
