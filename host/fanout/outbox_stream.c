/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "frame/event.h"
#include "io/arrival.h"
#include "io/bypass.h"
#include "outbox_internal.h"

/* Writing to a reader of events, whose socket libwebsockets has but neither reads nor writes
 * (bypass.h). The backlog may begin within an event. */

enum { RECORD = 16 * 1024 /* what TLS may have begun to send as one piece */ };

void stream_ask(struct outbox *outbox, struct connection *connection) {
    /* Edge-triggered: what is there already is reported once more. */
    if (arrival_watch(connection, EPOLLOUT | EPOLLRDHUP) != 0)
        outbox->starved(connection);
}

ssize_t stream_write(struct outbox *outbox, struct connection *connection, bool *all) {
    ssize_t total = 0;
    uint32_t at = connection->first_entry;
    for (; at != NO_ENTRY; at = outbox->entries[at].next) {
        struct span span = outbox->entries[at].span;
        ssize_t sent = bypass_write(connection, span_data(span), span_size(span));
        if (sent == -1)
            return -1;
        total += sent;
        if (sent < (ssize_t)span_size(span))
            break;
    }
    tally_add(&outbox->sent, (size_t)total);
    *all = at == NO_ENTRY;
    return total;
}

bool stream_drain(struct outbox *outbox, struct connection *connection) {
    struct backlog *backlog = connection->backlog;
    if (backlog == NULL)
        return true;
    ssize_t sent =
        bypass_write(connection, backlog->data + backlog->start, backlog->end - backlog->start);
    if (sent == -1)
        return false;
    tally_add(&outbox->sent, (size_t)sent);
    backlog->start += (size_t)sent;
    return true;
}

size_t stream_begun(const struct connection *connection, const uint8_t *data, size_t size) {
    size_t certain = connection->tls ? RECORD : 1;
    if (certain >= size)
        return size;
    return certain - 1 + event_length(data + certain - 1, size - certain + 1);
}

void outbox_cut(struct outbox *outbox, struct connection *connection) {
    struct backlog *backlog = connection->backlog;
    connection->incomplete = true;
    outbox_drop_entries(outbox, connection);
    if (backlog == NULL)
        return;
    size_t size = backlog->end - backlog->start;
    backlog->end = backlog->start + stream_begun(connection, backlog->data + backlog->start, size);
}
