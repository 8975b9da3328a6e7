/* SPDX-License-Identifier: MIT */
/* Prices. A publisher sends {"data": [quote, ...]}; a newer quote replaces the symbol's older one.
 */

#include <sentio/plugin.h>
#include <sentio/sdk.h>

#define ITEMS_MAX 10000
#define SYMBOL_MAX 32

enum { SYMBOL, PRICE };

static const struct sentio_field quote_fields[] = {
    [SYMBOL] = {.name = "symbol", .types = SENTIO_JSON_STRING, .required = true},
    [PRICE] = {.name = "price", .types = SENTIO_JSON_NUMBER, .required = true},
    {.name = "bid", .types = SENTIO_JSON_NUMBER},
    {.name = "ask", .types = SENTIO_JSON_NUMBER},
    {.name = "high", .types = SENTIO_JSON_NUMBER},
    {.name = "low", .types = SENTIO_JSON_NUMBER},
    {.name = "volume", .types = SENTIO_JSON_NUMBER},
    {.name = "prev_close", .types = SENTIO_JSON_NUMBER},
    {.name = "change", .types = SENTIO_JSON_NUMBER},
    {.name = "change_pct", .types = SENTIO_JSON_NUMBER},
    {.name = "timestamp", .types = SENTIO_JSON_STRING},
};

#define FIELDS (sizeof(quote_fields) / sizeof(quote_fields[0]))

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static int publish_quote(struct sentio_review *review, const struct sentio_json *quote) {
    struct sentio_item item = {.json = quote->text};
    struct sentio_field fields[FIELDS];
    char symbol[SYMBOL_MAX];
    double price = 0;

    if (quote->type != SENTIO_JSON_OBJECT) {
        sentio_review_reject(review, "", "must be an object");
        return SENTIO_OK;
    }
    memcpy(fields, quote_fields, sizeof(fields));
    sentio_review_read(review, quote, fields, FIELDS);
    if (fields[SYMBOL].value.type != SENTIO_JSON_ABSENT &&
        sentio_json_symbol(&fields[SYMBOL].value, symbol, &item.topic))
        sentio_review_reject(review, "symbol", "must be 1 to 32 of A-Z 0-9 . ^ = : _ / -");
    if (sentio_json_number(&fields[PRICE].value, &price) == SENTIO_OK && !(price > 0))
        sentio_review_reject(review, "price", "must be greater than 0");
    return review->rejected > 0 ? SENTIO_OK : sentio_emit(review->call, &item);
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ARRAY, .required = true};
    struct sentio_review review = {.call = call};
    struct sentio_json_error error;
    struct sentio_json body;
    struct sentio_json quote;
    (void)update;

    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    size_t count = sentio_json_count(&data.value);
    if (count < 1 || count > ITEMS_MAX)
        return sentio_reject(call, -1, "data", "must have 1 to 10000 items");

    struct sentio_json_cursor cursor = sentio_json_each(&data.value);
    for (; sentio_json_next(&cursor, &quote); review.index++) {
        int result = publish_quote(&review, &quote);
        if (result != SENTIO_OK)
            return result;
    }
    return SENTIO_OK;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    return sentio_subscribe_symbols(call, subscriber, request, false);
}

enum { ROUTE_QUOTE, ROUTE_QUOTES, ROUTES };

static const struct sentio_route routes[ROUTES] = {
    [ROUTE_QUOTE] = {.path = "/api/v1/market/quote/{symbol}",
                     .parameter = "symbol",
                     .topics = SENTIO_TOPICS_PATH,
                     .source = SENTIO_LATEST,
                     .flags = SENTIO_UPPER_CASE},
    [ROUTE_QUOTES] = {.path = "/api/v1/market/quotes",
                      .parameter = "symbols",
                      .topics = SENTIO_TOPICS_QUERY,
                      .source = SENTIO_LATEST,
                      .flags = SENTIO_UPPER_CASE},
};

static void write_quotes(struct sentio_writer *out, int64_t now, const struct sentio_item *items,
                         size_t count) {
    sentio_write_text(out, "\"quotes\":{");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(out, i > 0 ? "," : "");
        sentio_write_string(out, items[i].topic);
        sentio_write_text(out, ":");
        sentio_write(out, items[i].json);
    }
    sentio_write_format(out, "},\"count\":%zu,\"timestamp\":\"", count);
    sentio_write_time(out, now);
    sentio_write_text(out, "\"");
}

static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    bool one = request->route == &routes[ROUTE_QUOTE];
    char room[4096];
    struct sentio_writer out;
    if (one && count == 0)
        return sentio_respond_error(call, request->id, 404, "no quote is known for this symbol");
    sentio_writer_init(&out, room, sizeof(room));
    sentio_write_text(&out, "{\"status\":\"success\",");
    if (one) {
        sentio_write_text(&out, "\"quote\":");
        sentio_write(&out, items[0].json);
    } else {
        write_quotes(&out, call->now, items, count);
    }
    sentio_write_format(&out, ",\"offset\":%llu,\"epoch\":", (unsigned long long)request->offset);
    sentio_write_string(&out, request->epoch);
    sentio_write_text(&out, "}");
    int result = out.failed ? SENTIO_NO_MEMORY
                            : sentio_respond(call, request->id, 200, sentio_written(&out));
    sentio_writer_finish(&out);
    return result;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "market-data",
    .version = "1.0.0",
    .type = "update",
    .snapshot_type = "quotes",
    .shape = SENTIO_ARRAY,
    .flags = SENTIO_STATES,
    .routes = routes,
    .route_count = ROUTES,
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = sentio_unsubscribe_symbols,
    .render = render,
};
