/* SPDX-License-Identifier: MIT */
/* Crashes before anybody has called it: its constructor does. */

#include <signal.h>

#include <sentio/plugin.h>

/* Also where a sanitizer has a handler of its own for the signal. */
__attribute__((constructor)) static void crash(void) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "crashes-on-load",
    .version = "1.0.0",
    .open = open_channel,
};
