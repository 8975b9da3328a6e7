/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_MESSAGE_H
#define SENTIO_HOST_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "base/queue.h"
#include "fanout/receipt.h"
#include "interest.h"
#include "item.h"

/*
 * What the hub and the io threads say to each other. Each message is one allocation with its texts,
 * owned by whoever holds it and ended by message_destroy. A `member` or `request` in it is a handle
 * that belongs to the io thread, which keeps it until the hub has said GONE or RESPONSE.
 */

struct member;
struct request;
struct view;

enum message_kind {
    MESSAGE_PUBLISH, /* to the hub: a publisher's body */
    MESSAGE_ACK,     /* to the hub: the body of a POST <route>/ack, as a publish_message */
    MESSAGE_ADMIN,   /* to the hub: the body of a POST to /api/v1/host, as a publish_message */
    MESSAGE_QUERY,   /* to the hub: a REST request */
    MESSAGE_COMMAND, /* to the hub: a subscriber's message */
    MESSAGE_LEFT,    /* to the hub: a subscriber is gone */
    MESSAGE_LOST,    /* to the hub: a subscriber read too slowly to catch up */
    MESSAGE_MORE,    /* to the hub: a subscriber has got the last piece of a reading (reading.h) */
    MESSAGE_WRITTEN, /* to the hub: what subscribers of durable channels were sent */
    MESSAGE_RELOAD,  /* to the hub: read the configuration again */
    MESSAGE_DISK,    /* to the hub: what the disk has answered (disk.h) */
    MESSAGE_STOP,    /* to either: end */
    MESSAGE_CENSUS,  /* to io: which clients are there; and back, with the answer (census.h) */
    MESSAGE_KICK,    /* to io: close a client's connection; and back (kick.h) */
    MESSAGE_TAP,     /* to io: a client is traced, or no more; and back (tap.h) */
    MESSAGE_VIEWER,  /* to io: somebody watches a trace; and back, nobody does (viewer.h) */
    MESSAGE_TRACE,   /* to io: an event of a trace (tracer.h) */
    MESSAGE_UPDATE,  /* to io: items, ordered */
    MESSAGE_JOINED,  /* to io: a subscription as it is from now on */
    MESSAGE_REPLAY,  /* to io: more of the past, after a JOINED that has announced it */
    MESSAGE_TEXT,    /* to io: a message to one subscriber */
    MESSAGE_NOTICE,  /* to io: messages to several subscribers */
    MESSAGE_CLOSE,   /* to io: close a subscriber's connection */
    MESSAGE_GONE,    /* to io: the hub has forgotten the member */
    MESSAGE_VIEW,    /* to io: what it goes by from now on; and back, when it does */
    MESSAGE_RESPONSE /* to io: the answer to PUBLISH or QUERY */
};

struct publish_message {
    struct message head;
    uint32_t io;
    uint32_t channel;
    struct request *request;
    bool lines; /* each of the body's lines is an update (NDJSON) */
    struct sentio_bytes publisher;
    struct sentio_bytes key; /* its Idempotency-Key, or empty */
    struct sentio_bytes body;
    char *space; /* where the body lies: its io thread fills it in before the message is sent */
};

enum query_kind {
    QUERY_ROUTE,
    QUERY_HEALTH,
    QUERY_CHANNELS,
    QUERY_ALIVE,
    QUERY_READY,
    QUERY_CONTROL,
    QUERY_ADMIN /* admin_api.h */
};

struct query_message {
    struct message head;
    uint32_t io;
    uint32_t channel; /* QUERY_ROUTE */
    uint32_t route;   /* index into the plugin's routes, unless that has changed; QUERY_ADMIN: its
                       * own */
    uint32_t roles;
    enum query_kind what;
    bool post; /* QUERY_CONTROL: by POST; else by GET */
    struct request *request;
    struct sentio_bytes user;
    struct sentio_bytes pattern; /* of the route */
    struct sentio_bytes path;
    struct sentio_bytes parameters; /* JSON object of strings */
};

enum command_kind {
    COMMAND_SUBSCRIBE,
    COMMAND_UNSUBSCRIBE,
    COMMAND_OTHER,
    COMMAND_PRESENCE,
    COMMAND_ACK
};

struct command_message {
    struct message head;
    uint32_t io;
    uint32_t channel;
    uint32_t roles;
    enum command_kind what;
    bool named; /* answers and messages name the channel */
    uint64_t conn;
    uint64_t client; /* the connection's id */
    uint64_t sent;   /* receipt_sent() when it came */
    struct member *member;
    struct sentio_bytes user;
    struct sentio_bytes id; /* JSON text, or empty */
    struct sentio_bytes action;
    struct sentio_bytes request;
};

struct left_message {
    struct message head;
    uint32_t io;
    uint64_t conn;
    uint64_t written; /* receipt_take() at its end */
    struct member *member;
};

