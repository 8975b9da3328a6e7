/* SPDX-License-Identifier: MIT */
#include "indicators.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include <sentio/plugin.h>

int window_init(struct window *window, uint32_t capacity) {
    assert(capacity > 0);
    *window = (struct window){.capacity = capacity};
    window->values = calloc(capacity, sizeof *window->values);
    return window->values ? SENTIO_OK : SENTIO_NO_MEMORY;
}

void window_finish(struct window *window) {
    free(window->values);
    *window = (struct window){0};
}

void window_push(struct window *window, double price) {
    window->values[window->next] = price;
    window->next = (window->next + 1) % window->capacity;
    if (window->count < window->capacity)
        window->count++;
}

double window_at(const struct window *window, uint32_t age) {
    assert(age < window->count);
    uint32_t newest = window->next + window->capacity - 1;
    return window->values[(newest - age) % window->capacity];
}

double window_mean(const struct window *window, uint32_t period) {
    assert(period > 0 && period <= window->count);
    double sum = 0;
    for (uint32_t age = 0; age < period; age++)
        sum += window_at(window, age);
    return sum / period;
}

double window_deviation(const struct window *window, uint32_t period, double mean) {
    assert(period > 0 && period <= window->count);
    double sum = 0;
    for (uint32_t age = 0; age < period; age++) {
        double distance = window_at(window, age) - mean;
        sum += distance * distance;
    }
    return sqrt(sum / period);
}

void window_channel(const struct window *window, uint32_t period, double *lowest, double *highest) {
    assert(period > 0 && period < window->count);
    *lowest = *highest = window_at(window, 1);
    for (uint32_t age = 2; age <= period; age++) {
        double price = window_at(window, age);
        *lowest = fmin(*lowest, price);
        *highest = fmax(*highest, price);
    }
}

void wilder_push(struct wilder *wilder, uint32_t period, double price) {
    double change = price - wilder->last;
    bool first = wilder->last <= 0;
    wilder->last = price;
    if (first)
        return;
    double gain = fmax(change, 0);
    double loss = fmax(-change, 0);
    if (wilder->changes == period) {
        wilder->gain = (wilder->gain * (period - 1) + gain) / period;
        wilder->loss = (wilder->loss * (period - 1) + loss) / period;
        return;
    }
    wilder->gain += gain;
    wilder->loss += loss;
    wilder->changes++;
    if (wilder->changes == period) {
        wilder->gain /= period;
        wilder->loss /= period;
    }
}

bool wilder_ready(const struct wilder *wilder, uint32_t period) {
    return wilder->changes >= period;
}

double wilder_rsi(const struct wilder *wilder) {
    double movement = wilder->gain + wilder->loss;
    if (movement <= wilder->last * 1e-12)
        return 50;
    return 100 * (wilder->gain / movement);
}
