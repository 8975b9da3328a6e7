/* SPDX-License-Identifier: MIT */
#include "catchup.h"

#include <stdlib.h>
#include <string.h>

#include "fanout.h"
#include "pending.h"
#include "pending_frame.h"

enum part_kind {
    PART_ANSWER, /* the "ok" */
    PART_REPLAY,
    PART_SNAPSHOT,
    PART_AWAITED, /* the hub has yet to say what stands here */
    PART_END,     /* the "recovered" */
    PART_LIVE
};

struct part {
    struct part *next;
    enum part_kind kind;
    uint64_t offset;         /* texts, SNAPSHOT: that they lead up to; REPLAY: that it goes on from;
                                AWAITED:         the reading */
    int64_t time;            /* SNAPSHOT */
    bool idle;               /* AWAITED: the hub is to be asked for the next piece */
    struct pending *pending; /* items; NULL: none */
    size_t size;
    char text[];
};

struct catchup {
    struct part *first;
    uint64_t covered; /* the offset that the member was told */
    uint64_t given;   /* that of the last item that it was given; 0: none */
    bool lost;        /* the hub was asked to tell it afresh, and has not yet */
};

static void part_destroy(struct part *part) {
    pending_destroy(part->pending);
    free(part);
}

/* The place of the part that is awaited from that reading, or of the end. */
static struct part **awaited_place(struct catchup *catchup, uint64_t reading) {
    struct part **place = &catchup->first;
    while (*place != NULL && ((*place)->kind != PART_AWAITED || (*place)->offset != reading))
        place = &(*place)->next;
    return place;
}

static struct part **end_place(struct catchup *catchup) {
    struct part **place = &catchup->first;
    while (*place != NULL)
        place = &(*place)->next;
    return place;
}

/* NULL: out of memory. */
static struct part *insert_part(struct part **place, enum part_kind kind, uint64_t offset,
                                struct sentio_bytes text) {
    struct part *part = calloc(1, sizeof(*part) + text.size);
    if (part == NULL)
        return NULL;
    part->kind = kind;
    part->offset = offset;
    part->size = text.size;
    if (text.size > 0)
        memcpy(part->text, text.data, text.size);
    part->next = *place;
    *place = part;
    return part;
}

