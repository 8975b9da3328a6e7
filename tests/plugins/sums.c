/* SPDX-License-Identifier: MIT */
/* Adds up {"data": n} (n from 0 to 2^53) and emits {"n": n, "count": c, "sum": s} to everyone, so
 * that one update lost or done twice shows in every later one. The sum goes over a swap and a
 * restart. Items of other channels like it, which it observes, are added up in the same way. With
 * the option "to" every update that is published is forwarded to that channel. */

#include <inttypes.h>

#include <sentio/sdk.h>

struct sums {
    uint64_t count;
    uint64_t sum;
};

struct sentio_channel {
    struct sums sums;
    size_t to_size;
    char to[32];
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    struct sentio_field to = {.name = "to", .types = SENTIO_JSON_STRING};
    struct sentio_channel *channel = call->channel;
    struct sentio_json options;
    struct sentio_bytes text;
    (void)seed;
    if (sentio_json_parse(config, &options, NULL) != SENTIO_OK ||
        sentio_json_read(&options, &to, 1, NULL) != SENTIO_OK)
        return SENTIO_INVALID;
    if (to.value.type == SENTIO_JSON_ABSENT)
        return SENTIO_OK;
    if (sentio_json_string(&to.value, channel->to, sizeof channel->to, &text) != SENTIO_OK ||
        text.size > sizeof channel->to)
        return SENTIO_INVALID;
    memmove(channel->to, text.data, text.size);
    channel->to_size = text.size;
    return SENTIO_OK;
}

static int emit_sum(struct sentio_call *call, uint64_t n, const struct sums *sums) {
    struct sentio_writer writer;
    char room[128];
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "{\"n\":%" PRIu64 ",\"count\":%" PRIu64 ",\"sum\":%" PRIu64 "}", n,
                        sums->count, sums->sum);
    const struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_written(&writer)};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&writer);
    return result;
}

static int add(struct sentio_call *call, uint64_t n) {
    const struct sums *sums = &call->channel->sums;
    const struct sums next = {sums->count + 1, sums->sum + n};
    int result = emit_sum(call, n, &next);
    if (result == SENTIO_OK)
        call->channel->sums = next;
    return result;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_NUMBER, .required = true};
    struct sentio_json_error error;
    struct sentio_json body;
    uint64_t n;
    (void)update;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    if (sentio_json_unsigned(&data.value, &n) != SENTIO_OK)
        return sentio_reject(call, -1, "data", "must be an integer from 0 to 2^53");
    int result = add(call, n);
    const struct sentio_bytes to = sentio_bytes(call->channel->to, call->channel->to_size);
    return result == SENTIO_OK && to.size > 0 ? SENTIO_SERVICE(call, forward, to, payload) : result;
}

static int observe(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t count) {
    struct sentio_field field = {.name = "n", .types = SENTIO_JSON_NUMBER, .required = true};
    struct sentio_json item;
    uint64_t n;
    (void)channel;
    for (size_t i = 0; i < count; i++)
        if (sentio_json_parse(items[i].json, &item, NULL) != SENTIO_OK ||
            sentio_json_read(&item, &field, 1, NULL) != SENTIO_OK ||
            sentio_json_unsigned(&field.value, &n) != SENTIO_OK || add(call, n) != SENTIO_OK)
            return SENTIO_INVALID;
    return SENTIO_OK;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

static int save(struct sentio_call *call) {
    return SENTIO_SERVICE(call, keep,
                          sentio_bytes((const char *)&call->channel->sums, sizeof(struct sums)));
}

static int restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
    (void)state_format;
    if (state.size != sizeof(struct sums))
        return SENTIO_INVALID;
    memcpy(&call->channel->sums, state.data, sizeof(struct sums));
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .state_format = 1,
    .name = "sums",
    .version = "1.0.0",
    .channel_size = sizeof(struct sentio_channel),
    .type = "sum",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_NO_SNAPSHOT,
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .observe = observe,
    .save = save,
    .restore = restore,
};
