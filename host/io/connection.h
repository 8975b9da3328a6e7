/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONNECTION_H
#define SENTIO_HOST_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "config/config.h"
#include "frame/frame.h"

struct catchup;
struct io;
struct lws;
struct publish_socket;
struct publisher;
struct filter;
struct receipt;
struct request;
struct sse;
struct stream;

enum { NO_ENTRY = UINT32_MAX };

/* What a connection's next deadline is about; each has one list, whose time-out is the same for
 * all, so that the list is in order of time. */
enum deadline {
    DEADLINE_REQUEST, /* a request must be complete: server.handshake */
    DEADLINE_IDLE,    /* HTTP keep-alive between requests */
    DEADLINE_QUIET,   /* a WebSocket peer was last heard, a reader of events pinged:
                       * server.heartbeat */
    DEADLINE_PONG,    /* it was pinged: server.heartbeat_timeout */
    DEADLINE_CLOSE,   /* our close frame was sent: the peer's must come */
    DEADLINE_SEND,    /* a file is sent: the peer must take something of it */
    DEADLINE_COUNT,
    DEADLINE_NONE = DEADLINE_COUNT
};

/* How a connection's messages are written. All are made of the first. */
enum form {
    FORM_PLAIN,  /* WebSocket frames */
    FORM_PACKED, /* the same, compressed: permessage-deflate was negotiated */
    FORM_EVENTS, /* Server-Sent Events of one channel */
    FORM_PLACED, /* of several: ids, which name a place in each, are the connection's own */
    FORM_COUNT
};

enum connection_state { CONNECTION_HTTP, CONNECTION_OPEN, CONNECTION_CLOSING };

/* Bytes that the peer was not ready to take, in whole frames. */
struct backlog {
    size_t start;
    size_t end;
    size_t capacity;
    uint8_t data[];
};

/* A client's message of which parts have arrived. */
struct partial {
    size_t size;
    size_t capacity;
    char data[];
};

/* One socket and what is known of its peer. Belongs to its io thread. What each delivery looks at
 * comes first, in one line of the cache. */
struct connection {
    struct lws *wsi;         /* NULL: libwebsockets does not have it (arrival.h) */
    struct backlog *backlog; /* NULL: none */
    int fd;
    uint32_t first_entry; /* of the turn's outbox, or NO_ENTRY */
    uint32_t last_entry;
    uint32_t queued; /* bytes of those entries */
    uint8_t state;   /* enum connection_state */
    uint8_t form;    /* enum form; fixed before it subscribes to anything */
    bool dirty : 1;  /* in the outbox's list */
    bool tls : 1;
    bool drafted : 1;   /* some entries are drafts */
    bool paused : 1;    /* nothing is read: the library holds a frame's rest */
    bool congested : 1; /* more than the outbox's mark waits, or subscriptions hold items back */
    bool loopback : 1;
    bool rebindable : 1;   /* on a loopback TCP listener: its Host is checked */
    bool control : 1;      /* on the control socket, which no limit counts */
    bool named : 1;        /* on /ws: messages name their channel */
    bool incomplete : 1;   /* something that it was to be sent was dropped */
    bool traced : 1;       /* what it is sent and sends is looked at (tap.h) */
    bool viewing : 1;      /* it is sent a trace (viewer.h), and is no client */
    uint8_t deadline;      /* enum deadline */
    uint8_t errors;        /* of the client's messages, in a row */
    uint64_t messages_out; /* ever queued for it */
    uint64_t bytes_out;    /* in its form */
    struct io *io;

    struct publisher *publisher;       /* NULL: it is none of publisher.h's */
    struct publish_socket *publishing; /* NULL: it is not /ws/publish */
    uint64_t id;                       /* in log lines */

    struct connection *later; /* its deadline list */
    struct connection *earlier;
    int64_t since; /* loop time in ms at which the deadline's clock began */

    struct member *members;  /* its subscriptions, linked by `next` */
    struct request *request; /* HTTP by libwebsockets: the one being read or answered */
    struct sse *sse;         /* Server-Sent Events, from their request on; NULL: it has none */
    struct stream *stream;   /* of /ws/<channel>, counted; NULL: /ws */
    char *user;              /* fixed by the first subscribe; NULL: none yet */
    struct partial *partial; /* NULL: none */
    char *address;           /* counted by limits.per_address; NULL: not counted */

    int64_t opened;       /* Unix ms at which it became a client */
    int64_t slowed;       /* CLOCK_MONOTONIC in ms when one of the next two last grew; 0: never */
    uint64_t conflated;   /* items of which it was sent a newer one instead */
    uint64_t dropped;     /* items that it was not sent */
    uint64_t messages_in; /* of a client */

    uint32_t roles;    /* from the handshake's token */
    int32_t tokens;    /* of the message rate, in thousandths */
    int64_t refilled;  /* loop time in ms */
    uint16_t refused;  /* HTTP status that everything on it is answered with; 0: none */
    uint8_t mentions;  /* of the handshake's permessage-deflate: those still to come */
    bool window : 1;   /* server_max_window_bits was negotiated too */
    bool in_frame : 1; /* the rest of a data frame is to come */
    bool watched : 1;  /* by the epoll instance of arrival.h */
    bool packed : 1;   /* the message that is being received is compressed */
    bool stopped : 1;  /* publish_socket.h: nothing is read, whatever there is */
    bool counted : 1;  /* among the thread's clients */
};

/* One subscription: a connection's place on one channel. Belongs to its io thread; the hub has its
 * address as a handle until it has said GONE. */
struct member {
    struct connection *connection; /* NULL: gone, the hub is still to say so */
    struct member *next;
    struct stream *stream;   /* counted */
    struct filter *filter;   /* NULL: subscribed to nothing */
    struct held *held;       /* slow.c: what it is to get when it reads on; NULL: nothing */
    struct catchup *catchup; /* what it is to get before what is live; NULL: nothing */
    struct receipt *receipt; /* NULL: nobody asks what it was sent */
    uint32_t index;          /* among the filter's members */
    bool seen;               /* `position` is set */
    uint64_t conn;           /* the ABI's handle */
    uint64_t position;       /* the last offset that it was told */
    uint64_t joined;         /* the channel's offset when it joined its filter */
};

/* A new one on that listener; over the limits, it is marked as refused. NULL: out of memory. */
struct connection *connection_create(struct io *io, const struct config_listen *listen,
                                     const char *address);
/* It has become a client, and is counted as one. */
void connection_count(struct connection *connection);
/* Its socket is closed (LWS_CALLBACK_CLOSED, _CLOSED_HTTP): nothing is written to it, and no
 * deadline comes, from now on. The library destroys it in a later turn of the loop. */
void connection_lost(struct connection *connection);
/* Its socket is destroyed, or never was adopted. */
void connection_destroy(struct connection *connection);

#endif
