/* SPDX-License-Identifier: MIT */
/* Built for another major version of the ABI. */

#include <sentio/plugin.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    .magic = SENTIO_MAGIC,
    .major = SENTIO_ABI_MAJOR + 1,
    .minor = SENTIO_ABI_MINOR,
    .size = (uint32_t)sizeof(struct sentio_plugin),
    .name = "wrong-major",
    .version = "1.0.0",
    .open = open_channel,
};
