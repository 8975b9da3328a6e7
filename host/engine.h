/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ENGINE_H
#define SENTIO_HOST_ENGINE_H

#include <stdint.h>

#include "item.h"

/*
 * What puts a channel's updates into order. publish() may answer in the same turn of the loop or
 * later: by ordered(), once for each update, in the order of the offsets that it has given to the
 * items.
 */
struct engine {
    int (*publish)(struct engine *engine, struct update *update, void *token);
    void (*ordered)(void *context, struct update *update, void *token);
    void *context;
    const int64_t *clock; /* the hub's time, Unix ms */
    uint64_t offset;      /* of the newest item */
    int64_t time;         /* of the newest update, Unix ms; never goes back */
};

/* Orders in this process, at once. publish() takes the caller's reference over. */
void engine_local_init(struct engine *engine);

#endif
