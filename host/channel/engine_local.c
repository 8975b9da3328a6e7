/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include "model/stream.h"

static int publish(struct engine *engine, struct update *update, const struct disk_extra *extra,
                   void *token) {
    int64_t now = *engine->clock;
    (void)extra;
    if (now > engine->time)
        engine->time = now;
    update->time = engine->time;
    for (uint32_t i = 0; i < update->count; i++) {
        struct item *item = update->items[i];
        item->offset = ++engine->offset;
        item->time = update->time;
        if (item->flags & SENTIO_ADD_ID)
            item_add_id(item, update->stream->epoch);
    }
    update->last = engine->offset;
    engine->ordered(engine->context, update, token);
    return 0;
}

void engine_local_init(struct engine *engine) {
    engine->publish = publish;
}
