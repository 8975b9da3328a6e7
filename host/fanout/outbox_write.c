/* SPDX-License-Identifier: MIT */
#include "outbox.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "frame/envelope.h"
#include "frame/event.h"
#include "http/sse.h"
#include "outbox_internal.h"

enum {
    IOV_COUNT = 64,
    CHUNK = OUTBOX_CHUNK, /* at most this much is handed to the library at a time */
};

static void drop_backlog(struct connection *connection) {
    free(connection->backlog);
    connection->backlog = NULL;
}

void outbox_drop(struct outbox *outbox, struct connection *connection) {
    connection->incomplete = true;
    outbox_drop_entries(outbox, connection);
    drop_backlog(connection);
}

static bool backlog_append(struct outbox *outbox, struct connection *connection,
                           const uint8_t *data, size_t size) {
    struct backlog *backlog = connection->backlog;
    size_t held = backlog ? backlog->end - backlog->start : 0;
    if (held + size > outbox->limit)
        return false;
    if (backlog && backlog->end + size > backlog->capacity && backlog->start > 0) {
        memmove(backlog->data, backlog->data + backlog->start, held);
        backlog->start = 0;
        backlog->end = held;
    }
    if (!backlog || backlog->end + size > backlog->capacity) {
        size_t capacity = backlog ? backlog->capacity * 2 : 1024;
        while (capacity < held + size)
            capacity *= 2;
        struct backlog *grown = realloc(backlog, sizeof(*backlog) + capacity);
        if (grown == NULL)
            return false;
        if (backlog == NULL)
            grown->start = grown->end = 0;
        grown->capacity = capacity;
        connection->backlog = backlog = grown;
    }
    memcpy(backlog->data + backlog->end, data, size);
    backlog->end += size;
    if (held + size >= outbox->mark)
        connection->congested = true;
    return true;
}

bool outbox_push(struct outbox *outbox, struct connection *connection, struct span span) {
    if (connection->form == FORM_PLACED &&
        event_frames(&outbox->events, span, &connection->sse->places, &span) != 0)
        return false;
    connection->bytes_out += span_size(span);
    if (connection->traced)
        outbox->show(connection, span);
    return backlog_append(outbox, connection, span_data(span), span_size(span));
}

/* For the socket to take more. */
static void ask_room(struct outbox *outbox, struct connection *connection) {
    if (connection->sse)
        stream_ask(outbox, connection);
    else
        lws_callback_on_writable(connection->wsi);
}

/*
 * By the library. When that holds a frame's rest it would end the connection, within the frame, as
 * soon as it reads the peer's close frame or the stream's end; so it reads nothing until then.
 */
static int write_frames(struct outbox *outbox, struct connection *connection, uint8_t *data,
                        size_t size) {
    if (lws_write(connection->wsi, data, size, LWS_WRITE_RAW) < 0)
        return SENTIO_FAILED;
    tally_add(&outbox->sent, size);
    if (!lws_partial_buffered(connection->wsi) || connection->paused)
        return 0;
    connection->paused = true;
    lws_rx_flow_control(connection->wsi, 0);
    return 0;
}

/* Of what does not fit, what the peer has the beginning of is kept; without room for that nothing
 * may follow. */
static void keep_begun(struct outbox *outbox, struct connection *connection, const uint8_t *data,
                       size_t size) {
    if (connection->backlog == NULL &&
        !backlog_append(outbox, connection, data, stream_begun(connection, data, size)))
        connection->sse->torn = true;
}

/* Keeps what is left from `skip` bytes on, once the writable callback is asked for. */
static void keep_rest(struct outbox *outbox, struct connection *connection, uint32_t entry,
                      size_t skip) {
    for (; entry != NO_ENTRY; entry = outbox->entries[entry].next) {
        struct span span = outbox->entries[entry].span;
        size_t size = span_size(span);
        if (skip < size &&
            !backlog_append(outbox, connection, span_data(span) + skip, size - skip)) {
            if (connection->sse && (skip > 0 || connection->tls))
                keep_begun(outbox, connection, span_data(span) + skip, size - skip);
            outbox->overflow(connection);
            return;
        }
        skip = skip < size ? 0 : skip - size;
    }
    ask_room(outbox, connection);
}

