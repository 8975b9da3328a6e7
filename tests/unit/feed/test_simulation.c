/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "feed/profile.h"
#include "feed/simulation.h"

#define MINUTE INT64_C(60000000000)
#define TRADING_YEAR (252 * 6.5 * 60)      /* in minutes */
#define MONDAY_0930 INT64_C(1728307800000) /* 2024-10-07, New York */
#define STEPS 50000

struct market {
    struct symbols symbols;
    struct simulation *simulation;
};

/* strndup() may look one byte further under strict string checks, where a span may end. */
static char *copy(const char *data, size_t size) {
    char *text = calloc(1, size + 1);
    assert_non_null(text);
    memcpy(text, data, size);
    return text;
}

static void market_open(struct market *market, const char *symbols, const char *volatility,
                        uint64_t seed) {
    struct problem problem;
    *market = (struct market){0};
    assert_int_equal(symbols_read(&market->symbols, symbols, &problem), 0);
    assert_int_equal(symbols_set_volatility(&market->symbols, volatility, &problem), 0);
    struct simulation_options options = {
        .symbols = &market->symbols, .seed = seed, .start = MONDAY_0930, .interval = MINUTE};
    market->simulation = simulation_create(&options);
    assert_non_null(market->simulation);
}

static void market_close(struct market *market) {
    simulation_destroy(market->simulation);
    symbols_finish(&market->symbols);
}

static void step(struct market *market, struct publisher *publisher) {
    simulation_step(market->simulation);
    simulation_add(market->simulation, publisher);
    publisher->items = 0;
}

/* The text of so many updates, terminated; the caller frees it. */
static char *bytes_of(const char *symbols, uint64_t seed, int updates) {
    struct market market;
    market_open(&market, symbols, "0.3", seed);
    struct publisher publisher = {0};
    for (int i = 0; i < updates; i++)
        step(&market, &publisher);
    assert_false(publisher.line.failed);
    market_close(&market);
    char *text = copy(publisher.line.data, publisher.line.size);
    publisher_finish(&publisher);
    assert_non_null(text);
    return text;
}

static void the_same_seed_gives_the_same_bytes(void **state) {
    (void)state;
    char *a = bytes_of("AAPL,SPY,XYZ", 5, 500);
    char *b = bytes_of("AAPL,SPY,XYZ", 5, 500);
    char *c = bytes_of("AAPL,SPY,XYZ", 6, 500);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    free(a);
    free(b);
    free(c);
}

/* FNV-1a of the output, as computed on x86-64: another machine, compiler or C library that gives
 * other bytes fails here. */
static void a_seed_gives_the_bytes_that_it_gave_before(void **state) {
    (void)state;
    char *text = bytes_of("AAPL,GOOGL,MSFT,TSLA,AMZN,NVDA,META,SPY", 1, 5000);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *c = text; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    free(text);
    assert_int_equal(hash, UINT64_C(0xfb09315bfe3363b8));
}

struct moments {
    double mean[2];
    double variance[2];
    double correlation;
};

/* Of the logarithmic returns of two symbols. */
static struct moments moments_of(struct market *market, int steps) {
    struct moments moments = {0};
    double product = 0;
    double before[2];
    simulation_step(market->simulation);
    for (int s = 0; s < steps; s++) {
        double r[2];
        for (size_t i = 0; i < 2; i++)
            before[i] = simulation_price(market->simulation, i);
        simulation_step(market->simulation);
        for (size_t i = 0; i < 2; i++) {
            r[i] = log(simulation_price(market->simulation, i) / before[i]);
            moments.mean[i] += r[i] / steps;
            moments.variance[i] += r[i] * r[i] / steps;
        }
        product += r[0] * r[1] / steps;
    }
    moments.correlation = product / sqrt(moments.variance[0] * moments.variance[1]);
    return moments;
}

static void returns_have_the_mean_variance_and_correlation_asked_for(void **state) {
    (void)state;
    const double volatility[2] = {0.3, 0.6};
    struct market market;
    market_open(&market, "SPY,TSLA", "SPY=0.3,TSLA=0.6", 11);
    struct moments moments = moments_of(&market, STEPS);
    for (int i = 0; i < 2; i++) {
        double variance = volatility[i] * volatility[i] / TRADING_YEAR;
        assert_true(fabs(moments.variance[i] / variance - 1) < 0.03);
        assert_true(fabs(moments.mean[i] + variance / 2) < 3 * sqrt(variance / STEPS));
    }
    double expected = profile_of("SPY").loading * profile_of("TSLA").loading;
    assert_true(fabs(moments.correlation - expected) < 0.02);
    market_close(&market);
}

static void without_volatility_prices_stand_still(void **state) {
    (void)state;
    struct market market;
    market_open(&market, "AAPL", "0", 1);
    double before = simulation_price(market.simulation, 0);
    for (int i = 0; i < 100; i++)
        simulation_step(market.simulation);
    assert_true(simulation_price(market.simulation, 0) == before);
    market_close(&market);
}

