/* SPDX-License-Identifier: MIT */
#include "interval.h"

#include <stdlib.h>

#include "frame/envelope.h"
#include "pending.h"
#include "slow.h"

struct clock {
    struct clock *next;
    struct fanout *fanout;
    uv_timer_t timer;
    uint32_t interval;
    uint32_t users;      /* filters */
    struct filter **due; /* those with something pending */
    uint32_t due_count;
    uint32_t due_capacity;
};

static int become_due(struct filter *filter) {
    struct clock *clock = filter->clock;
    if (clock->due_count == clock->due_capacity) {
        uint32_t capacity = clock->due_capacity ? clock->due_capacity * 2 : 8;
        struct filter **due = realloc(clock->due, capacity * sizeof(*due));
        if (due == NULL)
            return SENTIO_NO_MEMORY;
        clock->due = due;
        clock->due_capacity = capacity;
    }
    struct pending *pending = pending_create(true);
    if (pending == NULL)
        return SENTIO_NO_MEMORY;
    filter->pending = pending;
    clock->due[clock->due_count++] = filter;
    return 0;
}

int interval_hold(struct filter *filter, struct item *item, uint64_t last) {
    if (filter->pending == NULL && become_due(filter) != 0)
        return SENTIO_NO_MEMORY;
    return pending_hold(filter->pending, item, last);
}

/* Messages of the pending items from `from` on, one behind the other in the arena: one of all
 * (ARRAY), or one for each (OBJECT). */
static int make_frames(struct fanout *fanout, const struct filter *filter, uint32_t from,
                       struct span *span) {
    const struct pending *pending = filter->pending;
    struct stream *stream = filter->interest->stream;
    bool array = stream->shape == SENTIO_ARRAY;
    uint64_t prev = filter->prev;
    struct envelope envelope = {
        .stream = stream,
        .named = filter->named,
        .time = pending->items[pending->end - 1]->time,
    };
    struct span part;
    for (uint32_t i = from; i < pending->end; i++) {
        struct item *item = pending->items[i];
        envelope.type = array ? sentio_text(stream->type) : envelope_type(stream, item);
        envelope.offset = array ? pending->last : item->offset;
        int error = envelope_frame(&fanout->outbox->arena, &envelope, prev, pending->items + i,
                                   array ? pending->end - from : 1, &part);
        if (error)
            return error;
        *span = i == from ? part : (struct span){part.arena, span->start, part.end};
        prev = item->offset;
        if (array)
            break;
    }
    return 0;
}

/* What is pending from `from` on, as it goes to members; `delivery` has its frames once they are
 * made. `formed`: how many of those members have each form. */
static int prepare(struct fanout *fanout, const struct filter *filter, uint32_t from,
                   const uint32_t formed[FORM_COUNT], struct delivery *delivery) {
    const struct pending *pending = filter->pending;
    delivery->items = pending->items + from;
    delivery->count = pending->end - from;
    delivery->prev = filter->prev;
    delivery->last = pending->last;
    int error = make_frames(fanout, filter, from, &delivery->spans[FORM_PLAIN]);
    if (error == 0)
        delivery_form(fanout->outbox, delivery, formed);
    return error;
}

/* The items that the member has not had in its snapshot, of which it returns the number. */
static uint32_t send_newer(struct fanout *fanout, const struct filter *filter,
                           struct member *member) {
    const struct pending *pending = filter->pending;
    uint32_t formed[FORM_COUNT] = {0};
    struct delivery delivery;
    uint32_t from = 0;
    formed[member->connection->form] = 1;
    while (from < pending->end && pending->items[from]->offset <= member->joined)
        from++;
    if (from == pending->end || prepare(fanout, filter, from, formed, &delivery) != 0)
        return 0;
    deliver(fanout->outbox, member, &delivery);
    return delivery.count;
}

/* Messages that items make: one each, or one of all. */
static uint64_t count_messages(const struct filter *filter, uint32_t items) {
    bool array = filter->interest->stream->shape == SENTIO_ARRAY;
    return array && items > 0 ? 1 : items;
}