/*
 * `sent` bytes of the list are with the kernel, and it takes no more. Where that is within a frame,
 * the frame's rest goes to the library, which then keeps its own pongs and closes behind it.
 * Returns how many bytes of the list are dealt with, or -1.
 */
static ssize_t finish_frame(struct outbox *outbox, struct connection *connection, size_t sent) {
    size_t before = 0;
    const struct outbox_entry *entry = &outbox->entries[connection->first_entry];
    while (sent >= before + span_size(entry->span)) {
        before += span_size(entry->span);
        entry = &outbox->entries[entry->next];
    }
    uint8_t *data = span_data(entry->span);
    size_t size = span_size(entry->span);
    size_t at = 0;
    while (before + at < sent)
        at += frame_length(data + at, size - at);
    size_t rest = before + at - sent;
    if (rest > 0 && write_frames(outbox, connection, data + at - rest, rest) != 0)
        return -1;
    return (ssize_t)(before + at);
}

/* Hands the kernel the entries from *entry on, as many as one call takes; -1: none. *size is what
 * they come to. */
static ssize_t send_entries(struct outbox *outbox, const struct connection *connection,
                            uint32_t *entry, size_t *size) {
    const struct outbox_entry *first = &outbox->entries[*entry];
    if (first->next == NO_ENTRY) {
        *entry = NO_ENTRY;
        *size = span_size(first->span);
        return send(connection->fd, span_data(first->span), *size, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    struct iovec iov[IOV_COUNT];
    struct msghdr message = {.msg_iov = iov};
    *size = 0;
    while (*entry != NO_ENTRY && message.msg_iovlen < IOV_COUNT) {
        struct span span = outbox->entries[*entry].span;
        iov[message.msg_iovlen].iov_base = span_data(span);
        iov[message.msg_iovlen++].iov_len = span_size(span);
        *size += span_size(span);
        *entry = outbox->entries[*entry].next;
    }
    return sendmsg(connection->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void write_plain(struct outbox *outbox, struct connection *connection) {
    size_t total = 0;
    uint32_t entry = connection->first_entry;
    while (entry != NO_ENTRY) {
        size_t size;
        ssize_t sent = send_entries(outbox, connection, &entry, &size);
        if (sent == -1 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            outbox->broken(connection);
            return;
        }
        total += sent > 0 ? (size_t)sent : 0;
        tally_add(&outbox->sent, sent > 0 ? (size_t)sent : 0);
        if (sent == (ssize_t)size)
            continue;
        ssize_t done = (ssize_t)total;
        if (sent > 0 && !connection->sse)
            done = finish_frame(outbox, connection, total);
        if (done == -1) {
            outbox->broken(connection);
            return;
        }
        keep_rest(outbox, connection, connection->first_entry, (size_t)done);
        return;
    }
}

/* Where the next chunk of a list of spans begins. */
struct position {
    uint32_t entry;
    size_t offset;
};

/* The next whole frames, at most CHUNK bytes together or one larger frame, as one piece. */
static size_t gather(struct outbox *outbox, struct position *at, uint8_t **chunk) {
    size_t size = 0;
    *chunk = outbox->scratch;
    while (at->entry != NO_ENTRY && size < CHUNK) {
        struct span span = outbox->entries[at->entry].span;
        uint8_t *data = span_data(span) + at->offset;
        size_t left = span_size(span) - at->offset;
        size_t take = frame_boundary(data, left, CHUNK - size);
        if (size + take > CHUNK && size > 0)
            break;
        if (take > CHUNK)
            *chunk = data;
        else
            memcpy(outbox->scratch + size, data, take);
        size += take;
        at->offset += take;
        if (take == left)
            *at = (struct position){outbox->entries[at->entry].next, 0};
    }
    return size;
}

static void write_stream(struct outbox *outbox, struct connection *connection) {
    bool all;
    ssize_t done = stream_write(outbox, connection, &all);
    if (done == -1)
        outbox->broken(connection);
    else if (!all)
        keep_rest(outbox, connection, connection->first_entry, (size_t)done);
}

/* Over TLS the library writes, but for events. */
static void write_tls(struct outbox *outbox, struct connection *connection) {
    if (connection->sse) {
        write_stream(outbox, connection);
        return;
    }
    struct position at = {connection->first_entry, 0};
    size_t done = 0;
    while (at.entry != NO_ENTRY) {
        uint8_t *chunk;
        size_t size = gather(outbox, &at, &chunk);
        if (write_frames(outbox, connection, chunk, size) != 0) {
            outbox->broken(connection);
            return;
        }
        done += size;
        if (lws_partial_buffered(connection->wsi)) {
            keep_rest(outbox, connection, connection->first_entry, done);
            return;
        }
    }
}

/* From the plain frames. */
static int form_frames(struct outbox *outbox, const struct connection *connection,
                       struct span plain, struct span *span) {
    if (connection->form == FORM_PACKED)
        return pack_frames(&outbox->packer, &outbox->side, plain, span);
    struct event_places *places = connection->form == FORM_PLACED ? &connection->sse->places : NULL;
    return event_frames(&outbox->side, plain, places, span);
}

/* Into the side arena; one that has another form is made at the other one's end before. */
static int make_draft(struct outbox *outbox, const struct connection *connection,
                      const struct outbox_entry *entry, struct span *span) {
    size_t size = outbox->arena.size;
    struct span plain;
    if (connection->form == FORM_PLAIN)
        return wrapping_frame(entry->wrapping, &outbox->side, entry->draft.prev, entry->draft.items,
                              entry->count, span);
    int error = wrapping_frame(entry->wrapping, &outbox->arena, entry->draft.prev,
                               entry->draft.items, entry->count, &plain);
    if (error == 0)
        error = form_frames(outbox, connection, plain, span);
    outbox->arena.size = size;
    return error;
}

/* What was in the arenas already, in the connection's form but for ids of its own. */
static int copy_frames(struct outbox *outbox, const struct connection *connection,
                       const struct outbox_entry *entry, struct span *span) {
    if (connection->form == FORM_PLACED)
        return form_frames(outbox, connection, entry->span, span);
    return arena_copy(&outbox->side, entry->span, span);
}

/* Puts the connection's entries, drafts among them, one behind the other, as one entry. */
static bool make_drafts(struct outbox *outbox, struct connection *connection) {
    struct outbox_entry *first = &outbox->entries[connection->first_entry];
    const struct outbox_entry *entry = first;
    struct span span;
    arena_reset(&outbox->side);
    for (;;) {
        /* They lie apart, one a turn's update. */
        if (entry->next != NO_ENTRY)
            __builtin_prefetch(&outbox->entries[entry->next]);
        int error = entry->wrapping ? make_draft(outbox, connection, entry, &span)
                                    : copy_frames(outbox, connection, entry, &span);
        if (error)
            return false;
        if (entry->next == NO_ENTRY)
            break;
        entry = &outbox->entries[entry->next];
    }
    uint32_t rest = first->next;
    *first = (struct outbox_entry){.span = {&outbox->side, 0, span.end}, .next = NO_ENTRY};
    connection->queued = span.end; /* it was estimated */
    outbox_free_entries(outbox, rest, connection->last_entry);
    connection->last_entry = connection->first_entry;
    return true;
}

static void show_entries(const struct outbox *outbox, struct connection *connection) {
    uint32_t entry = connection->first_entry;
    for (; entry != NO_ENTRY; entry = outbox->entries[entry].next)
        outbox->show(connection, outbox->entries[entry].span);
}

void outbox_write(struct outbox *outbox, struct connection *connection) {
    if (connection->first_entry == NO_ENTRY)
        return;
    if (connection->drafted && !make_drafts(outbox, connection)) {
        outbox->starved(connection);
        return;
    }
    connection->bytes_out += connection->queued;
    if (connection->traced)
        show_entries(outbox, connection);
    if (connection->backlog || lws_partial_buffered(connection->wsi))
        keep_rest(outbox, connection, connection->first_entry, 0);
    else if (connection->tls)
        write_tls(outbox, connection);
    else
        write_plain(outbox, connection);
    outbox_drop_entries(outbox, connection);
    /* It was congested in this turn only, and took everything: what is held can follow. */
    if (connection->congested && !connection->backlog && connection->state == CONNECTION_OPEN)
        ask_room(outbox, connection);
}

/* Where it has no room behind what waits, that goes, but for what has begun; if it has none then
 * either, the stream ends without it. */
static void add_last(struct outbox *outbox, struct connection *connection, struct span event) {
    if (connection->sse->torn ||
        backlog_append(outbox, connection, span_data(event), span_size(event)))
        return;
    outbox_cut(outbox, connection);
    backlog_append(outbox, connection, span_data(event), span_size(event));
}

static void close_stream(struct outbox *outbox, struct connection *connection, struct span event) {
    add_last(outbox, connection, event);
    if (connection->backlog == NULL)
        return;
    if (!stream_drain(outbox, connection))
        outbox->broken(connection);
    else if (connection->backlog->start == connection->backlog->end)
        drop_backlog(connection);
    else
        ask_room(outbox, connection);
}

void outbox_close(struct outbox *outbox, struct connection *connection, struct span frame) {
    outbox_write(outbox, connection);
    uint8_t *data = span_data(frame);
    size_t size = span_size(frame);
    if (connection->state != CONNECTION_OPEN)
        return;
    if (connection->traced)
        outbox->show(connection, frame);
    if (connection->sse) {
        close_stream(outbox, connection, frame);
        return;
    }
    if (connection->backlog && backlog_append(outbox, connection, data, size))
        return;
    connection->incomplete = connection->incomplete || connection->backlog;
    drop_backlog(connection);
    if (write_frames(outbox, connection, data, size) != 0)
        outbox->broken(connection);
    else if (connection->paused)
        lws_callback_on_writable(connection->wsi);
}

/* Until the socket takes no more: whole frames, so that the library's own fit between. False: it
 * has failed. */
static bool write_backlog(struct outbox *outbox, struct connection *connection) {
    struct backlog *backlog = connection->backlog;
    if (connection->sse)
        return stream_drain(outbox, connection);
    while (backlog->start < backlog->end && !lws_partial_buffered(connection->wsi)) {
        uint8_t *data = backlog->data + backlog->start;
        size_t size = frame_boundary(data, backlog->end - backlog->start, CHUNK);
        if (write_frames(outbox, connection, data, size) != 0)
            return false;
        backlog->start += size;
    }
    return true;
}

/* Bytes, or the stream's end. */
static bool has_unread(const struct connection *connection) {
    char byte;
    ssize_t got = recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* Between frames the library may read; what there is to read goes before more is written, which
 * could stop it again. True: it has to be let. */
static bool let_read(struct connection *connection) {
    if (connection->sse)
        return false;
    if (lws_partial_buffered(connection->wsi))
        return true;
    if (connection->paused)
        lws_rx_flow_control(connection->wsi, 1);
    connection->paused = false;
    return !connection->stopped && has_unread(connection);
}

static void write_more(struct outbox *outbox, struct connection *connection) {
    for (;;) {
        if (connection->backlog && !write_backlog(outbox, connection)) {
            outbox->broken(connection);
            return;
        }
        if (connection->backlog && connection->backlog->start < connection->backlog->end)
            return;
        drop_backlog(connection);
        /* What this turn has queued is older than what is held back, and goes first. */
        if (!connection->congested || connection->first_entry != NO_ENTRY)
            return;
        outbox->relieved(connection);
        if (connection->backlog == NULL)
            return;
    }
}

void outbox_drain(struct outbox *outbox, struct connection *connection) {
    if (!connection->backlog && !connection->paused && !connection->congested)
        return;
    bool reads = let_read(connection);
    if (!reads)
        write_more(outbox, connection);
    if (reads || connection->backlog || connection->paused)
        ask_room(outbox, connection);
}
