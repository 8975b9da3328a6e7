/* SPDX-License-Identifier: MIT */
/* Forwards what it observes, item by item, as {"data": item} to the channel "end". */

#include <sentio/sdk.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static int forward(struct sentio_call *call, struct sentio_bytes json) {
    struct sentio_writer writer;
    char room[256];
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_text(&writer, "{\"data\":");
    sentio_write(&writer, json);
    sentio_write_text(&writer, "}");
    int result = sentio_forward(call, "end", sentio_written(&writer));
    sentio_writer_finish(&writer);
    return result;
}

static int observe(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t count) {
    int result = SENTIO_OK;
    (void)channel;
    for (size_t i = 0; i < count && result == SENTIO_OK; i++)
        result = forward(call, items[i].json);
    return result;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER, .name = "relays", .version = "1.0.0", .open = open_channel, .observe = observe,
};
