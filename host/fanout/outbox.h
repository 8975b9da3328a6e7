/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_OUTBOX_H
#define SENTIO_HOST_OUTBOX_H

#include <stddef.h>

#include "base/tally.h"
#include "frame/frame.h"
#include "frame/pack.h"
#include "io/connection.h"

/*
 * What an io thread's connections are to be sent in this turn of the loop: for each a list of spans
 * of the arenas, where neighbours are merged, so that each connection gets one write of everything.
 * What the kernel does not take is copied into the connection's own backlog, so that a slow reader
 * costs its own limit and nothing that is shared.
 */

struct item;
struct wrapping;

/* A message that one connection alone gets: it is put together when it is written, where its bytes
 * are still in the cache, and takes a few words until then. */
struct draft {
    struct item *const *items;
    uint64_t prev;
};

struct outbox_entry {
    const struct wrapping *wrapping; /* of a draft; NULL: the frames are there, in `span` */
    union {
        struct span span;
        struct draft draft;
    };
    uint32_t count; /* of a draft's items */
    uint32_t next;  /* the connection's next, or NO_ENTRY */
};

struct outbox {
    struct arena arena;
    struct arena side; /* for what is made while a connection is written to */
    struct packer packer;
    struct arena events; /* of FORM_EVENTS, as the packer's is of FORM_PACKED */
    struct outbox_entry *entries;
    uint32_t count;      /* entries ever used since it was empty */
    uint32_t free_entry; /* those that are free again, linked by `next` */
    uint32_t capacity;
    struct connection **dirty; /* connections with entries, from dirty_first on */
    uint32_t dirty_first;
    uint32_t dirty_count;
    uint32_t dirty_capacity;
    size_t limit;     /* bytes that may wait for one connection: limits.outbox */
    size_t mark;      /* from here on it is congested */
    size_t max_batch; /* bytes in the arena, or entries, at which outbox_due() asks for a flush */
    size_t max_entries;
    size_t kept;       /* bytes of what drafts are made of */
    struct tally sent; /* bytes that were ever written */
    bool crowded;      /* some connection has come to the mark in this turn */
    uint8_t *scratch;  /* TLS: where spans are put together */
    /* Called for a connection whose backlog would pass the limit, or whose socket has failed. It
     * may not be written to any more. */
    void (*overflow)(struct connection *connection);
    /* Out of memory for it. Unlike the others, this one may come while a list of filters or members
     * is gone over, and may change none. */
    void (*starved)(struct connection *connection);
    void (*broken)(struct connection *connection);
    /* A congested connection's backlog is written: it may be given more, by outbox_push. */
    void (*relieved)(struct connection *connection);
    /* A member that catches up was to hold more than the limit: the hub is to tell it afresh. As
     * for `starved`. */
    void (*lost)(struct member *member);
    /* It has got all that was read for it: the reading goes on (catchup.h). */
    void (*more)(struct member *member, uint64_t reading);
    /* What a connection with the flag `traced` is about to be sent, in its form. */
    void (*show)(struct connection *connection, struct span span);
    /* Everything is written: what drafts were made of can go. NULL is allowed. */
    void (*emptied)(void *context);
    void *context; /* of `emptied` */
};

int outbox_init(struct outbox *outbox, size_t limit);
void outbox_finish(struct outbox *outbox);
/* From now on so much may wait for one connection; what waits already stays. */
void outbox_limit(struct outbox *outbox, size_t limit);

/* Frames in that form, for outbox_append; out of memory, nothing. */
struct span outbox_form(struct outbox *outbox, enum form form, struct span span);
/* A message's text. SENTIO_NO_MEMORY. */
int outbox_text(struct outbox *outbox, enum form form, struct sentio_bytes text, struct span *span);

/* The same in the connection's. */
static inline struct span outbox_pack(struct outbox *outbox, const struct connection *connection,
                                      struct span span) {
    enum form form = (enum form)connection->form;
    return form == FORM_PLAIN ? span : outbox_form(outbox, form, span);
}

/* Of several messages that outbox_append is given at once, in plain frames: those that it does not
 * count itself. */
void outbox_count(struct connection *connection, struct span frames);

/* Queues a span of the outbox's arenas, as one message; nothing for a connection that is not open.
 */
void outbox_append(struct outbox *outbox, struct connection *connection, struct span span);
/* The same for what is no message, such as a ping. */
void outbox_append_control(struct outbox *outbox, struct connection *connection, struct span span);

/* The same for a message that is put together when it is written. What it points to stays until
 * `emptied`. */
void outbox_append_draft(struct outbox *outbox, struct connection *connection,
                         const struct wrapping *wrapping, struct draft draft, uint32_t count);

static inline bool outbox_due(const struct outbox *outbox) {
    return outbox->arena.size >= outbox->max_batch || outbox->count >= outbox->max_entries ||
           outbox->kept >= outbox->max_batch || outbox->crowded;
}

/* Bytes that wait for a connection. */
static inline size_t outbox_waiting(const struct connection *connection) {
    const struct backlog *backlog = connection->backlog;
    return connection->queued + (backlog ? backlog->end - backlog->start : 0);
}

/* Copies whole frames, or what else goes out as it is, behind the connection's backlog, which goes
 * out as the socket takes it. False: over the limit, or out of memory. */
bool outbox_push(struct outbox *outbox, struct connection *connection, struct span span);

/*
 * Writes to some of those that have something queued, in the order in which they came to have it.
 * True: there are more. In between, the loop looks for more to send, which then goes out in the
 * same write as what was there before: while updates come all the time, each connection gets
 * everything since its last turn at once, and no update waits until all of an earlier one is sent.
 */
bool outbox_turn(struct outbox *outbox);
/* Writes everything that is queued, and empties the arenas. */
void outbox_flush(struct outbox *outbox);

/* Writes what is queued and the close frame after it. Where the backlog is full, the close frame
 * takes its place: what the backlog held is not sent. */
void outbox_close(struct outbox *outbox, struct connection *connection, struct span frame);

/* The socket takes bytes again (LWS_CALLBACK_SERVER_WRITEABLE). */
void outbox_drain(struct outbox *outbox, struct connection *connection);

/* Forgets what a connection was to be sent. */
void outbox_drop(struct outbox *outbox, struct connection *connection);
/* The same for a reader of events, but for one that it has the beginning of. */
void outbox_cut(struct outbox *outbox, struct connection *connection);
/* The same, and the connection itself: it is closing or gone. */
void outbox_forget(struct outbox *outbox, struct connection *connection);

#endif
