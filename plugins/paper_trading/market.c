/* SPDX-License-Identifier: MIT */
#include "market.h"

#include <assert.h>
#include <stdlib.h>

enum { SLOT_COUNT = sizeof((struct market *)0)->slots / sizeof(uint32_t) };

_Static_assert((SLOT_COUNT & (SLOT_COUNT - 1)) == 0, "the hash is masked");
_Static_assert(SLOT_COUNT > 2 * SYMBOLS_MAX, "a full table is slow");

void market_init(struct market *market, uint64_t seed) {
    market->seed = seed;
}

void market_finish(struct market *market) {
    for (uint32_t i = 0; i < market->count; i++)
        series_finish(&market->instruments[i].series);
    free(market->instruments);
    free(market->prices);
    uint64_t seed = market->seed;
    memset(market, 0, sizeof *market);
    market->seed = seed;
}

/* FNV-1a (draft-eastlake-fnv), begun with the seed. */
static uint32_t hash(const struct market *market, struct sentio_bytes symbol) {
    uint64_t value = UINT64_C(0xcbf29ce484222325) ^ market->seed;
    for (size_t i = 0; i < symbol.size; i++)
        value = (value ^ (unsigned char)symbol.data[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(value ^ (value >> 32));
}

/* The slot that holds the symbol, or the free one where it belongs. */
static uint32_t slot_of(const struct market *market, struct sentio_bytes symbol) {
    uint32_t slot = hash(market, symbol) & (SLOT_COUNT - 1);
    while (market->slots[slot] != 0 &&
           !sentio_is(symbol, market->instruments[market->slots[slot] - 1].symbol))
        slot = (slot + 1) & (SLOT_COUNT - 1);
    return slot;
}

int market_find(const struct market *market, struct sentio_bytes symbol, uint32_t *index) {
    uint32_t slot = slot_of(market, symbol);
    if (market->slots[slot] == 0)
        return SENTIO_NOT_FOUND;
    *index = market->slots[slot] - 1;
    return SENTIO_OK;
}

static int reserve(struct market *market) {
    if (market->count < market->capacity)
        return SENTIO_OK;
    uint32_t capacity = market->capacity ? 2 * market->capacity : 16;
    struct instrument *instruments =
        realloc(market->instruments, capacity * sizeof *market->instruments);
    if (!instruments)
        return SENTIO_NO_MEMORY;
    market->instruments = instruments;
    double *prices = realloc(market->prices, capacity * sizeof *market->prices);
    if (!prices)
        return SENTIO_NO_MEMORY;
    market->prices = prices;
    market->capacity = capacity;
    return SENTIO_OK;
}

int market_add(struct market *market, struct sentio_bytes symbol, uint32_t limit,
               const struct strategy_settings *settings, uint32_t *index) {
    assert(symbol.size <= SYMBOL_MAX && limit <= SYMBOLS_MAX);
    if (market->count >= limit)
        return SENTIO_TOO_BIG;
    int result = reserve(market);
    if (result != SENTIO_OK)
        return result;
    struct instrument *instrument = &market->instruments[market->count];
    *instrument = (struct instrument){0};
    result = series_init(&instrument->series, settings);
    if (result != SENTIO_OK)
        return result;
    memcpy(instrument->symbol, symbol.data, symbol.size);
    market->prices[market->count] = 0;
    uint32_t slot = slot_of(market, symbol);
    assert(market->slots[slot] == 0);
    *index = market->count++;
    market->slots[slot] = market->count;
    return SENTIO_OK;
}

bool market_sample(struct market *market, uint32_t index, const struct strategy_settings *settings,
                   double price, struct sentio_bytes stamp) {
    assert(index < market->count && stamp.size <= STAMP_MAX);
    struct instrument *instrument = &market->instruments[index];
    bool repeated = stamp.size > 0 && sentio_is(stamp, instrument->stamp);
    if (repeated && instrument->series.window.count > 0 &&
        window_at(&instrument->series.window, 0) == price)
        return false;
    memset(instrument->stamp, 0, sizeof instrument->stamp);
    if (stamp.size > 0)
        memcpy(instrument->stamp, stamp.data, stamp.size);
    series_push(&instrument->series, settings, price);
    market->prices[index] = price;
    return true;
}
