/* SPDX-License-Identifier: MIT */
/* Adds up {"data": n} (n from 0 to 2^53) and emits {"n": n, "count": c, "sum": s} to everyone, so
 * that one update lost or done twice shows in every later one. The sum goes over a swap and a
 * restart. */

#include <inttypes.h>

#include <sentio/sdk.h>

struct sentio_channel {
    uint64_t count;
    uint64_t sum;
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static int emit_sum(struct sentio_call *call, uint64_t n, const struct sentio_channel *sums) {
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
    const struct sentio_channel next = {call->channel->count + 1, call->channel->sum + n};
    int result = emit_sum(call, n, &next);
    if (result == SENTIO_OK)
        *call->channel = next;
    return result;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

static int save(struct sentio_call *call) {
    return SENTIO_SERVICE(call, keep,
                          sentio_bytes((const char *)call->channel, sizeof *call->channel));
}

static int restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
    (void)state_format;
    if (state.size != sizeof *call->channel)
        return SENTIO_INVALID;
    memcpy(call->channel, state.data, sizeof *call->channel);
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
    .save = save,
    .restore = restore,
};
