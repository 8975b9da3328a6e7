/* SPDX-License-Identifier: MIT */
/* Trading recommendations. A publisher sends {"data": [signal, ...]}; the topic is the symbol. */

#include <sentio/plugin.h>
#include <sentio/sdk.h>

#define ITEMS_MAX 10000
#define SYMBOL_MAX 32

enum { SYMBOL, SIGNAL, CONFIDENCE, FIELDS };

enum { ATTRIBUTE_CONFIDENCE, ATTRIBUTE_SIGNAL, ATTRIBUTES };

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static bool read_signal(const struct sentio_json *value, char *buffer, size_t size,
                        struct sentio_bytes *signal) {
    return sentio_json_string(value, buffer, size, signal) == SENTIO_OK &&
           (sentio_is(*signal, "buy") || sentio_is(*signal, "sell") || sentio_is(*signal, "hold"));
}

static int publish_item(struct sentio_review *review, const struct sentio_json *json) {
    struct sentio_field fields[FIELDS] = {
        [SYMBOL] = {.name = "symbol", .types = SENTIO_JSON_STRING, .required = true},
        [SIGNAL] = {.name = "signal", .types = SENTIO_JSON_STRING, .required = true},
        [CONFIDENCE] = {.name = "confidence", .types = SENTIO_JSON_NUMBER, .required = true},
    };
    struct sentio_value values[ATTRIBUTES] = {
        [ATTRIBUTE_CONFIDENCE] = {.type = SENTIO_NUMBER},
        [ATTRIBUTE_SIGNAL] = {.type = SENTIO_TEXT},
    };
    struct sentio_item item = {
        .json = json->text, .attributes = values, .attribute_count = ATTRIBUTES};
    double *confidence = &values[ATTRIBUTE_CONFIDENCE].number;
    char symbol[SYMBOL_MAX];
    char signal[8];

    if (json->type != SENTIO_JSON_OBJECT) {
        sentio_review_reject(review, "", "must be an object");
        return SENTIO_OK;
    }
    sentio_review_read(review, json, fields, FIELDS);
    if (fields[SYMBOL].value.type != SENTIO_JSON_ABSENT &&
        sentio_json_symbol(&fields[SYMBOL].value, symbol, &item.topic))
        sentio_review_reject(review, "symbol", "must be 1 to 32 of A-Z 0-9 . ^ = : _ / -");
    if (fields[SIGNAL].value.type != SENTIO_JSON_ABSENT &&
        !read_signal(&fields[SIGNAL].value, signal, sizeof(signal), &values[ATTRIBUTE_SIGNAL].text))
        sentio_review_reject(review, "signal", "must be \"buy\", \"sell\" or \"hold\"");
    if (sentio_json_number(&fields[CONFIDENCE].value, confidence) == SENTIO_OK &&
        (*confidence < 0 || *confidence > 1))
        sentio_review_reject(review, "confidence", "must be within 0 and 1");
    return review->rejected > 0 ? SENTIO_OK : sentio_emit(review->call, &item);
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ARRAY, .required = true};
    struct sentio_review review = {.call = call};
    struct sentio_json_error error;
    struct sentio_json body;
    struct sentio_json item;
    (void)update;

    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    size_t count = sentio_json_count(&data.value);
    if (count < 1 || count > ITEMS_MAX)
        return sentio_reject(call, -1, "data", "must have 1 to 10000 items");

    struct sentio_json_cursor cursor = sentio_json_each(&data.value);
    for (; sentio_json_next(&cursor, &item); review.index++) {
        int result = publish_item(&review, &item);
        if (result != SENTIO_OK)
            return result;
    }
    return SENTIO_OK;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    return sentio_subscribe_symbols(call, subscriber, request, true);
}

static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    char room[4096];
    struct sentio_writer out;
    sentio_writer_init(&out, room, sizeof(room));
    sentio_write_text(&out, "{\"signals\":[");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(&out, i > 0 ? "," : "");
        sentio_write(&out, items[i].json);
    }
    sentio_write_format(&out, "],\"count\":%zu,\"timestamp\":\"", count);
    sentio_write_time(&out, call->now);
    sentio_write_format(&out, "\",\"offset\":%llu,\"epoch\":", (unsigned long long)request->offset);
    sentio_write_string(&out, request->epoch);
    sentio_write_text(&out, "}");
    int result = out.failed ? SENTIO_NO_MEMORY
                            : sentio_respond(call, request->id, 200, sentio_written(&out));
    sentio_writer_finish(&out);
    return result;
}

static const struct sentio_attribute attributes[ATTRIBUTES] = {
    [ATTRIBUTE_CONFIDENCE] = {.name = "confidence", .type = SENTIO_NUMBER},
    [ATTRIBUTE_SIGNAL] = {.name = "signal", .type = SENTIO_TEXT},
};

static const struct sentio_filter filters[] = {
    {"min_confidence", ATTRIBUTE_CONFIDENCE, SENTIO_AT_LEAST},
    {"signals", ATTRIBUTE_SIGNAL, SENTIO_ONE_OF},
};

static const struct sentio_route routes[] = {
    {.path = "/api/v1/dashboard/trade-signals",
     .parameter = "symbols",
     .topics = SENTIO_TOPICS_QUERY,
     .source = SENTIO_LATEST,
     .flags = SENTIO_UPPER_CASE},
};

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "trade-signals",
    .version = "1.0.0",
    .type = "trade_signals",
    .shape = SENTIO_ARRAY,
    .attributes = attributes,
    .attribute_count = ATTRIBUTES,
    .filters = filters,
    .filter_count = sizeof(filters) / sizeof(filters[0]),
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = sentio_unsubscribe_symbols,
    .render = render,
};
