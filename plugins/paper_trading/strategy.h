/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_STRATEGY_H
#define PAPER_TRADING_STRATEGY_H

#include "indicators.h"

/*
 * Four strategies look at one series of prices after each new sample. Each votes buy (+1), sell
 * (-1) or hold (0), with a strength from 0 to 1 (0 for hold); one whose indicator has too few
 * samples is not ready and holds. `price` is the newest sample, TIE is 1e-9, clamp(x) is x limited
 * to 0..1.
 *
 * ma_cross   Simple moving averages over the newest `sma_fast` and `sma_slow` samples. Ready with
 *            `sma_slow` samples. Holds when |fast - slow| <= TIE * slow. Buys while fast is above
 *            slow, sells while it is below. Strength: clamp(|fast - slow| / deviation), the
 *            population's standard deviation of the newest `sma_slow` samples.
 * rsi        Wilder's index over `rsi_period` changes. Ready with `rsi_period` + 1 samples. Buys
 *            when rsi < rsi_buy - TIE, with strength clamp(0.5 + 0.5 * (rsi_buy - rsi) / rsi_buy);
 *            sells when rsi > rsi_sell + TIE, with strength
 *            clamp(0.5 + 0.5 * (rsi - rsi_sell) / (100 - rsi_sell)).
 * bollinger  Mean and deviation (population) of the newest `bollinger_period` samples, `price`
 *            included. Ready with that many. Holds when deviation <= TIE * mean: a flat series has
 *            no bands. z = (price - mean) / deviation. Buys when z < -(bollinger_width + TIE),
 * sells when z > bollinger_width + TIE. Strength: clamp(0.5 + 0.5 * (|z| - bollinger_width)).
 * breakout   The lowest and highest of the `breakout_period` samples before `price`. Ready with
 *            `breakout_period` + 1 samples. Buys when price > highest, sells when price < lowest;
 *            equal is no break. Strength: clamp(0.5 + 0.5 * beyond / (highest - lowest)), beyond
 *            being how far price is outside; 1 when highest = lowest.
 */

enum strategy {
    STRATEGY_MA_CROSS,
    STRATEGY_RSI,
    STRATEGY_BOLLINGER,
    STRATEGY_BREAKOUT,
    STRATEGY_COUNT
};

enum direction { DIRECTION_SELL = -1, DIRECTION_HOLD = 0, DIRECTION_BUY = 1 };

struct strategy_settings {
    uint32_t sma_fast; /* periods are in samples; sma_fast is under sma_slow */
    uint32_t sma_slow;
    uint32_t rsi_period;
    double rsi_buy; /* 0 < rsi_buy < rsi_sell < 100 */
    double rsi_sell;
    uint32_t bollinger_period;
    double bollinger_width; /* in standard deviations */
    uint32_t breakout_period;
    double enter; /* 0 < exit <= enter */
    double exit;
};

/* The samples of one symbol. */
struct series {
    struct window window;
    struct wilder wilder;
};

struct vote {
    int32_t direction; /* enum direction */
    double strength;
    bool ready;
};

/*
 * What the votes come to. B and S are the sums of the strengths of the buy and sell votes.
 *
 * signal               buy when B - S >= enter - TIE, sell when S - B >= enter - TIE. Otherwise the
 *                      previous signal stays while its side leads by at least exit - TIE (so that a
 *                      margin around `enter` does not flicker), and else it is hold.
 * confidence           buy, sell: the mean strength of the votes for the signal.
 *                      hold: clamp(1 - |B - S| / enter); 0 while no strategy is ready.
 * consensus_strength   buy: B / (B + S); sell: S / (B + S). hold: the share of the ready strategies
 *                      that hold; 0 while none is ready.
 */
struct consensus {
    int32_t signal; /* enum direction */
    double confidence;
    double consensus_strength;
};

/* How many prices a series has to keep for these settings. */
uint32_t strategy_window(const struct strategy_settings *settings);
/* "ma_cross", "rsi", "bollinger", "breakout". */
const char *strategy_name(enum strategy strategy);
/* "buy", "sell", "hold". */
const char *direction_name(int32_t direction);

/* SENTIO_NO_MEMORY. */
int series_init(struct series *series, const struct strategy_settings *settings);
void series_finish(struct series *series);
void series_push(struct series *series, const struct strategy_settings *settings, double price);

/* The votes after the newest sample, of which there is at least one. */
void strategy_vote(const struct series *series, const struct strategy_settings *settings,
                   struct vote votes[STRATEGY_COUNT]);
/* What they come to when the signal so far was `previous`. */
struct consensus strategy_consensus(const struct vote votes[STRATEGY_COUNT],
                                    const struct strategy_settings *settings, int32_t previous);

#endif
