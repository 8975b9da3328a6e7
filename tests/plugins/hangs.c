/* SPDX-License-Identifier: MIT */
/* Its publish does not return, which the host can not contain: the watchdog ends the process. As
 *
 * hangs_open    it is open() that does not return
 * hangs_load    it is not even loaded: its constructor does not return */

#include <sentio/plugin.h>

static void hang(void) {
    volatile int for_ever = 1;
    while (for_ever)
        continue;
}

#ifdef HANGS_LOAD
__attribute__((constructor)) static void load(void) {
    hang();
}
#endif

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
#ifdef HANGS_OPEN
    hang();
#endif
    return SENTIO_OK;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    (void)call;
    (void)update;
    (void)payload;
    hang();
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,  .name = "hangs",      .version = "1.0.0",
    .type = "hang", .open = open_channel, .publish = publish,
};
