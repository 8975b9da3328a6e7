/* SPDX-License-Identifier: MIT */
#include "outbox.h"

#include <stdlib.h>
#include <string.h>

#include "frame/envelope.h"
#include "frame/event.h"
#include "outbox_internal.h"

enum {
    MAX_BATCH = 8 * 1024 * 1024,
    MAX_ENTRIES = 1024 * 1024,
    SLICE = 256, /* connections that are written to before the loop looks for more to send */
    AHEAD = 4    /* connections that are fetched into the cache before they are written to */
};

int outbox_init(struct outbox *outbox, size_t limit) {
    memset(outbox, 0, sizeof(*outbox));
    outbox_limit(outbox, limit);
    outbox->max_batch = MAX_BATCH;
    outbox->max_entries = MAX_ENTRIES;
    outbox->free_entry = NO_ENTRY;
    outbox->scratch = malloc(OUTBOX_CHUNK);
    return outbox->scratch ? 0 : SENTIO_NO_MEMORY;
}

void outbox_limit(struct outbox *outbox, size_t limit) {
    outbox->limit = limit;
    outbox->mark = limit / 2;
}

void outbox_finish(struct outbox *outbox) {
    arena_finish(&outbox->arena);
    arena_finish(&outbox->side);
    packer_finish(&outbox->packer);
    arena_finish(&outbox->events);
    free(outbox->entries);
    free(outbox->dirty);
    free(outbox->scratch);
}

/* Where frames can not be made into events they are lost, and the next one's "prev" shows it. */
struct span outbox_form(struct outbox *outbox, enum form form, struct span span) {
    if (form == FORM_PACKED)
        return pack_span(&outbox->packer, span);
    if (form == FORM_EVENTS && event_frames(&outbox->events, span, NULL, &span) != 0)
        return (struct span){&outbox->events, 0, 0};
    return span;
}

int outbox_text(struct outbox *outbox, enum form form, struct sentio_bytes text,
                struct span *span) {
    if (form == FORM_PACKED)
        return pack_text(&outbox->packer, &outbox->packer.arena, text, span);
    if (form == FORM_EVENTS)
        return event_text(&outbox->events, text, NULL, span);
    return arena_text(&outbox->arena, text, span);
}

