/* SPDX-License-Identifier: MIT */
#include "strategy.h"

#include <math.h>

#include <sentio/plugin.h>

/* Sums of the same prices in another order differ in their last bits; what differs by less than
 * this is a tie, so that nobody's rounding decides a vote. */
static const double TIE = 1e-9;

static double clamp(double value) {
    return fmin(fmax(value, 0), 1);
}

static struct vote vote_for(int32_t direction, double strength) {
    return (struct vote){.direction = direction, .strength = clamp(strength), .ready = true};
}

uint32_t strategy_window(const struct strategy_settings *settings) {
    uint32_t size = settings->sma_slow;
    if (size < settings->rsi_period + 1)
        size = settings->rsi_period + 1;
    if (size < settings->bollinger_period)
        size = settings->bollinger_period;
    if (size < settings->breakout_period + 1)
        size = settings->breakout_period + 1;
    return size;
}

const char *strategy_name(enum strategy strategy) {
    static const char *const names[STRATEGY_COUNT] = {"ma_cross", "rsi", "bollinger", "breakout"};
    return names[strategy];
}

const char *direction_name(int32_t direction) {
    if (direction == DIRECTION_HOLD)
        return "hold";
    return direction > 0 ? "buy" : "sell";
}

int series_init(struct series *series, const struct strategy_settings *settings) {
    series->wilder = (struct wilder){0};
    return window_init(&series->window, strategy_window(settings));
}

void series_finish(struct series *series) {
    window_finish(&series->window);
}

void series_push(struct series *series, const struct strategy_settings *settings, double price) {
    window_push(&series->window, price);
    wilder_push(&series->wilder, settings->rsi_period, price);
}

static struct vote ma_cross_vote(const struct window *window,
                                 const struct strategy_settings *settings) {
    if (window->count < settings->sma_slow)
        return (struct vote){0};
    double fast = window_mean(window, settings->sma_fast);
    double slow = window_mean(window, settings->sma_slow);
    double lead = fast - slow;
    if (fabs(lead) <= TIE * slow)
        return vote_for(DIRECTION_HOLD, 0);
    double deviation = window_deviation(window, settings->sma_slow, slow);
    return vote_for(lead > 0 ? DIRECTION_BUY : DIRECTION_SELL, fabs(lead) / deviation);
}

static struct vote rsi_vote(const struct wilder *wilder, const struct strategy_settings *settings) {
    if (!wilder_ready(wilder, settings->rsi_period))
        return (struct vote){0};
    double rsi = wilder_rsi(wilder);
    if (rsi < settings->rsi_buy - TIE)
        return vote_for(DIRECTION_BUY, 0.5 + 0.5 * (settings->rsi_buy - rsi) / settings->rsi_buy);
    if (rsi > settings->rsi_sell + TIE)
        return vote_for(DIRECTION_SELL,
                        0.5 + 0.5 * (rsi - settings->rsi_sell) / (100 - settings->rsi_sell));
    return vote_for(DIRECTION_HOLD, 0);
}

static struct vote bollinger_vote(const struct window *window,
                                  const struct strategy_settings *settings) {
    if (window->count < settings->bollinger_period)
        return (struct vote){0};
    double mean = window_mean(window, settings->bollinger_period);
    double deviation = window_deviation(window, settings->bollinger_period, mean);
    if (deviation <= TIE * mean)
        return vote_for(DIRECTION_HOLD, 0);
    double z = (window_at(window, 0) - mean) / deviation;
    if (fabs(z) <= settings->bollinger_width + TIE)
        return vote_for(DIRECTION_HOLD, 0);
    return vote_for(z < 0 ? DIRECTION_BUY : DIRECTION_SELL,
                    0.5 + 0.5 * (fabs(z) - settings->bollinger_width));
}

static struct vote breakout_vote(const struct window *window,
                                 const struct strategy_settings *settings) {
    if (window->count <= settings->breakout_period)
        return (struct vote){0};
    double lowest = 0;
    double highest = 0;
    window_channel(window, settings->breakout_period, &lowest, &highest);
    double price = window_at(window, 0);
    if (price >= lowest && price <= highest)
        return vote_for(DIRECTION_HOLD, 0);
    int32_t direction = price > highest ? DIRECTION_BUY : DIRECTION_SELL;
    if (highest <= lowest)
        return vote_for(direction, 1);
    double beyond = price > highest ? price - highest : lowest - price;
    return vote_for(direction, 0.5 + 0.5 * beyond / (highest - lowest));
}

void strategy_vote(const struct series *series, const struct strategy_settings *settings,
                   struct vote votes[STRATEGY_COUNT]) {
    votes[STRATEGY_MA_CROSS] = ma_cross_vote(&series->window, settings);
    votes[STRATEGY_RSI] = rsi_vote(&series->wilder, settings);
    votes[STRATEGY_BOLLINGER] = bollinger_vote(&series->window, settings);
    votes[STRATEGY_BREAKOUT] = breakout_vote(&series->window, settings);
}

static int32_t decide(double margin, const struct strategy_settings *settings, int32_t previous) {
    if (fabs(margin) >= settings->enter - TIE)
        return margin > 0 ? DIRECTION_BUY : DIRECTION_SELL;
    if (previous != DIRECTION_HOLD && margin * previous >= settings->exit - TIE)
        return previous;
    return DIRECTION_HOLD;
}

struct consensus strategy_consensus(const struct vote votes[STRATEGY_COUNT],
                                    const struct strategy_settings *settings, int32_t previous) {
    double strength[3] = {0}; /* by direction + 1 */
    uint32_t count[3] = {0};
    for (int i = 0; i < STRATEGY_COUNT; i++) {
        if (!votes[i].ready)
            continue;
        strength[votes[i].direction + 1] += votes[i].strength;
        count[votes[i].direction + 1]++;
    }
    double margin = strength[DIRECTION_BUY + 1] - strength[DIRECTION_SELL + 1];
    struct consensus consensus = {.signal = decide(margin, settings, previous)};
    uint32_t ready = count[0] + count[1] + count[2];
    if (ready == 0)
        return consensus;
    uint32_t side = (uint32_t)(consensus.signal + 1);
    if (consensus.signal == DIRECTION_HOLD) {
        consensus.confidence = clamp(1 - fabs(margin) / settings->enter);
        consensus.consensus_strength = (double)count[side] / ready;
        return consensus;
    }
    consensus.confidence = strength[side] / count[side];
    consensus.consensus_strength =
        strength[side] / (strength[DIRECTION_BUY + 1] + strength[DIRECTION_SELL + 1]);
    return consensus;
}
