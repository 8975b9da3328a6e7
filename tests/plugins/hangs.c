/* SPDX-License-Identifier: MIT */
/* Its publish does not return, which the host can not contain: the watchdog ends the process. */

#include <sentio/plugin.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    volatile int for_ever = 1;
    (void)call;
    (void)update;
    (void)payload;
    while (for_ever)
        continue;
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,  .name = "hangs",      .version = "1.0.0",
    .type = "hang", .open = open_channel, .publish = publish,
};
