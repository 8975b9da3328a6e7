/* SPDX-License-Identifier: MIT */
#include "pending_frame.h"

#include "frame/envelope.h"

enum { MESSAGE_ITEMS = 256 };

/* The oldest items that make one message, taken from what is held; returns their number. */
static uint32_t take_message(struct pending *pending, const struct stream *stream,
                             struct item *items[MESSAGE_ITEMS], size_t room) {
    uint32_t taken = 0;
    struct item *item = pending_oldest(pending);
    while (item != NULL && taken < MESSAGE_ITEMS) {
        bool fits = taken == 0 || item->json.size <= room;
        /* What was published together goes together, unless it is merged anyway. */
        bool joins = taken == 0 || pending->keyed || item->time == items[0]->time;
        if (!fits || !joins || (taken > 0 && stream->shape != SENTIO_ARRAY))
            break;
        room -= item->json.size < room ? item->json.size : room;
        items[taken++] = item_ref(item);
        pending_pop(pending);
        item = pending_oldest(pending);
    }
    return taken;
}

static int make_message(struct arena *arena, const struct member *member, struct pending *pending,
                        uint64_t *prev, bool replay, size_t room, struct span *span) {
    struct stream *stream = member->stream;
    struct item *items[MESSAGE_ITEMS];
    uint32_t taken = take_message(pending, stream, items, room);
    const struct item *newest = items[taken - 1];
    struct envelope envelope = {
        .stream = stream,
        .type = stream->shape == SENTIO_ARRAY ? sentio_text(stream->type)
                                              : envelope_type(stream, newest),
        .named = member->connection->named,
        .replay = replay,
        .offset = pending->count > 0 ? newest->offset : pending->last,
        .time = newest->time,
        .conflated = pending->merged,
    };
    int error = envelope_frame(arena, &envelope, *prev, items, taken, span);
    for (uint32_t i = 0; i < taken; i++)
        item_unref(items[i]);
    pending->merged = 0;
    *prev = envelope.offset;
    return error;
}

bool pending_frames(struct arena *arena, const struct member *member, struct pending *pending,
                    uint64_t *prev, bool replay, size_t room, struct span *span) {
    struct span part;
    bool any = false;
    while (pending->count > 0) {
        if (any && pending_oldest(pending)->json.size > room)
            break;
        /* Out of memory, the message is lost, and the next one's `prev` shows it. */
        if (make_message(arena, member, pending, prev, replay, room, &part) != 0)
            continue;
        *span = any ? (struct span){arena, span->start, part.end} : part;
        any = true;
        if (span_size(*span) >= room)
            break;
        room = room == SIZE_MAX ? room : room - span_size(part);
    }
    return any;
}