/* `last`: the offset that they lead up to. NULL: out of memory. */
static struct part *insert_items(struct part **place, enum part_kind kind,
                                 struct item *const *items, size_t count, uint64_t last) {
    struct part *part = insert_part(place, kind, last, sentio_text(""));
    if (part == NULL)
        return NULL;
    part->pending = pending_create(false);
    if (part->pending == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (pending_hold(part->pending, items[i], last) != 0)
            return NULL;
    return part;
}

/* The offset of the last replayed message: an array covers what others of its update were. */
static uint64_t replay_end(const struct member *member, const struct joined_message *message) {
    if (member->stream->shape == SENTIO_ARRAY && !message->more)
        return message->offset;
    return message->replay_count > 0 ? message->replay[message->replay_count - 1]->offset
                                     : message->since;
}

/* One without items says where what is live goes on from. */
static bool has_replay(const struct joined_message *message) {
    bool empty = message->head.kind == MESSAGE_REPLAY && message->end.size == 0;
    return message->replay_count > 0 || empty;
}

/* All but the answer, from the place on; in reverse, as each goes before the one before. */
static int insert_message(const struct member *member, struct part **place,
                          const struct joined_message *message) {
    struct part *part;
    if (message->end.size > 0 &&
        insert_part(place, PART_END, message->offset, message->end) == NULL)
        return SENTIO_NO_MEMORY;
    if (message->snapshot_count > 0) {
        part = insert_items(place, PART_SNAPSHOT, message->snapshot, message->snapshot_count,
                            message->offset);
        if (part == NULL)
            return SENTIO_NO_MEMORY;
        part->time = message->time;
    }
    if (has_replay(message)) {
        part = insert_items(place, PART_REPLAY, message->replay, message->replay_count,
                            replay_end(member, message));
        if (part == NULL)
            return SENTIO_NO_MEMORY;
        part->offset = message->since;
    }
    return 0;
}

static int begin(struct member *member, uint64_t offset) {
    struct catchup *catchup = calloc(1, sizeof(*catchup));
    if (catchup == NULL)
        return SENTIO_NO_MEMORY;
    catchup->covered = member->seen ? member->position : offset;
    member->catchup = catchup;
    return 0;
}

/* Everything that is still to come, but for answers. */
static void drop_parts(struct catchup *catchup) {
    struct part **place = &catchup->first;
    while (*place != NULL) {
        struct part *part = *place;
        if (part->kind == PART_ANSWER) {
            place = &part->next;
            continue;
        }
        *place = part->next;
        part_destroy(part);
    }
}

void catchup_forget(struct member *member) {
    struct catchup *catchup = member->catchup;
    if (catchup == NULL)
        return;
    while (catchup->first != NULL) {
        struct part *part = catchup->first;
        catchup->first = part->next;
        part_destroy(part);
    }
    member->position = catchup->covered;
    member->seen = true;
    member->catchup = NULL;
    free(catchup);
}

/*
 * From now on the member gets what its filter's members share, whose `prev` goes back to what it
 * was told: an older one says nothing false to the others.
 */
static void end(struct member *member) {
    catchup_forget(member);
    if (member->filter && member->position < member->filter->prev)
        member->filter->prev = member->position;
}

/* Frames of the first part, or of some of it. */
static bool make_frames(struct outbox *outbox, struct member *member, size_t room,
                        struct span *span) {
    struct catchup *catchup = member->catchup;
    struct part *part = catchup->first;
    struct pending *pending = part->pending;
    uint64_t prev = catchup->covered;
    if (part->kind == PART_REPLAY && part->offset < catchup->covered)
        catchup->covered = part->offset;
    part->offset = part->kind == PART_REPLAY ? UINT64_MAX : part->offset; /* only once */
    if (part->kind == PART_REPLAY || part->kind == PART_LIVE) {
        bool made = pending_frames(&outbox->arena, member, pending, &catchup->covered,
                                   part->kind == PART_REPLAY, room, span);
        catchup->given = catchup->covered;
        return made;
    }
    catchup->covered = part->offset;
    if (part->kind != PART_SNAPSHOT)
        return arena_text(&outbox->arena, sentio_bytes(part->text, part->size), span) == 0;
    return fanout_snapshot_frames(&outbox->arena, member, pending->items + pending->start,
                                  pending->count, prev, part->offset, part->time, span);
}

static bool is_given(const struct part *part) {
    bool items = part->kind == PART_REPLAY || part->kind == PART_LIVE;
    return !items || part->pending->count == 0;
}

static void pop_part(struct catchup *catchup) {
    struct part *part = catchup->first;
    catchup->first = part->next;
    part_destroy(part);
}

/* What is left is live: from now on it waits as it does for any slow reader. */
static void hand_over(struct outbox *outbox, struct member *member) {
    struct part *part = member->catchup->first;
    struct pending *pending = part->pending;
    part->pending = NULL;
    end(member);
    slow_adopt(outbox, member, pending, member->position);
}

void catchup_give(struct outbox *outbox, struct member *member, size_t room) {
    struct catchup *catchup = member->catchup;
    struct connection *connection = member->connection;
    struct part *part = catchup->first;
    for (; part && part->kind != PART_AWAITED && room > 0; part = catchup->first) {
        struct span span;
        size_t size = is_given(part) ? 0 : room;
        if (make_frames(outbox, member, room, &span)) {
            size = span_size(span);
            outbox_count(connection, span);
            outbox_append(outbox, connection, outbox_pack(outbox, connection, span));
        }
        room -= size < room ? size : room;
        if (!is_given(part))
            break;
        pop_part(catchup);
    }
    part = catchup->first;
    if (part && part->kind == PART_AWAITED && part->idle) {
        part->idle = false;
        outbox->more(member, part->offset);
    }
    if (catchup->first == NULL && !catchup->lost)
        end(member);
    else if (catchup->first && catchup->first->kind == PART_LIVE && !catchup->first->next)
        hand_over(outbox, member);
}

/* What fits goes out at once; the rest follows when the connection is relieved of that. */
static void start(struct outbox *outbox, struct member *member) {
    struct connection *connection = member->connection;
    size_t room = outbox->mark < PENDING_PIECE ? outbox->mark : PENDING_PIECE;
    size_t waiting = outbox_waiting(connection);
    if (waiting < room)
        catchup_give(outbox, member, room - waiting);
    if (member->catchup || member->held)
        connection->congested = true;
}

static int add_message(struct member *member, const struct joined_message *message) {
    struct catchup *catchup = member->catchup;
    if (message->text.size > 0 &&
        !insert_part(end_place(catchup), PART_ANSWER, message->offset, message->text))
        return SENTIO_NO_MEMORY;
    /* What comes afresh covers this as well. */
    if (catchup->lost)
        return 0;
    struct part **place = end_place(catchup);
    if (message->more && !insert_part(place, PART_AWAITED, message->reading, sentio_text("")))
        return SENTIO_NO_MEMORY;
    return insert_message(member, place, message);
}

void catchup_join(struct outbox *outbox, struct member *member,
                  const struct joined_message *message) {
    int error = member->catchup ? 0 : begin(member, message->offset);
    if (!error && message->afresh) {
        drop_parts(member->catchup);
        member->catchup->lost = false;
    }
    if (!error)
        error = add_message(member, message);
    if (error)
        outbox->starved(member->connection);
    else
        start(outbox, member);
}

void catchup_replay(struct outbox *outbox, struct member *member,
                    const struct joined_message *message) {
    struct part **place = awaited_place(member->catchup, message->reading);
    struct part *awaited = *place;
    if (awaited == NULL)
        return;
    awaited->idle = true;
    if (!message->more) {
        *place = awaited->next;
        part_destroy(awaited);
    }
    if (insert_message(member, place, message) != 0)
        outbox->starved(member->connection);
    else
        start(outbox, member);
}

/* Bytes that live items occupy. */
static size_t live_size(const struct catchup *catchup) {
    size_t size = 0;
    for (const struct part *part = catchup->first; part; part = part->next)
        size += part->kind == PART_LIVE ? pending_size(part->pending) : 0;
    return size;
}

static void lose(struct outbox *outbox, struct member *member) {
    drop_parts(member->catchup);
    member->catchup->lost = true;
    outbox->lost(member);
}

void catchup_hold(struct outbox *outbox, struct member *member, const struct delivery *delivery) {
    struct catchup *catchup = member->catchup;
    if (catchup->lost)
        return;
    struct part *last = catchup->first;
    while (last && last->next)
        last = last->next;
    if (last == NULL || last->kind != PART_LIVE)
        last = insert_items(end_place(catchup), PART_LIVE, NULL, 0, 0);
    int error = last ? 0 : SENTIO_NO_MEMORY;
    for (uint32_t i = 0; i < delivery->count && !error; i++)
        error = pending_hold(last->pending, delivery->items[i], delivery->last);
    if (error) {
        outbox->starved(member->connection);
        return;
    }
    if (outbox_waiting(member->connection) + live_size(catchup) > outbox->limit)
        lose(outbox, member);
}

uint64_t catchup_covered(const struct member *member) {
    return member->catchup->covered;
}

uint64_t catchup_given(const struct member *member) {
    return member->catchup->given;
}

void catchup_cut(struct outbox *outbox, struct member *member) {
    struct catchup *catchup = member->catchup;
    if (catchup == NULL)
        return;
    drop_parts(catchup);
    catchup->lost = false;
    catchup_give(outbox, member, SIZE_MAX);
}
