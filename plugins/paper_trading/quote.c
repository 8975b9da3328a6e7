/* SPDX-License-Identifier: MIT */
#include "quote.h"

#include "calendar.h"

static const double PRICE_MAX = 1e9;

static void read_stamp(struct quote *quote, const struct sentio_json *value, int64_t now) {
    quote->stamp = sentio_text(NULL);
    quote->day = calendar_day(now);
    struct sentio_bytes stamp = {0};
    if (sentio_json_string(value, quote->buffer, sizeof quote->buffer, &stamp) != SENTIO_OK ||
        stamp.size > STAMP_MAX || (stamp.size > 0 && memchr(stamp.data, 0, stamp.size)))
        return;
    quote->stamp = stamp;
    calendar_read_day(stamp, &quote->day);
}

int quote_read(struct quote *quote, const struct sentio_item *item, int64_t now) {
    struct sentio_field fields[] = {
        {.name = "symbol", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "price", .types = SENTIO_JSON_NUMBER, .required = true},
        {.name = "timestamp", .types = SENTIO_JSON_ANY},
    };
    struct sentio_json object;
    if (sentio_json_parse(item->json, &object, NULL) != SENTIO_OK ||
        sentio_json_read(&object, fields, sizeof fields / sizeof fields[0], NULL) != SENTIO_OK)
        return SENTIO_INVALID;
    char text[SYMBOL_MAX];
    struct sentio_bytes symbol = {0};
    if (sentio_json_string(&fields[0].value, text, sizeof text, &symbol) != SENTIO_OK ||
        sentio_symbol(symbol, quote->upper, &quote->symbol) != SENTIO_OK)
        return SENTIO_INVALID;
    if (sentio_json_number(&fields[1].value, &quote->price) != SENTIO_OK || quote->price <= 0 ||
        quote->price > PRICE_MAX)
        return SENTIO_INVALID;
    read_stamp(quote, &fields[2].value, now);
    return SENTIO_OK;
}
