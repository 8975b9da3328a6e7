/* SPDX-License-Identifier: MIT */
/* Needs what a later minor version of the ABI brings. */

#include <sentio/plugin.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    .magic = SENTIO_MAGIC,
    .major = SENTIO_ABI_MAJOR,
    .minor = 99,
    .size = (uint32_t)sizeof(struct sentio_plugin),
    .name = "newer-minor",
    .version = "1.0.0",
    .open = open_channel,
};