struct lost_message {
    struct message head;
    uint64_t conn;
    uint64_t sent; /* receipt_sent() when it was lost */
};

struct more_message {
    struct message head;
    uint64_t conn;
    uint64_t reading;
};

/* Everything up to `offset` is written to the subscriber's socket. */
struct written {
    uint64_t conn;
    uint64_t offset;
};

struct written_message {
    struct message head;
    size_t count;
    struct written written[];
};

struct update_message {
    struct message head;
    struct update *update; /* counted */
};

/* JOINED, and REPLAY, which has no interest and no answer. What the subscriber is sent is in this
 * order: answer, replay, snapshot, end. */
struct joined_message {
    struct message head;
    struct member *member;
    struct interest *interest; /* counted; NULL: subscribed to nothing */
    uint64_t offset;           /* the channel's at the subscribe: what follows is newer */
    int64_t time;
    bool more;        /* a REPLAY with the same `reading` follows, in this place */
    bool afresh;      /* in answer to LOST: what the subscriber was still to get is void */
    uint64_t since;   /* the offset that the replay goes on from */
    uint64_t reading; /* which of the hub's readings from the disk it belongs to; 0: none */
    enum receipt_kind receipt;
    struct sentio_bytes text; /* the "ok", or empty */
    struct sentio_bytes end;  /* the "recovered", or empty */
    uint32_t snapshot_count;
    uint32_t replay_count;
    struct item **replay;    /* counted, in order; behind the snapshot */
    struct item *snapshot[]; /* counted, in order */
};

/* Whether there is something of the past in it, or to come. */
static inline bool joined_replays(const struct joined_message *message) {
    return message->replay_count > 0 || message->end.size > 0 || message->more || message->afresh;
}

/* What a joined_message is made of. */
struct joined_parts {
    struct sentio_bytes text;
    struct sentio_bytes end;
    struct item *const *snapshot;
    size_t snapshot_count;
    struct item *const *replay;
    size_t replay_count;
};

struct text_message {
    struct message head;
    struct member *member;
    bool error;
    struct sentio_bytes text; /* JSON, complete */
};

struct notice_message {
    struct message head;
    struct sentio_bytes text; /* JSON, complete, a message a line */
    size_t count;
    struct member *members[];
};

/* The reason of a close by limits.per_user. */
#define REASON_PER_USER "too many connections of this user"

struct close_message {
    struct message head;
    struct member *member;
    uint32_t code;
    struct sentio_bytes reason;
};

struct gone_message {
    struct message head;
    struct member *member;
};

struct view_message {
    struct message head;
    struct view *view; /* counted */
};

struct response_message {
    struct message head;
    struct request *request;
    uint32_t status;
    struct sentio_bytes type; /* media type; empty: application/json */
    struct sentio_bytes body;
};

/* One allocation of `head` zeroed bytes with room for the texts behind it; and a text that is put
 * there, at `*at`. */
void *message_create(enum message_kind kind, size_t head, size_t texts);
struct sentio_bytes message_keep(char **at, struct sentio_bytes text);

/* Creators return NULL when out of memory. Spans are copied; references are taken over only on
 * success. A body without `data` is room for one of that size. */
struct publish_message *publish_message_create(struct sentio_bytes publisher,
                                               struct sentio_bytes key, struct sentio_bytes body);
struct query_message *query_message_create(struct sentio_bytes user, struct sentio_bytes pattern,
                                           struct sentio_bytes path,
                                           struct sentio_bytes parameters);
struct command_message *command_message_create(struct sentio_bytes user, struct sentio_bytes id,
                                               struct sentio_bytes action,
                                               struct sentio_bytes request);
struct message *left_message_create(uint32_t io, uint64_t conn, struct member *member);
struct message *lost_message_create(uint64_t conn);
struct message *more_message_create(uint64_t conn, uint64_t reading);
/* With room for `count`, none there yet. */
struct written_message *written_message_create(size_t count);
struct message *stop_message_create(void);
struct message *reload_message_create(void);
struct message *update_message_create(struct update *update);
struct joined_message *joined_message_create(const struct joined_parts *parts);
/* The same as REPLAY. */
struct joined_message *replay_message_create(const struct joined_parts *parts);
struct message *text_message_create(struct member *member, bool error, struct sentio_bytes text);
struct message *notice_message_create(struct sentio_bytes text, struct member *const *members,
                                      size_t count);
struct message *close_message_create(struct member *member, uint32_t code,
                                     struct sentio_bytes reason);
struct message *gone_message_create(struct member *member);
struct message *view_message_create(struct view *view);
struct message *response_message_create(struct request *request, uint32_t status,
                                        struct sentio_bytes type, struct sentio_bytes body);

void message_destroy(struct message *message);

#endif
