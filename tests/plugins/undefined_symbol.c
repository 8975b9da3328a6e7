/* SPDX-License-Identifier: MIT */
/* Calls a function that is nowhere. */

#include <sentio/plugin.h>

int sentio_test_function_that_is_nowhere(void);

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return sentio_test_function_that_is_nowhere();
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "undefined-symbol",
    .version = "1.0.0",
    .open = open_channel,
};
