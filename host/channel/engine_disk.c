/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include <stdlib.h>

#include "disk/disk.h"
#include "model/stream.h"

struct engine_disk {
    struct disk_channel *channel;
    uint64_t offset;   /* given to the newest item on its way to the disk */
    int64_t time;      /* the same */
    uint64_t attempts; /* grows when numbers have to be given again */
};

/* An update on its way to the disk. */
struct flight {
    struct engine *engine;
    struct update *update;
    void *token;
};

static void number(struct engine_disk *disk, struct update *update, int64_t now) {
    if (now > disk->time)
        disk->time = now;
    update->time = disk->time;
    for (uint32_t i = 0; i < update->count; i++) {
        struct item *item = update->items[i];
        item->offset = ++disk->offset;
        item->time = update->time;
        if (item->flags & SENTIO_ADD_ID)
            item_add_id(item, update->stream->epoch);
    }
    update->last = disk->offset;
}

/* What was sent before the failure was known fails too: only the first one takes numbers back. */
static void take_back(struct engine *engine, uint64_t attempt) {
    struct engine_disk *disk = engine->disk;
    if (attempt != disk->attempts)
        return;
    disk->offset = engine->offset;
    disk->time = engine->time;
    disk->attempts++;
}

static void landed(void *context, uint64_t attempt, const struct disk_answer *answer) {
    struct flight *flight = context;
    struct engine *engine = flight->engine;
    struct update *update = flight->update;
    void *token = flight->token;
    free(flight);
    if (answer->error) {
        take_back(engine, attempt);
        engine->failed(engine->context, update, token, answer->error);
        return;
    }
    engine->offset = update->last;
    engine->time = update->time;
    engine->ordered(engine->context, update, token);
}

static int publish(struct engine *engine, struct update *update, const struct disk_extra *extra,
                   void *token) {
    struct engine_disk *disk = engine->disk;
    struct flight *flight = malloc(sizeof(*flight));
    if (flight == NULL) {
        engine->failed(engine->context, update, token, "the host is out of memory");
        return SENTIO_NO_MEMORY;
    }
    *flight = (struct flight){.engine = engine, .update = update, .token = token};
    number(disk, update, *engine->clock);
    const struct disk_asker asker = {.over = landed, .context = flight, .id = disk->attempts};
    disk_append(disk->channel, update, extra, &asker);
    return 0;
}

int engine_disk_init(struct engine *engine, struct disk_channel *channel) {
    struct engine_disk *disk = calloc(1, sizeof(*disk));
    if (disk == NULL)
        return SENTIO_NO_MEMORY;
    disk->channel = channel;
    disk->offset = disk_offset(channel);
    disk->time = disk_time(channel);
    engine->offset = disk->offset;
    engine->time = disk->time;
    engine->disk = disk;
    engine->publish = publish;
    return 0;
}

void engine_finish(struct engine *engine) {
    free(engine->disk);
    engine->disk = NULL;
}
