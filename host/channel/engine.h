/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ENGINE_H
#define SENTIO_HOST_ENGINE_H

#include <stdint.h>

#include "model/item.h"

struct disk_channel;
struct disk_extra;
struct engine_disk;

/*
 * What puts a channel's updates into order. publish() may answer in the same turn of the loop or
 * later: by ordered(), once for each update, in the order of the offsets that it has given to the
 * items; or by failed(), and then the update is nowhere, and its offsets go to others. `why` is for
 * the publisher. Both get the reference that publish() was given.
 */
struct engine {
    /* `extra` (NULL: nothing) is kept with the update, where that is on a disk. */
    int (*publish)(struct engine *engine, struct update *update, const struct disk_extra *extra,
                   void *token);
    void (*ordered)(void *context, struct update *update, void *token);
    void (*failed)(void *context, struct update *update, void *token, const char *why);
    void *context;
    const int64_t *clock;     /* the hub's time, Unix ms */
    uint64_t offset;          /* of the newest item that was ordered */
    int64_t time;             /* of the newest update, Unix ms; never goes back */
    struct engine_disk *disk; /* engine_disk.c: its own */
};

/* Orders in this process, at once. publish() takes the caller's reference over. */
void engine_local_init(struct engine *engine);

/* The same, and answers when it is on the disk. The offset goes on from the channel's on the disk,
 * which must outlive the engine. 0 or SENTIO_NO_MEMORY. */
int engine_disk_init(struct engine *engine, struct disk_channel *channel);
/* After disk_settle(). */
void engine_finish(struct engine *engine);

#endif