static void note_delivered(const struct fanout *fanout, const struct filter *filter,
                           uint64_t messages) {
    tally_add(&filter->interest->stream->delivered[fanout->io].tally, messages);
}

/* Members that joined while items were held back have had some of them in their snapshot; one for
 * whom nothing is left stays where it was, and keeps the shared `prev` there. */
static void emit(struct fanout *fanout, struct filter *filter) {
    struct pending *pending = filter->pending;
    struct delivery shared = {.count = 0};
    uint64_t delivered = 0;
    uint64_t prev = pending->last;
    filter->pending = pending_pack(pending) == 0 ? pending : NULL;
    for (uint32_t i = 0; filter->pending && i < filter->count; i++) {
        struct member *member = filter->members[i];
        bool early = member->joined < pending->first;
        if (early && shared.count == 0 && prepare(fanout, filter, 0, filter->formed, &shared) != 0)
            break;
        if (early)
            deliver(fanout->outbox, member, &shared);
        uint32_t sent = early ? shared.count : send_newer(fanout, filter, member);
        delivered += count_messages(filter, sent);
        if (early || sent > 0)
            continue;
        uint64_t position = member->seen ? member->position : member->joined;
        prev = position < prev ? position : prev;
        member->joined = pending->last;
    }
    note_delivered(fanout, filter, delivered);
    filter->prev = prev;
    filter->told = pending->last;
    filter->pending = NULL;
    pending_destroy(pending);
}

void interval_release(struct fanout *fanout, struct member *member) {
    struct pending *pending = member->filter->pending;
    if (pending == NULL || pending_pack(pending) != 0)
        return;
    uint32_t sent = send_newer(fanout, member->filter, member);
    if (sent == 0)
        return;
    note_delivered(fanout, member->filter, count_messages(member->filter, sent));
    slow_release(fanout->outbox, member);
    member->position = pending->last;
    member->seen = true;
}

static void on_strike(uv_timer_t *timer) {
    struct clock *clock = timer->data;
    /* Writing could end a connection, and with it a filter and this clock: it comes last. */
    struct outbox *outbox = clock->fanout->outbox;
    for (uint32_t i = 0; i < clock->due_count; i++)
        emit(clock->fanout, clock->due[i]);
    clock->due_count = 0;
    if (outbox_due(outbox))
        outbox_flush(outbox);
}

static void on_closed(uv_handle_t *handle) {
    struct clock *clock = handle->data;
    free(clock->due);
    free(clock);
}

int interval_attach(struct fanout *fanout, struct filter *filter) {
    uint32_t interval = filter->interest->interval;
    struct clock *clock = fanout->clocks;
    while (clock != NULL && clock->interval != interval)
        clock = clock->next;
    if (clock == NULL) {
        clock = calloc(1, sizeof(*clock));
        if (clock == NULL)
            return SENTIO_NO_MEMORY;
        clock->fanout = fanout;
        clock->interval = interval;
        clock->timer.data = clock;
        uv_timer_init(fanout->loop, &clock->timer);
        uv_timer_start(&clock->timer, on_strike, interval, interval);
        clock->next = fanout->clocks;
        fanout->clocks = clock;
    }
    clock->users++;
    filter->clock = clock;
    return 0;
}

static void clock_close(struct fanout *fanout, struct clock *clock) {
    struct clock **link = &fanout->clocks;
    while (*link != clock)
        link = &(*link)->next;
    *link = clock->next;
    uv_close((uv_handle_t *)&clock->timer, on_closed);
}

void interval_detach(struct fanout *fanout, struct filter *filter) {
    struct clock *clock = filter->clock;
    if (clock == NULL)
        return;
    for (uint32_t i = 0; filter->pending && i < clock->due_count; i++) {
        if (clock->due[i] != filter)
            continue;
        clock->due[i] = clock->due[--clock->due_count];
        break;
    }
    pending_destroy(filter->pending);
    filter->pending = NULL;
    filter->clock = NULL;
    if (--clock->users == 0)
        clock_close(fanout, clock);
}

void interval_finish(struct fanout *fanout) {
    while (fanout->clocks != NULL)
        clock_close(fanout, fanout->clocks);
}
