/* SPDX-License-Identifier: MIT */
/* Has a type, so it may be published to, and no publish. */

#include <sentio/plugin.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,     .name = "missing-callback", .version = "1.0.0",
    .type = "nothing", .open = open_channel,
};