static double number(struct json_object *item, const char *name) {
    struct json_object *value;
    assert_true(json_object_object_get_ex(item, name, &value));
    return json_object_get_double(value);
}

static int64_t cents(struct json_object *item, const char *name) {
    return llround(number(item, name) * 100);
}

/* The only quote of the next update; the caller puts it. */
static struct json_object *next_quote(struct market *market) {
    struct publisher publisher = {0};
    step(market, &publisher);
    line_add(&publisher.line, "]}");
    char *text = copy(publisher.line.data, publisher.line.size);
    assert_non_null(text);
    struct json_object *update = json_tokener_parse(text);
    struct json_object *data;
    assert_true(json_object_object_get_ex(update, "data", &data));
    struct json_object *item = json_object_get(json_object_array_get_idx(data, 0));
    json_object_put(update);
    free(text);
    publisher_finish(&publisher);
    return item;
}

static void quotes_agree_with_themselves(void **state) {
    (void)state;
    struct market market;
    market_open(&market, "BTC-USD", "0.9", 4);
    int64_t high = 0;
    int64_t low = INT64_MAX;
    for (int i = 0; i < 870; i++) { /* until midnight */
        struct json_object *item = next_quote(&market);
        int64_t price = cents(item, "price");
        high = price > high ? price : high;
        low = price < low ? price : low;
        assert_true(cents(item, "bid") < cents(item, "ask"));
        assert_true(price == cents(item, "bid") || price == cents(item, "ask"));
        assert_int_equal(cents(item, "high"), high);
        assert_int_equal(cents(item, "low"), low);
        assert_int_equal(cents(item, "prev_close"), 6210000);
        assert_int_equal(cents(item, "change"), price - 6210000);
        assert_true(fabs(number(item, "change_pct") - (double)(price - 6210000) / 62100) < 0.0051);
        json_object_put(item);
    }
    market_close(&market);
}

static void a_new_day_takes_the_last_price_for_its_previous_close(void **state) {
    (void)state;
    struct market market;
    market_open(&market, "AAPL", "0.3", 4);
    int64_t last = 0;
    for (int i = 0; i < 870; i++) {
        struct json_object *item = next_quote(&market);
        last = cents(item, "price");
        json_object_put(item);
    }
    struct json_object *item = next_quote(&market);
    struct json_object *timestamp;
    assert_true(json_object_object_get_ex(item, "timestamp", &timestamp));
    assert_string_equal(json_object_get_string(timestamp), "2024-10-08T04:00:00.000Z");
    assert_int_equal(cents(item, "prev_close"), last);
    assert_int_equal(cents(item, "high"), cents(item, "low"));
    assert_true(number(item, "volume") < 1e5);
    json_object_put(item);
    market_close(&market);
}

static void volume_over_a_day_is_u_shaped(void **state) {
    (void)state;
    struct market market;
    market_open(&market, "AAPL", "0.3", 8);
    double by_half_hour[14] = {0};
    double before = 0;
    for (int minute = 0; minute <= 420; minute++) { /* 09:30 to 16:30 */
        struct json_object *item = next_quote(&market);
        double volume = number(item, "volume");
        assert_true(volume >= before);
        if (minute > 0)
            by_half_hour[(minute - 1) / 30] += volume - before;
        before = volume;
        json_object_put(item);
    }
    assert_true(by_half_hour[0] > 2 * by_half_hour[6]);
    assert_true(by_half_hour[12] > 2 * by_half_hour[6]);
    assert_true(by_half_hour[6] > 5 * by_half_hour[13]);
    assert_true(by_half_hour[13] > 0);
    assert_true(fabs(before / profile_of("AAPL").volume - 0.975) < 0.1);
    market_close(&market);
}

static void prices_stay_positive_however_wild_the_market(void **state) {
    (void)state;
    struct market market;
    market_open(&market, "INTC", "10", 2);
    for (int i = 0; i < 20000; i++) {
        struct json_object *item = next_quote(&market);
        assert_true(cents(item, "bid") >= 1);
        json_object_put(item);
    }
    market_close(&market);
}

static void unknown_symbols_start_from_their_name(void **state) {
    (void)state;
    struct profile a = profile_of("ZZZA");
    struct profile b = profile_of("ZZZB");
    assert_true(a.price >= 10 && a.price < 510);
    assert_true(a.loading >= 0.4 && a.loading < 0.8);
    assert_true(a.volume >= 0.5e6 && a.volume < 20e6);
    assert_true(a.price != b.price);
    assert_true(profile_of("ZZZA").price == a.price);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(a_seed_gives_the_bytes_that_it_gave_before),
        cmocka_unit_test(returns_have_the_mean_variance_and_correlation_asked_for),
        cmocka_unit_test(without_volatility_prices_stand_still),
        cmocka_unit_test(quotes_agree_with_themselves),
        cmocka_unit_test(a_new_day_takes_the_last_price_for_its_previous_close),
        cmocka_unit_test(volume_over_a_day_is_u_shaped),
        cmocka_unit_test(prices_stay_positive_however_wild_the_market),
        cmocka_unit_test(unknown_symbols_start_from_their_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
