/* SPDX-License-Identifier: MIT */
#include "simulation.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "correlation.h"
#include "elementary.h"
#include "iso_time.h"
#include "market_hours.h"
#include "profile.h"
#include "quote.h"
#include "random.h"

#define TRADING_YEAR_NS (252 * 6.5 * 3600e9)
#define VOLUME_SCATTER 0.5 /* of the logarithm of an update's volume */

/* Prices stay between two cents, which leaves room for a bid, and a billion dollars. */
#define PRICE_MIN 0.02
#define PRICE_MAX 1e9

struct simulation {
    const struct symbols *symbols;
    int64_t start;
    int64_t interval;
    int64_t steps;
    struct market_time time;
    double year; /* what an interval is of one */
    struct random random;
    double *factor;      /* of the correlation matrix */
    double *independent; /* deviates, before and after the correlation */
    double *correlated;
    struct quote *quotes;
};

static int64_t unix_ms(const struct simulation *simulation) {
    double elapsed = (double)simulation->interval / 1e6 * (double)simulation->steps;
    return simulation->start + (int64_t)elapsed;
}

static void begin_quotes(struct simulation *simulation) {
    double traded = market_volume_by(simulation->time.seconds);
    for (size_t i = 0; i < simulation->symbols->count; i++) {
        struct profile profile = profile_of(simulation->symbols->items[i].name);
        quote_init(&simulation->quotes[i], &profile, traded);
    }
}

static void begin_correlation(struct simulation *simulation) {
    size_t n = simulation->symbols->count;
    for (size_t i = 0; i < n; i++)
        simulation->independent[i] = profile_of(simulation->symbols->items[i].name).loading;
    correlation_of_loadings(simulation->independent, n, simulation->factor);
    int result = correlation_factor(simulation->factor, n);
    assert(result == 0);
    (void)result;
}

struct simulation *simulation_create(const struct simulation_options *options) {
    struct simulation *simulation = calloc(1, sizeof *simulation);
    if (simulation == NULL)
        return NULL;
    size_t n = options->symbols->count;
    simulation->factor = calloc(n * n, sizeof *simulation->factor);
    simulation->independent = calloc(n, sizeof *simulation->independent);
    simulation->correlated = calloc(n, sizeof *simulation->correlated);
    simulation->quotes = calloc(n, sizeof *simulation->quotes);
    if (simulation->factor == NULL || simulation->independent == NULL ||
        simulation->correlated == NULL || simulation->quotes == NULL) {
        simulation_destroy(simulation);
        return NULL;
    }
    simulation->symbols = options->symbols;
    simulation->start = options->start;
    simulation->interval = options->interval;
    simulation->steps = -1;
    simulation->time = market_time_of(options->start);
    simulation->year = (double)options->interval / TRADING_YEAR_NS;
    random_init(&simulation->random, options->seed);
    begin_correlation(simulation);
    begin_quotes(simulation);
    return simulation;
}

void simulation_destroy(struct simulation *simulation) {
    if (simulation == NULL)
        return;
    free(simulation->quotes);
    free(simulation->correlated);
    free(simulation->independent);
    free(simulation->factor);
    free(simulation);
}

/* One step of the price itself: S exp(-v^2 t / 2 + v sqrt(t) z). */
static double moved(const struct simulation *simulation, size_t i) {
    double volatility = simulation->symbols->items[i].volatility;
    double year = simulation->year;
    double exponent = volatility * sqrt(year) * simulation->correlated[i];
    exponent -= volatility * volatility * year / 2;
    double price = simulation->quotes[i].exact * elementary_exp(fmin(fmax(exponent, -100), 100));
    return fmin(fmax(price, PRICE_MIN), PRICE_MAX);
}

static void move_prices(struct simulation *simulation) {
    size_t n = simulation->symbols->count;
    for (size_t i = 0; i < n; i++)
        simulation->independent[i] = random_normal(&simulation->random);
    correlation_apply(simulation->factor, n, simulation->independent, simulation->correlated);
    for (size_t i = 0; i < n; i++)
        simulation->quotes[i].exact = moved(simulation, i);
}

/* Log-normal with a mean of 1. */
static double scatter(struct random *random) {
    double exponent = VOLUME_SCATTER * random_normal(random);
    return elementary_exp(exponent - VOLUME_SCATTER * VOLUME_SCATTER / 2);
}

void simulation_step(struct simulation *simulation) {
    simulation->steps++;
    struct market_time before = simulation->time;
    struct market_time now = market_time_of(unix_ms(simulation));
    bool new_day = now.date != before.date;
    double traded = market_volume_by(now.seconds);
    if (!new_day)
        traded -= market_volume_by(before.seconds);
    if (simulation->steps > 0)
        move_prices(simulation);
    for (size_t i = 0; i < simulation->symbols->count; i++) {
        struct quote *quote = &simulation->quotes[i];
        if (new_day)
            quote_begin_day(quote);
        /* Clocks that are put back make this negative. */
        quote_trade(quote, fmax(traded, 0) * scatter(&simulation->random));
        quote_price(quote, random_next(&simulation->random));
    }
    simulation->time = now;
}

double simulation_price(const struct simulation *simulation, size_t i) {
    return simulation->quotes[i].exact;
}

void simulation_add(struct simulation *simulation, struct publisher *publisher) {
    char timestamp[ISO_TIME_SIZE];
    iso_time_format(timestamp, unix_ms(simulation));
    for (size_t i = 0; i < simulation->symbols->count; i++)
        quote_add(&simulation->quotes[i], simulation->symbols->items[i].name, timestamp, publisher);
}

int simulation_run(struct simulation *simulation, struct publisher *publisher) {
    int result = 0;
    while (result == 0) {
        simulation_step(simulation);
        simulation_add(simulation, publisher);
        result = publisher_send(publisher, simulation->interval, INT64_MAX);
    }
    return result;
}
