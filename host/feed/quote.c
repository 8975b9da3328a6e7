/* SPDX-License-Identifier: MIT */
#include "quote.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPREAD_PER_PRICE 0.00005

void quote_init(struct quote *quote, const struct profile *profile, double share) {
    *quote = (struct quote){.exact = profile->price,
                            .price = llround(profile->price * 100),
                            .daily_volume = profile->volume,
                            .volume = profile->volume * share};
    quote->prev_close = quote->price;
}

void quote_begin_day(struct quote *quote) {
    quote->prev_close = quote->price;
    quote->volume = 0;
    quote->traded = false;
}

void quote_trade(struct quote *quote, double share) {
    quote->volume += quote->daily_volume * share;
}

void quote_price(struct quote *quote, uint64_t chance) {
    int64_t middle = llround(quote->exact * 100);
    int64_t spread = llround((double)middle * SPREAD_PER_PRICE);
    if (spread < 1)
        spread = 1;
    spread += (int64_t)(chance >> 63);
    quote->bid = middle - spread / 2;
    quote->ask = quote->bid + spread;
    quote->price = (chance >> 62 & 1) == 0 ? quote->bid : quote->ask;
    if (!quote->traded || quote->price > quote->high)
        quote->high = quote->price;
    if (!quote->traded || quote->price < quote->low)
        quote->low = quote->price;
    quote->traded = true;
}

static void write_hundredths(char out[NUMBER_SIZE], int64_t hundredths) {
    int64_t size = llabs(hundredths);
    snprintf(out, NUMBER_SIZE, "%s%" PRId64 ".%02d", hundredths < 0 ? "-" : "", size / 100,
             (int)(size % 100));
}

void quote_add(const struct quote *quote, const char *symbol, const char *timestamp,
               struct publisher *publisher) {
    int64_t change = quote->price - quote->prev_close;
    const struct {
        enum field field;
        int64_t hundredths;
    } money[] = {
        {FIELD_PRICE, quote->price},
        {FIELD_BID, quote->bid},
        {FIELD_ASK, quote->ask},
        {FIELD_HIGH, quote->high},
        {FIELD_LOW, quote->low},
        {FIELD_PREV_CLOSE, quote->prev_close},
        {FIELD_CHANGE, change},
        {FIELD_CHANGE_PCT, llround((double)change * 10000 / (double)quote->prev_close)},
    };
    struct row row;
    row_clear(&row);
    char texts[FIELD_NUMBERS][NUMBER_SIZE];
    for (size_t i = 0; i < sizeof money / sizeof *money; i++) {
        write_hundredths(texts[money[i].field], money[i].hundredths);
        row.text[money[i].field] = texts[money[i].field];
    }
    snprintf(texts[FIELD_VOLUME], NUMBER_SIZE, "%.0f", floor(quote->volume));
    row.text[FIELD_VOLUME] = texts[FIELD_VOLUME];
    row.text[FIELD_TIMESTAMP] = timestamp;
    memcpy(row.symbol, symbol, strlen(symbol) + 1);
    publisher_add(publisher, &row);
}
