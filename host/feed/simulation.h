/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_SIMULATION_H
#define SENTIO_FEED_SIMULATION_H

#include <stdint.h>

#include "publisher.h"
#include "symbols.h"

/*
 * A simulated market: geometric Brownian motion without drift, correlated by one market factor. A
 * year is 252 days of 6.5 hours, as annual volatilities are quoted, and the simulated market never
 * closes: time passes at the same rate at night. Its trading day is New York's calendar day.
 */
struct simulation;

struct simulation_options {
    const struct symbols *symbols; /* has to outlive the simulation */
    uint64_t seed;
    int64_t start;    /* Unix milliseconds */
    int64_t interval; /* between updates, nanoseconds */
};

/* NULL: out of memory. */
struct simulation *simulation_create(const struct simulation_options *options);
void simulation_destroy(struct simulation *simulation);

/* On to the next update; the first one is at `start` with the prices that everything starts from.
 */
void simulation_step(struct simulation *simulation);

/* The price of the i-th symbol before it is rounded to cents. */
double simulation_price(const struct simulation *simulation, size_t i);

/* Every symbol's quote, added to an update. */
void simulation_add(struct simulation *simulation, struct publisher *publisher);

/* Sends updates until the end: FEED_ENDED, or why it failed, reported. */
int simulation_run(struct simulation *simulation, struct publisher *publisher);

#endif
