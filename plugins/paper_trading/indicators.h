/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_INDICATORS_H
#define PAPER_TRADING_INDICATORS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Indicators over a series of prices, all positive and finite. Those over a window are summed anew
 * for every sample: a running sum would drift, and a flat series would stop being exactly flat.
 */

/* The newest `capacity` prices of a series. */
struct window {
    double *values; /* owned; a ring */
    uint32_t capacity;
    uint32_t count;
    uint32_t next; /* where the next price goes */
};

/* Room for `capacity` (at least 1) prices. SENTIO_NO_MEMORY. */
int window_init(struct window *window, uint32_t capacity);
void window_finish(struct window *window);
void window_push(struct window *window, double price);
/* The price `age` samples ago; 0 is the newest. `age` is under `count`. */
double window_at(const struct window *window, uint32_t age);

/* Simple moving average of the newest `period` prices, of which there are at least that many. */
double window_mean(const struct window *window, uint32_t period);
/* Standard deviation of the newest `period` prices about their mean, of the population (divided by
 * `period`, not by `period` - 1), as Bollinger's bands use it. */
double window_deviation(const struct window *window, uint32_t period, double mean);
/* Donchian's channel: the extremes of the `period` prices before the newest, of which there are at
 * least that many besides the newest. */
void window_channel(const struct window *window, uint32_t period, double *lowest, double *highest);

/* Wilder's averages of gains and losses ("New Concepts in Technical Trading Systems", 1978). */
struct wilder {
    double last; /* the newest price; 0: none yet */
    double gain; /* up to `period` changes: the sum; afterwards the smoothed average */
    double loss;
    uint32_t changes; /* how many, counted up to `period` */
};

void wilder_push(struct wilder *wilder, uint32_t period, double price);
/* Whether there were `period` changes, which rsi needs. */
bool wilder_ready(const struct wilder *wilder, uint32_t period);
/* Relative strength index, 0..100: 100 * gain / (gain + loss), which is 100 - 100 / (1 + RS). 100
 * without losses, 0 without gains, and 50 without either: when gain + loss is at most 1e-12 of the
 * price. */
double wilder_rsi(const struct wilder *wilder);

#endif
