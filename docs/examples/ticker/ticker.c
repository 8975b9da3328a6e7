/* SPDX-License-Identifier: MIT */
/* A channel of text ticks: publish {"data": "..."}, and every subscriber receives
 * {"type": "tick", "data": "...", "timestamp": ...}. */
#include <sentio/sdk.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call, (void)config, (void)seed;
    return SENTIO_OK;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_STRING, .required = true};
    struct sentio_json_error error;
    struct sentio_json body;
    (void)update;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    struct sentio_item tick = {.topic = sentio_text("*"), .json = data.value.text};
    return sentio_emit(call, &tick);
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,          .name = "ticker",     .version = "1.0.0", .type = "tick",
    .shape = SENTIO_OBJECT, .open = open_channel, .publish = publish, .subscribe = subscribe,
};
