/* SPDX-License-Identifier: MIT */
/* Its table does not begin with SENTIO_MAGIC. */

#include <sentio/plugin.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    .magic = 0x4e4f4e45u,
    .major = SENTIO_ABI_MAJOR,
    .minor = SENTIO_ABI_MINOR,
    .size = (uint32_t)sizeof(struct sentio_plugin),
    .name = "wrong-magic",
    .version = "1.0.0",
    .open = open_channel,
};
