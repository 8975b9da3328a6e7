/* SPDX-License-Identifier: MIT */
/* Logs why it does not open, and does not. */

#include <sentio/plugin.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    static const char why[] = "option \"colour\" is missing: set it to \"red\" or \"green\"";
    const struct sentio_bytes text = {why, sizeof why - 1};
    (void)config;
    (void)seed;
    call->host->log(call, SENTIO_ERROR, text);
    return SENTIO_FAILED;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "open-fails",
    .version = "1.0.0",
    .open = open_channel,
};
