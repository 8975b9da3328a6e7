/* SPDX-License-Identifier: MIT */
#include "interval.h"

#include <stdlib.h>
#include <string.h>

#include "envelope.h"

/* The newest item of each key since the clock last struck. */
struct pending {
    struct item **items; /* counted */
    uint32_t count;
    uint32_t capacity;
    uint64_t first; /* offset of the first item held back */
    uint64_t last;
    int64_t time;
    struct table places; /* of keys in `items`: place + 1 as a pointer */
};

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

struct place_key {
    const struct pending *pending;
    const struct item *item;
};

static bool same_key(const void *value, const void *wanted) {
    const struct place_key *key = wanted;
    const struct item *held = key->pending->items[(uintptr_t)value - 1];
    return held->topic == key->item->topic && sentio_equal(held->key, key->item->key);
}

static uint64_t key_hash(const struct pending *pending, const struct item *item) {
    if (item->key.data == item->topic_name.data)
        return item->topic->hash;
    return item->topic->hash ^ table_hash(&pending->places, item->key);
}

static void pending_destroy(struct pending *pending) {
    if (pending == NULL)
        return;
    for (uint32_t i = 0; i < pending->count; i++)
        item_unref(pending->items[i]);
    free(pending->items);
    table_finish(&pending->places);
    free(pending);
}

static int pending_append(struct pending *pending, struct item *item, uint64_t hash) {
    if (pending->count == pending->capacity) {
        uint32_t capacity = pending->capacity ? pending->capacity * 2 : 8;
        struct item **items = realloc(pending->items, capacity * sizeof(*items));
        if (items == NULL)
            return SENTIO_NO_MEMORY;
        pending->items = items;
        pending->capacity = capacity;
    }
    int error = table_insert(&pending->places, hash, (void *)(uintptr_t)(pending->count + 1));
    if (error)
        return error;
    pending->items[pending->count++] = item_ref(item);
    return 0;
}

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
    struct pending *pending = calloc(1, sizeof(*pending));
    if (pending == NULL)
        return SENTIO_NO_MEMORY;
    filter->pending = pending;
    clock->due[clock->due_count++] = filter;
    return 0;
}

int interval_hold(struct filter *filter, struct item *item, uint64_t last) {
    if (filter->pending == NULL && become_due(filter) != 0)
        return SENTIO_NO_MEMORY;
    struct pending *pending = filter->pending;
    struct place_key key = {pending, item};
    uint64_t hash = key_hash(pending, item);
    void *place = table_find(&pending->places, hash, same_key, &key);
    if (pending->first == 0)
        pending->first = item->offset;
    pending->last = last;
    pending->time = item->time;
    if (place == NULL)
        return pending_append(pending, item, hash);
    struct item **held = &pending->items[(uintptr_t)place - 1];
    item_unref(*held);
    *held = item_ref(item);
    return 0;
}

static int compare_offsets(const void *a, const void *b) {
    const struct item *x = *(struct item *const *)a;
    const struct item *y = *(struct item *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* In the order of offsets; the places of keys follow. */
static void sort(struct pending *pending) {
    qsort(pending->items, pending->count, sizeof(*pending->items), compare_offsets);
    struct table places = {.key = {pending->places.key[0], pending->places.key[1]}};
    table_finish(&pending->places);
    pending->places = places;
    for (uint32_t i = 0; i < pending->count; i++)
        table_insert(&pending->places, key_hash(pending, pending->items[i]),
                     (void *)(uintptr_t)(i + 1));
}

/* Messages of the pending items from `from` on, one behind the other in the arena: one of all
 * (ARRAY), or one for each (OBJECT). */
static int make_frames(struct fanout *fanout, const struct filter *filter, uint32_t from,
                       struct span *span) {
    const struct pending *pending = filter->pending;
    struct stream *stream = filter->interest->stream;
    bool array = stream->shape == SENTIO_ARRAY;
    struct envelope envelope = {
        .stream = stream,
        .named = filter->interest->named,
        .prev = filter->prev,
        .time = pending->time,
    };
    struct span part;
    for (uint32_t i = from; i < pending->count; i++) {
        struct item *item = pending->items[i];
        envelope.type = array ? sentio_text(stream->type) : envelope_type(stream, item);
        envelope.offset = array ? pending->last : item->offset;
        int error = envelope_frame(&fanout->outbox->arena, &envelope, pending->items + i,
                                   array ? pending->count - from : 1, &part);
        if (error)
            return error;
        span->start = i == from ? part.start : span->start;
        span->end = part.end;
        envelope.prev = item->offset;
        if (array)
            break;
    }
    return 0;
}

/* The items that the member has not had in its snapshot. False: there are none. */
static bool send_newer(struct fanout *fanout, const struct filter *filter, struct member *member) {
    const struct pending *pending = filter->pending;
    struct span span;
    uint32_t from = 0;
    while (from < pending->count && pending->items[from]->offset <= member->joined)
        from++;
    if (from == pending->count || make_frames(fanout, filter, from, &span) != 0)
        return false;
    outbox_append(fanout->outbox, member->connection, span);
    return true;
}

/* Members that joined while items were held back have had some of them in their snapshot; one for
 * whom nothing is left stays where it was, and keeps the shared `prev` there. */
static void emit(struct fanout *fanout, struct filter *filter) {
    struct pending *pending = filter->pending;
    struct span shared = {0, 0};
    uint64_t prev = pending->last;
    sort(pending);
    for (uint32_t i = 0; i < filter->count; i++) {
        struct member *member = filter->members[i];
        bool early = member->joined < pending->first;
        if (early && shared.end == 0 && make_frames(fanout, filter, 0, &shared) != 0)
            break;
        if (early)
            outbox_append(fanout->outbox, member->connection, shared);
        if (early || send_newer(fanout, filter, member))
            continue;
        uint64_t position = member->seen ? member->position : member->joined;
        prev = position < prev ? position : prev;
        member->joined = pending->last;
    }
    filter->prev = prev;
    filter->told = pending->last;
    filter->pending = NULL;
    pending_destroy(pending);
}

void interval_release(struct fanout *fanout, struct member *member) {
    struct pending *pending = member->filter->pending;
    if (pending == NULL)
        return;
    sort(pending);
    if (!send_newer(fanout, member->filter, member))
        return;
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
