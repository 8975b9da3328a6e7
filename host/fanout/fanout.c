/* SPDX-License-Identifier: MIT */
#include "fanout.h"

#include <stdlib.h>
#include <string.h>

#include "frame/envelope.h"
#include "interval.h"
#include "receipt.h"
#include "slow.h"

/* An update while it is fanned out, and while there are drafts of its messages. */
struct fan {
    struct fan *next;
    struct update *update;        /* counted */
    struct wrapping wrappings[2]; /* ARRAY: without and with the channel's name */
    bool wrapped[2];
    bool drafted;
    size_t delivered; /* messages, each counted for each of its receivers */
    size_t item_count;
    struct item *items[]; /* of its messages, one after the other */
};

static void fan_destroy(struct fan *fan) {
    for (size_t i = 0; i < 2; i++)
        if (fan->wrapped[i])
            wrapping_finish(&fan->wrappings[i]);
    update_unref(fan->update);
    free(fan);
}

static void forget_fans(void *context) {
    struct fanout *fanout = context;
    while (fanout->fans != NULL) {
        struct fan *fan = fanout->fans;
        fanout->fans = fan->next;
        fan_destroy(fan);
    }
}

void fanout_init(struct fanout *fanout, size_t io, uv_loop_t *loop, struct outbox *outbox) {
    memset(fanout, 0, sizeof(*fanout));
    fanout->io = io;
    fanout->loop = loop;
    fanout->outbox = outbox;
    outbox->emptied = forget_fans;
    outbox->context = fanout;
}

void fanout_finish(struct fanout *fanout) {
    interval_finish(fanout);
    forget_fans(fanout);
    free(fanout->hits);
    free(fanout->touched);
}

