/* SPDX-License-Identifier: MIT */
#include "slow.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "envelope.h"
#include "pending.h"

enum {
    CHUNK = 64 * 1024, /* bytes of held items that are made into frames at a time */
    CHUNK_ITEMS = 256,
    UNSENT = 64 * 1024 /* bytes that the kernel is to take ahead of what it sends */
};

/* What one member holds. */
struct held {
    struct pending *pending; /* NULL: it came to more than the limit, the connection has to go */
    uint64_t prev;           /* the offset that the member is covered to */
};

static void count(atomic_uint_fast64_t *counter, uint64_t n) {
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* What is in the kernel's buffer can not be conflated any more: from now on it takes little ahead.
 * It fails on a unix socket, which has none of it. */
static void shorten_kernel_buffer(const struct connection *connection) {
    int size = UNSENT;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &size, sizeof(size));
}

static bool begin(struct member *member, uint64_t prev) {
    struct held *held = calloc(1, sizeof(*held));
    if (held == NULL)
        return false;
    held->pending = pending_create(stream_slow(member->stream) == CONFIG_SLOW_CONFLATE);
    if (held->pending == NULL) {
        free(held);
        return false;
    }
    held->prev = prev;
    member->held = held;
    shorten_kernel_buffer(member->connection);
    return true;
}

static void end(struct member *member) {
    pending_destroy(member->held->pending);
    free(member->held);
    member->held = NULL;
}

/* The oldest go until the rest fits; `prev` then shows the gap. */
static void drop_oldest(const struct outbox *outbox, const struct member *member) {
    struct held *held = member->held;
    size_t waiting = outbox_waiting(member->connection);
    while (held->pending->count > 0 && waiting + pending_size(held->pending) > outbox->limit) {
        held->prev = pending_oldest(held->pending)->offset;
        pending_pop(held->pending);
        count(&member->stream->slow_dropped, 1);
    }
}

static void bound(const struct outbox *outbox, const struct member *member) {
    struct held *held = member->held;
    if (!held->pending->keyed) {
        drop_oldest(outbox, member);
        return;
    }
    if (outbox_waiting(member->connection) + pending_size(held->pending) <= outbox->limit)
        return;
    pending_destroy(held->pending);
    held->pending = NULL;
}

bool slow_hold(struct outbox *outbox, struct member *member, const struct delivery *delivery) {
    struct connection *connection = member->connection;
    if (connection->state != CONNECTION_OPEN)
        return false;
    /* Once it holds something it goes on so, whatever the channel's `slow` has become. */
    if (member->held == NULL && (stream_slow(member->stream) == CONFIG_SLOW_DISCONNECT ||
                                 outbox_waiting(connection) < outbox->mark))
        return false;
    if (member->held == NULL && !begin(member, delivery->prev))
        goto no_memory;
    struct pending *pending = member->held->pending;
    if (pending == NULL)
        return true;
    uint32_t merged = pending->merged;
    for (uint32_t i = 0; i < delivery->count; i++)
        if (pending_hold(pending, delivery->items[i], delivery->last) != 0)
            goto no_memory;
    count(&member->stream->slow_conflated, pending->merged - merged);
    bound(outbox, member);
    return true;

no_memory:
    outbox->starved(connection);
    return true;
}

/* The oldest items that make one message, taken from what is held; returns their number. */
static uint32_t take_message(struct pending *pending, const struct stream *stream,
                             struct item *items[CHUNK_ITEMS], size_t room) {
    uint32_t taken = 0;
    struct item *item = pending_oldest(pending);
    while (item != NULL && taken < CHUNK_ITEMS) {
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

static int make_message(struct arena *arena, const struct member *member, size_t room,
                        struct span *span) {
    struct held *held = member->held;
    struct stream *stream = member->stream;
    struct item *items[CHUNK_ITEMS];
    uint32_t taken = take_message(held->pending, stream, items, room);
    const struct item *newest = items[taken - 1];
    struct envelope envelope = {
        .stream = stream,
        .type = stream->shape == SENTIO_ARRAY ? sentio_text(stream->type)
                                              : envelope_type(stream, newest),
        .named = member->connection->named,
        .offset = held->pending->count > 0 ? newest->offset : held->pending->last,
        .time = newest->time,
        .conflated = held->pending->merged,
    };
    int error = envelope_frame(arena, &envelope, held->prev, items, taken, span);
    for (uint32_t i = 0; i < taken; i++)
        item_unref(items[i]);
    held->pending->merged = 0;
    held->prev = envelope.offset;
    return error;
}

/* Frames of the oldest that is held, about `room` bytes, one behind the other. False: none. */
static bool make_frames(struct arena *arena, const struct member *member, size_t room,
                        struct span *span) {
    struct span part;
    bool any = false;
    while (member->held->pending->count > 0) {
        if (any && pending_oldest(member->held->pending)->json.size > room)
            break;
        /* Out of memory, the message is lost, and the next one's `prev` shows it. */
        if (make_message(arena, member, room, &part) != 0)
            continue;
        *span = any ? (struct span){arena, span->start, part.end} : part;
        any = true;
        if (span_size(*span) >= room)
            break;
        room = room == SIZE_MAX ? room : room - span_size(part);
    }
    return any;
}

bool slow_lost(const struct member *member) {
    return member->held && member->held->pending == NULL;
}

void slow_release(struct outbox *outbox, struct member *member) {
    struct span span;
    if (member->held == NULL)
        return;
    if (!slow_lost(member) && make_frames(&outbox->arena, member, SIZE_MAX, &span))
        outbox_append(outbox, member->connection, outbox_pack(outbox, member->connection, span));
    slow_forget(member);
}

void slow_forget(struct member *member) {
    if (member->held == NULL)
        return;
    if (!member->seen || member->held->prev > member->position)
        member->position = member->held->prev;
    member->seen = true;
    end(member);
}

static size_t count_holding(const struct connection *connection) {
    size_t holding = 0;
    for (const struct member *member = connection->members; member; member = member->next)
        holding += member->held != NULL;
    return holding;
}

/* Puts about `room` bytes of what the member holds behind the backlog. False: it does not fit. */
static bool push_held(struct outbox *outbox, struct member *member, size_t room) {
    struct connection *connection = member->connection;
    size_t packed = outbox->packer.arena.size;
    size_t waiting = outbox_waiting(connection);
    struct span span;
    if (slow_lost(member))
        return false;
    /* Behind what other members were given, a large item waits until that is written. */
    const struct item *oldest = pending_oldest(member->held->pending);
    if (oldest && waiting > 0 && waiting + oldest->json.size > outbox->mark)
        return true;
    bool pushed = !make_frames(&outbox->side, member, room, &span) ||
                  outbox_push(outbox, connection, outbox_pack(outbox, connection, span));
    arena_reset(&outbox->side);
    outbox->packer.arena.size = packed;
    return pushed;
}

void slow_relieve(struct outbox *outbox, struct connection *connection) {
    size_t holding = count_holding(connection);
    connection->congested = false;
    if (holding == 0)
        return;
    size_t room = (outbox->mark < CHUNK ? outbox->mark : CHUNK) / holding;
    for (struct member *member = connection->members; member; member = member->next) {
        if (member->held == NULL)
            continue;
        if (!push_held(outbox, member, room)) {
            outbox->overflow(connection);
            return;
        }
        if (member->held->pending->count == 0)
            end(member);
        else
            connection->congested = true;
    }
}

void slow_count_disconnect(const struct connection *connection) {
    for (const struct member *member = connection->members; member; member = member->next)
        count(&member->stream->slow_disconnected, 1);
}
