/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RATES_H
#define SENTIO_HOST_RATES_H

#include <stddef.h>
#include <stdint.h>

struct channel;
struct hub;

/*
 * What the host has done, in all and in each of the last seconds: the hub's tick looks at the
 * counters, and takes down what has come to them. The hub's thread only.
 */

enum { RATES_SECONDS = 600, RATES_WINDOW = 10 };

enum total {
    TOTAL_UPDATES,
    TOTAL_ITEMS, /* in those */
    TOTAL_REFUSED,
    TOTAL_DELIVERIES,  /* messages to subscribers that updates came to, each for each of them */
    TOTAL_BYTES_OUT,   /* to WebSockets and event streams */
    TOTAL_CONNECTIONS, /* that ever were */
    TOTAL_SLOW_CLOSED, /* subscriptions */
    TOTAL_DROPPED,     /* items */
    TOTAL_CONFLATED,
    TOTAL_COUNT
};

const char *rates_name(enum total total);

/* One number, second by second: values[n % RATES_SECONDS] is that of the n-th. */
struct series {
    uint64_t values[RATES_SECONDS];
};

struct sample {
    int64_t time; /* Unix ms */
    uint64_t totals[TOTAL_COUNT];
};

struct rates {
    uint64_t count;                         /* seconds that were taken down */
    struct sample window[RATES_WINDOW + 1]; /* after the n-th second: window[n % its size] */
    uint64_t removed[TOTAL_COUNT];          /* what channels did that were removed */
    size_t files; /* open ones that are no connections, when they were last counted */
    struct series updates;
    struct series deliveries;
    struct series bytes_out;
    struct series connections; /* that were open */
};

struct channel_rates {
    uint64_t seen_updates;
    uint64_t seen_deliveries;
    struct series updates;
    struct series deliveries;
};

/* NULL: out of memory. */
struct rates *rates_create(int64_t now);
void rates_destroy(struct rates *rates); /* NULL is allowed */

/* About a second has passed. */
void rates_tick(struct hub *hub);
/* The channel is removed: the totals stay. */
void rates_keep(struct hub *hub, const struct channel *channel);

/* As of now. */
void rates_totals(const struct hub *hub, uint64_t totals[TOTAL_COUNT]);
/* In a second, over the last RATES_WINDOW of them, in tenths. */
uint64_t rates_of(const struct hub *hub, enum total total);
uint64_t rates_of_channel(const struct channel *channel);
/* How many of the last seconds are there: at most RATES_SECONDS. */
size_t rates_length(const struct rates *rates);
/* The time of the last sample, Unix ms. */
int64_t rates_time(const struct rates *rates);

#endif