static bool reserve(void **items, uint32_t *capacity, uint32_t count, size_t size) {
    if (count < *capacity)
        return true;
    uint32_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = realloc(*items, larger * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = larger;
    return true;
}

/* Notes that the update's item `index` is for the filter, if it is. Out of memory, the item is lost
 * for this filter; its next message's `prev` shows that. */
static void hit(struct fanout *fanout, struct filter *filter, const struct item *item,
                uint32_t index) {
    if (filter->chooses && !interest_wants(filter->interest, item))
        return;
    if (!reserve((void **)&fanout->hits, &fanout->hit_capacity, fanout->hit_count,
                 sizeof(*fanout->hits)) ||
        !reserve((void **)&fanout->touched, &fanout->touched_capacity, fanout->touched_count,
                 sizeof(*fanout->touched)))
        return;
    uint32_t place = fanout->hit_count++;
    fanout->hits[place] = (struct hit){index, NO_ENTRY};
    if (filter->first_hit == NO_ENTRY) {
        filter->first_hit = place;
        fanout->touched[fanout->touched_count++] = filter;
    } else {
        fanout->hits[filter->last_hit].next = place;
    }
    filter->last_hit = place;
}

static void hit_list(struct fanout *fanout, const struct filter_list *list, const struct item *item,
                     uint32_t index) {
    for (uint32_t i = 0; i < list->count; i++)
        hit(fanout, list->items[i], item, index);
}

static void send_members(struct fanout *fanout, const struct filter *filter,
                         struct delivery *delivery) {
    if (filter->formed[FORM_PLAIN] < filter->count)
        delivery_form(fanout->outbox, delivery, filter->formed);
    for (uint32_t i = 0; i < filter->count; i++)
        deliver(fanout->outbox, filter->members[i], delivery);
}

/* The text around an update's items, made at the first use. NULL: out of memory. */
static const struct wrapping *wrap(struct fan *fan, bool named) {
    const struct update *update = fan->update;
    struct wrapping *wrapping = &fan->wrappings[named];
    struct envelope envelope = {
        .stream = update->stream,
        .type = sentio_text(update->stream->type),
        .named = named,
        .offset = update->last,
        .time = update->time,
    };
    if (!fan->wrapped[named])
        wrapping_init(wrapping, &envelope);
    fan->wrapped[named] = true;
    return wrapping->text.failed ? NULL : wrapping;
}

/* What is for one member alone is put together when it is written. */
static void send_alone(struct fanout *fanout, struct member *member,
                       const struct wrapping *wrapping, const struct delivery *delivery) {
    struct draft draft = {delivery->items, delivery->prev};
    if (member->connection->congested && slow_hold(fanout->outbox, member, delivery))
        return;
    outbox_append_draft(fanout->outbox, member->connection, wrapping, draft, delivery->count);
}

/* One message an update. */
static void send_array(struct fanout *fanout, struct filter *filter, struct fan *fan) {
    const struct update *update = fan->update;
    const struct wrapping *wrapping = wrap(fan, filter->named);
    struct item **items = fan->items + fan->item_count;
    struct delivery delivery = {.items = items, .prev = filter->prev, .last = update->last};
    for (uint32_t i = filter->first_hit; i != NO_ENTRY; i = fanout->hits[i].next)
        items[delivery.count++] = update->items[fanout->hits[i].item];
    filter->prev = update->last;
    filter->told = update->last;
    fan->delivered += filter->count;
    /* Out of memory, the message is lost, and the next one's `prev` shows it. */
    if (wrapping == NULL)
        return;
    if (filter->count == 1) {
        fan->item_count += delivery.count;
        fan->drafted = true;
        send_alone(fanout, filter->members[0], wrapping, &delivery);
        return;
    }
    if (wrapping_frame(wrapping, &fanout->outbox->arena, delivery.prev, items, delivery.count,
                       &delivery.spans[FORM_PLAIN]) == 0)
        send_members(fanout, filter, &delivery);
}

/* One message an item. */
static void send_objects(struct fanout *fanout, struct filter *filter, struct fan *fan) {
    const struct update *update = fan->update;
    for (uint32_t i = filter->first_hit; i != NO_ENTRY; i = fanout->hits[i].next) {
        struct item *item = update->items[fanout->hits[i].item];
        struct delivery delivery = {
            .items = &item, .count = 1, .prev = filter->prev, .last = item->offset};
        struct envelope envelope = {
            .stream = update->stream,
            .type = envelope_type(update->stream, item),
            .named = filter->named,
            .offset = item->offset,
            .time = update->time,
        };
        if (envelope_frame(&fanout->outbox->arena, &envelope, filter->prev, &item, 1,
                           &delivery.spans[FORM_PLAIN]) == 0)
            send_members(fanout, filter, &delivery);
        fan->delivered += filter->count;
        filter->prev = item->offset;
        filter->told = item->offset;
    }
}

static void hold_back(struct fanout *fanout, struct filter *filter, const struct fan *fan) {
    const struct update *update = fan->update;
    bool array = update->stream->shape == SENTIO_ARRAY;
    for (uint32_t i = filter->first_hit; i != NO_ENTRY; i = fanout->hits[i].next) {
        struct item *item = update->items[fanout->hits[i].item];
        if (interval_hold(filter, item, array ? update->last : item->offset) != 0)
            return;
    }
}

static void find_hits(struct fanout *fanout, const struct update *update) {
    struct stream *stream = update->stream;
    fanout->hit_count = 0;
    fanout->touched_count = 0;
    for (uint32_t i = 0; i < update->count; i++) {
        const struct item *item = update->items[i];
        if (item->topic->everyone) {
            hit_list(fanout, &stream->every[fanout->io], item, i);
            continue;
        }
        hit_list(fanout, &item->topic->filters[fanout->io], item, i);
        hit_list(fanout, &stream->all[fanout->io], item, i);
    }
}

static struct fan *fan_create(const struct fanout *fanout, struct update *update) {
    struct fan *fan = malloc(sizeof(*fan) + fanout->hit_count * sizeof(struct item *));
    if (fan == NULL)
        return NULL;
    fan->update = update_ref(update);
    fan->wrapped[0] = fan->wrapped[1] = false;
    fan->drafted = false;
    fan->delivered = 0;
    fan->item_count = 0;
    return fan;
}

static size_t fan_size(const struct fanout *fanout, const struct fan *fan) {
    return sizeof(*fan) + fanout->hit_count * sizeof(struct item *) + update_size(fan->update);
}

static void send_touched(struct fanout *fanout, struct filter *filter, struct fan *fan) {
    if (filter->clock)
        hold_back(fanout, filter, fan);
    else if (fan->update->stream->shape == SENTIO_ARRAY)
        send_array(fanout, filter, fan);
    else
        send_objects(fanout, filter, fan);
}

static void note_receipts(const struct fanout *fanout) {
    for (uint32_t i = 0; i < fanout->touched_count; i++)
        receipts_note(fanout->touched[i]);
}

void fanout_update(struct fanout *fanout, struct update *update) {
    find_hits(fanout, update);
    struct fan *fan = fan_create(fanout, update);
    for (uint32_t i = 0; i < fanout->touched_count; i++) {
        struct filter *filter = fanout->touched[i];
        if (fan != NULL)
            send_touched(fanout, filter, fan);
        else
            filter->prev = update->last; /* lost, as the next message shows */
        filter->first_hit = NO_ENTRY;
        filter->last_hit = NO_ENTRY;
    }
    if (fan == NULL)
        return;
    tally_add(&update->stream->delivered[fanout->io].tally, fan->delivered);
    if (update->stream->durable)
        note_receipts(fanout);
    if (fan->drafted) {
        fan->next = fanout->fans;
        fanout->fans = fan;
        fanout->outbox->kept += fan_size(fanout, fan);
    } else {
        fan_destroy(fan);
    }
    /* Writing could end a connection, and with it a filter: it comes last. */
    if (outbox_due(fanout->outbox))
        outbox_flush(fanout->outbox);
}

/* What the member has been told while it was in its filter. */
static void settle_position(struct member *member) {
    const struct filter *filter = member->filter;
    if (member->catchup) /* which knows */
        return;
    if (member->held) {
        slow_forget(member);
        return;
    }
    if (filter->told > member->joined && (!member->seen || filter->told > member->position)) {
        member->position = filter->told;
        member->seen = true;
    }
}

void fanout_leave(struct fanout *fanout, struct member *member) {
    struct filter *filter = member->filter;
    if (filter == NULL)
        return;
    settle_position(member);
    filter_remove(filter, member);
    if (filter->count > 0)
        return;
    interval_detach(fanout, filter);
    filter_destroy(filter, fanout->io);
}

/*
 * `prev` is shared by the filter's members, so it goes back to what the newcomer was last told: an
 * older one says nothing false to the others, a newer one would let the newcomer see a gap.
 */
static void cover(struct filter *filter, const struct member *member, uint64_t offset) {
    uint64_t position = member->seen ? member->position : offset;
    if (filter->count == 0 || position < filter->prev)
        filter->prev = position;
}

int fanout_join(struct fanout *fanout, struct member *member, struct interest *interest,
                uint64_t offset) {
    if (interest == NULL) {
        fanout_leave(fanout, member);
        member->joined = offset;
        return 0;
    }
    if (member->filter && member->filter->interest == interest) {
        slow_release(fanout->outbox, member);
        settle_position(member);
        interval_release(fanout, member);
        member->joined = offset;
        return 0;
    }
    struct filter *filter = filter_obtain(interest, fanout->io);
    if (filter == NULL)
        return SENTIO_NO_MEMORY;
    if (interest->interval && !filter->clock && interval_attach(fanout, filter) != 0)
        goto fail;
    if (member->filter) {
        slow_release(fanout->outbox, member);
        interval_release(fanout, member);
    }
    fanout_leave(fanout, member);
    cover(filter, member, offset);
    member->joined = offset;
    if (filter_add(filter, member) == 0)
        return 0;
fail:
    if (filter->count == 0) {
        interval_detach(fanout, filter);
        filter_destroy(filter, fanout->io);
    }
    return SENTIO_NO_MEMORY;
}

bool fanout_snapshot_frames(struct arena *arena, const struct member *member,
                            struct item *const *items, size_t count, uint64_t prev, uint64_t offset,
                            int64_t time, struct span *span) {
    const struct stream *stream = member->stream;
    bool array = stream->shape == SENTIO_ARRAY;
    struct envelope envelope = {
        .stream = stream,
        .named = member->connection->named,
        .snapshot = true,
        .offset = offset,
        .time = time,
    };
    struct span part;
    for (size_t i = 0; i < count; i += array ? count : 1) {
        envelope.type = sentio_text(stream->snapshot_type);
        if (!array && items[i]->type.size)
            envelope.type = items[i]->type;
        if (envelope_frame(arena, &envelope, i ? offset : prev, items + i, array ? count : 1,
                           &part) != 0)
            return i > 0;
        *span = i ? (struct span){arena, span->start, part.end} : part;
    }
    return count > 0;
}

void fanout_snapshot(struct fanout *fanout, struct member *member, struct item *const *items,
                     size_t count, uint64_t offset, int64_t time) {
    struct outbox *outbox = fanout->outbox;
    uint64_t prev = member->seen ? member->position : offset;
    struct span span;
    if (!fanout_snapshot_frames(&outbox->arena, member, items, count, prev, offset, time, &span))
        return;
    outbox_count(member->connection, span);
    outbox_append(outbox, member->connection, outbox_pack(outbox, member->connection, span));
    member->position = offset;
    member->seen = true;
}
