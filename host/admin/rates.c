/* SPDX-License-Identifier: MIT */
#include "rates.h"

#include <stdlib.h>

#include "base/process.h"
#include "base/tally.h"
#include "hub/hub.h"
#include "io/io.h"

enum { SECOND = 1000 /* ms */, SAMPLES = RATES_WINDOW + 1 };

const char *rates_name(enum total total) {
    static const char *const names[TOTAL_COUNT] = {
        [TOTAL_UPDATES] = "updates",         [TOTAL_ITEMS] = "items",
        [TOTAL_REFUSED] = "refused",         [TOTAL_DELIVERIES] = "deliveries",
        [TOTAL_BYTES_OUT] = "bytes_out",     [TOTAL_CONNECTIONS] = "connections",
        [TOTAL_SLOW_CLOSED] = "slow_closed", [TOTAL_DROPPED] = "dropped",
        [TOTAL_CONFLATED] = "conflated",
    };
    return names[total];
}

struct rates *rates_create(int64_t now) {
    struct rates *rates = calloc(1, sizeof(*rates));
    if (rates == NULL)
        return NULL;
    rates->window[0].time = now;
    rates->files = process_files();
    return rates;
}

void rates_destroy(struct rates *rates) {
    free(rates);
}

static uint64_t read_count(const atomic_uint_fast64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void add_channel(uint64_t totals[TOTAL_COUNT], const struct channel *channel) {
    const struct stream *stream = channel->stream;
    totals[TOTAL_UPDATES] += channel->published;
    totals[TOTAL_ITEMS] += channel->items;
    totals[TOTAL_REFUSED] += channel->rejected;
    totals[TOTAL_DELIVERIES] += stream_delivered(stream);
    totals[TOTAL_SLOW_CLOSED] += read_count(&stream->slow_disconnected);
    totals[TOTAL_DROPPED] += read_count(&stream->slow_dropped);
    totals[TOTAL_CONFLATED] += read_count(&stream->slow_conflated);
}

void rates_totals(const struct hub *hub, uint64_t totals[TOTAL_COUNT]) {
    for (size_t i = 0; i < TOTAL_COUNT; i++)
        totals[i] = hub->rates ? hub->rates->removed[i] : 0;
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i])
            add_channel(totals, hub->channels[i]);
    for (size_t i = 0; i < hub->host->io_count; i++)
        totals[TOTAL_BYTES_OUT] += tally_read(&hub->host->ios[i]->outbox.sent);
    totals[TOTAL_CONNECTIONS] += read_count(&hub->host->quota.entered);
}

void rates_keep(struct hub *hub, const struct channel *channel) {
    if (hub->rates)
        add_channel(hub->rates->removed, channel);
}

/* What came to a number in `seconds`, the last of which is the one before `count`. */
static void take_down(struct series *series, uint64_t count, uint64_t seconds, uint64_t value) {
    for (uint64_t i = 0; i < seconds; i++) {
        uint64_t part = value / (seconds - i);
        series->values[(count - seconds + i) % RATES_SECONDS] = part;
        value -= part;
    }
}

static void tick_channel(struct channel *channel, uint64_t count, uint64_t seconds) {
    if (channel->rates == NULL)
        channel->rates = calloc(1, sizeof(*channel->rates));
    struct channel_rates *rates = channel->rates;
    if (rates == NULL)
        return;
    uint64_t delivered = stream_delivered(channel->stream);
    take_down(&rates->updates, count, seconds, channel->published - rates->seen_updates);
    take_down(&rates->deliveries, count, seconds, delivered - rates->seen_deliveries);
    rates->seen_updates = channel->published;
    rates->seen_deliveries = delivered;
}

static const struct sample *sample_at(const struct rates *rates, uint64_t count) {
    return &rates->window[count % SAMPLES];
}

/* The whole seconds since the last tick: at least one, and not more than there is room for. */
static uint64_t seconds_since(const struct rates *rates, int64_t now) {
    int64_t seconds = (now - rates_time(rates) + SECOND / 2) / SECOND;
    if (seconds < 1)
        return 1;
    return seconds > RATES_SECONDS ? RATES_SECONDS : (uint64_t)seconds;
}

static void take_totals(struct rates *rates, const struct sample *sample, uint64_t seconds) {
    const uint64_t *before = sample_at(rates, rates->count)->totals;
    const uint64_t *now = sample->totals;
    uint64_t count = rates->count + seconds;
    take_down(&rates->updates, count, seconds, now[TOTAL_UPDATES] - before[TOTAL_UPDATES]);
    take_down(&rates->deliveries, count, seconds, now[TOTAL_DELIVERIES] - before[TOTAL_DELIVERIES]);
    take_down(&rates->bytes_out, count, seconds, now[TOTAL_BYTES_OUT] - before[TOTAL_BYTES_OUT]);
}

void rates_tick(struct hub *hub) {
    struct rates *rates = hub->rates;
    struct sample sample = {.time = hub_time(hub)};
    if (rates == NULL)
        return;
    uint64_t seconds = seconds_since(rates, sample.time);
    uint64_t open = atomic_load(&hub->host->quota.connections);
    rates_totals(hub, sample.totals);
    take_totals(rates, &sample, seconds);
    take_down(&rates->connections, rates->count + seconds, seconds, open * seconds);
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i])
            tick_channel(hub->channels[i], rates->count + seconds, seconds);
    for (uint64_t i = 0; i < seconds; i++)
        rates->window[++rates->count % SAMPLES] = sample;
}

uint64_t rates_of(const struct hub *hub, enum total total) {
    const struct rates *rates = hub->rates;
    if (rates == NULL || rates->count == 0)
        return 0;
    uint64_t window = rates->count < RATES_WINDOW ? rates->count : RATES_WINDOW;
    const struct sample *first = sample_at(rates, rates->count - window);
    const struct sample *last = sample_at(rates, rates->count);
    uint64_t passed = last->time > first->time ? (uint64_t)(last->time - first->time) : SECOND;
    return (last->totals[total] - first->totals[total]) * 10 * SECOND / passed;
}

uint64_t rates_of_channel(const struct channel *channel) {
    const struct rates *rates = channel->hub->rates;
    uint64_t sum = 0;
    if (rates == NULL || rates->count == 0 || channel->rates == NULL)
        return 0;
    uint64_t window = rates->count < RATES_WINDOW ? rates->count : RATES_WINDOW;
    for (uint64_t i = 1; i <= window; i++)
        sum += channel->rates->updates.values[(rates->count - i) % RATES_SECONDS];
    return sum * 10 / window;
}

size_t rates_length(const struct rates *rates) {
    return rates->count < RATES_SECONDS ? (size_t)rates->count : RATES_SECONDS;
}

int64_t rates_time(const struct rates *rates) {
    return sample_at(rates, rates->count)->time;
}
