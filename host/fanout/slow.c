/* SPDX-License-Identifier: MIT */
#include "slow.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "catchup.h"
#include "pending.h"
#include "pending_frame.h"

enum { UNSENT = 64 * 1024 /* bytes that the kernel is to take ahead of what it sends */ };

/* What one member holds. */
struct held {
    struct pending *pending; /* NULL: it came to more than the limit, the connection has to go */
    uint64_t prev;           /* the offset that the member is covered to */
    bool whole;              /* nothing may be left out: over the limit, the connection has to go */
};

static void count(atomic_uint_fast64_t *counter, uint64_t n) {
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* One that it is not sent, or is sent a newer one of instead. */
static void note_time(struct connection *connection) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    connection->slowed = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void count_conflated(const struct member *member, uint64_t n) {
    count(&member->stream->slow_conflated, n);
    member->connection->conflated += n;
    if (n > 0)
        note_time(member->connection);
}

static void count_dropped(const struct member *member) {
    count(&member->stream->slow_dropped, 1);
    member->connection->dropped++;
    note_time(member->connection);
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
        count_dropped(member);
    }
}

static void bound(const struct outbox *outbox, const struct member *member) {
    struct held *held = member->held;
    if (!held->pending->keyed && !held->whole) {
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
    if (member->catchup != NULL) {
        catchup_hold(outbox, member, delivery);
        return true;
    }
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
    count_conflated(member, pending->merged - merged);
    bound(outbox, member);
    return true;

no_memory:
    outbox->starved(connection);
    return true;
}

void delivery_form(struct outbox *outbox, struct delivery *delivery,
                   const uint32_t formed[FORM_COUNT]) {
    for (int form = FORM_PLAIN + 1; form < FORM_COUNT; form++)
        if (formed[form] > 0)
            delivery->spans[form] =
                outbox_form(outbox, (enum form)form, delivery->spans[FORM_PLAIN]);
}

bool slow_lost(const struct member *member) {
    return member->held && member->held->pending == NULL;
}

uint64_t slow_covered(const struct member *member) {
    return member->held->prev;
}

void slow_release(struct outbox *outbox, struct member *member) {
    struct span span;
    if (member->held == NULL)
        return;
    if (!slow_lost(member) && pending_frames(&outbox->arena, member, member->held->pending,
                                             &member->held->prev, false, SIZE_MAX, &span)) {
        outbox_count(member->connection, span);
        outbox_append(outbox, member->connection, outbox_pack(outbox, member->connection, span));
    }
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
        holding += member->held != NULL || member->catchup != NULL;
    return holding;
}

/* Puts about `room` bytes of what the member holds behind the backlog. False: it does not fit. */
static bool push_held(struct outbox *outbox, struct member *member, size_t room) {
    struct connection *connection = member->connection;
    size_t packed = outbox->packer.arena.size;
    size_t events = outbox->events.size;
    size_t waiting = outbox_waiting(connection);
    struct span span;
    if (slow_lost(member))
        return false;
    /* Behind what other members were given, a large item waits until that is written. */
    const struct item *oldest = pending_oldest(member->held->pending);
    if (oldest && waiting > 0 && waiting + oldest->json.size > outbox->mark)
        return true;
    bool pushed = true;
    if (pending_frames(&outbox->side, member, member->held->pending, &member->held->prev, false,
                       room, &span)) {
        connection->messages_out++;
        outbox_count(connection, span);
        pushed = outbox_push(outbox, connection, outbox_pack(outbox, connection, span));
    }
    arena_reset(&outbox->side);
    outbox->packer.arena.size = packed;
    outbox->events.size = events;
    return pushed;
}

void slow_relieve(struct outbox *outbox, struct connection *connection) {
    size_t holding = count_holding(connection);
    connection->congested = false;
    if (holding == 0)
        return;
    size_t room = (outbox->mark < PENDING_PIECE ? outbox->mark : PENDING_PIECE) / holding;
    for (struct member *member = connection->members; member; member = member->next) {
        if (member->catchup != NULL) {
            catchup_give(outbox, member, room);
            connection->congested = connection->congested || member->catchup || member->held;
            continue;
        }
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

/* The newest of each key. NULL: out of memory. */
static struct pending *merge(struct pending *pending) {
    struct pending *keyed = pending_create(true);
    if (keyed == NULL)
        return NULL;
    for (struct item *item = pending_oldest(pending); item; item = pending_oldest(pending)) {
        if (pending_hold(keyed, item, pending->last) != 0) {
            pending_destroy(keyed);
            return NULL;
        }
        pending_pop(pending);
    }
    return keyed;
}

void slow_adopt(struct outbox *outbox, struct member *member, struct pending *pending,
                uint64_t prev) {
    enum config_slow slow = stream_slow(member->stream);
    struct held *held = calloc(1, sizeof(*held));
    struct pending *kept = pending;
    if (held != NULL && slow == CONFIG_SLOW_CONFLATE) {
        kept = merge(pending);
        pending_destroy(pending);
    }
    if (held == NULL || kept == NULL) {
        pending_destroy(kept);
        free(held);
        outbox->starved(member->connection);
        return;
    }
    count_conflated(member, kept->merged);
    held->pending = kept;
    held->prev = prev;
    held->whole = slow == CONFIG_SLOW_DISCONNECT;
    member->held = held;
}

void slow_count_disconnect(const struct connection *connection) {
    for (const struct member *member = connection->members; member; member = member->next)
        count(&member->stream->slow_disconnected, 1);
}