static bool grow(void **items, uint32_t *capacity, size_t size) {
    uint32_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = realloc(*items, larger * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = larger;
    return true;
}

/* Makes room where there were those that are written, if that is half of it. */
static void close_up(struct outbox *outbox) {
    uint32_t left = outbox->dirty_count - outbox->dirty_first;
    if (outbox->dirty_first < left || left == 0)
        return;
    memcpy(outbox->dirty, outbox->dirty + outbox->dirty_first, left * sizeof(*outbox->dirty));
    outbox->dirty_first = 0;
    outbox->dirty_count = left;
}

static bool become_dirty(struct outbox *outbox, struct connection *connection) {
    if (connection->dirty)
        return true;
    if (outbox->dirty_count == outbox->dirty_capacity)
        close_up(outbox);
    if (outbox->dirty_count == outbox->dirty_capacity &&
        !grow((void **)&outbox->dirty, &outbox->dirty_capacity, sizeof(*outbox->dirty)))
        return false;
    outbox->dirty[outbox->dirty_count++] = connection;
    connection->dirty = true;
    return true;
}

static uint32_t take_entry(struct outbox *outbox) {
    uint32_t entry = outbox->free_entry;
    if (entry != NO_ENTRY) {
        outbox->free_entry = outbox->entries[entry].next;
        return entry;
    }
    if (outbox->count == outbox->capacity &&
        !grow((void **)&outbox->entries, &outbox->capacity, sizeof(*outbox->entries)))
        return NO_ENTRY;
    return outbox->count++;
}

void outbox_free_entries(struct outbox *outbox, uint32_t first, uint32_t last) {
    if (first == NO_ENTRY)
        return;
    outbox->entries[last].next = outbox->free_entry;
    outbox->free_entry = first;
}

static void add_entry(struct outbox *outbox, struct connection *connection,
                      struct outbox_entry added) {
    uint32_t entry = become_dirty(outbox, connection) ? take_entry(outbox) : NO_ENTRY;
    if (entry == NO_ENTRY) {
        outbox->starved(connection);
        return;
    }
    outbox->entries[entry] = added;
    if (connection->first_entry == NO_ENTRY)
        connection->first_entry = entry;
    else
        outbox->entries[connection->last_entry].next = entry;
    connection->last_entry = entry;
}

static void count_queued(struct outbox *outbox, struct connection *connection, size_t size) {
    connection->queued += (uint32_t)size;
    size_t waiting = connection->congested ? connection->queued : outbox_waiting(connection);
    if (waiting >= outbox->mark)
        outbox->crowded = true;
}

void outbox_count(struct connection *connection, struct span frames) {
    const uint8_t *data = span_data(frames);
    size_t size = span_size(frames);
    for (size_t at = frame_length(data, size); at < size; at += frame_length(data + at, size - at))
        connection->messages_out++;
}

static void add_span(struct outbox *outbox, struct connection *connection, struct span span) {
    count_queued(outbox, connection, span_size(span));
    if (connection->last_entry != NO_ENTRY) {
        struct outbox_entry *last = &outbox->entries[connection->last_entry];
        if (!last->wrapping && last->span.arena == span.arena && last->span.end == span.start) {
            last->span.end = span.end;
            return;
        }
    }
    add_entry(outbox, connection, (struct outbox_entry){.span = span, .next = NO_ENTRY});
}

void outbox_append(struct outbox *outbox, struct connection *connection, struct span span) {
    if (connection->state != CONNECTION_OPEN)
        return;
    connection->messages_out++;
    add_span(outbox, connection, span);
}

void outbox_append_control(struct outbox *outbox, struct connection *connection, struct span span) {
    if (connection->state == CONNECTION_OPEN)
        add_span(outbox, connection, span);
}

void outbox_append_draft(struct outbox *outbox, struct connection *connection,
                         const struct wrapping *wrapping, struct draft draft, uint32_t count) {
    if (connection->state != CONNECTION_OPEN)
        return;
    connection->drafted = true;
    connection->messages_out++;
    count_queued(outbox, connection, wrapping_size(wrapping, draft.items, count));
    add_entry(outbox, connection,
              (struct outbox_entry){
                  .wrapping = wrapping, .draft = draft, .count = count, .next = NO_ENTRY});
}

void outbox_drop_entries(struct outbox *outbox, struct connection *connection) {
    outbox_free_entries(outbox, connection->first_entry, connection->last_entry);
    connection->first_entry = NO_ENTRY;
    connection->last_entry = NO_ENTRY;
    connection->queued = 0;
    connection->drafted = connection->form == FORM_PLACED;
}

void outbox_forget(struct outbox *outbox, struct connection *connection) {
    for (uint32_t i = outbox->dirty_first; connection->dirty && i < outbox->dirty_count; i++)
        if (outbox->dirty[i] == connection)
            outbox->dirty[i] = NULL;
    connection->dirty = false;
    outbox_drop(outbox, connection);
}

static void empty(struct outbox *outbox) {
    outbox->dirty_first = 0;
    outbox->dirty_count = 0;
    outbox->count = 0;
    outbox->free_entry = NO_ENTRY;
    outbox->crowded = false;
    outbox->kept = 0;
    arena_reset(&outbox->arena);
    arena_reset(&outbox->packer.arena);
    arena_reset(&outbox->events);
    if (outbox->emptied)
        outbox->emptied(outbox->context);
}

static void write_some(struct outbox *outbox, uint32_t most) {
    for (uint32_t done = 0; done < most && outbox->dirty_first < outbox->dirty_count; done++) {
        uint32_t i = outbox->dirty_first++;
        struct connection *connection = outbox->dirty[i];
        if (i + AHEAD < outbox->dirty_count)
            __builtin_prefetch(outbox->dirty[i + AHEAD]);
        if (connection == NULL)
            continue;
        connection->dirty = false;
        outbox_write(outbox, connection);
    }
}

bool outbox_turn(struct outbox *outbox) {
    write_some(outbox, SLICE);
    if (outbox->dirty_first < outbox->dirty_count)
        return true;
    empty(outbox);
    return false;
}

void outbox_flush(struct outbox *outbox) {
    while (outbox_turn(outbox))
        ;
}
