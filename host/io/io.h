/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_IO_H
#define SENTIO_HOST_IO_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "admin/roster.h"
#include "arrival.h"
#include "base/queue.h"
#include "base/tally.h"
#include "connection.h"
#include "fanout/fanout.h"
#include "fanout/outbox.h"
#include "frame/deflate.h"
#include "host.h"
#include "model/message.h"
#include "publish/publisher.h"

struct listen_sockets;
struct listener;
struct receipt;
struct tap;
struct viewer;
struct lws_context;
struct lws_vhost;
struct ssl_ctx_st;
struct view;

/* Connections in the order in which their deadlines come. */
struct deadline_list {
    struct connection *first;
    struct connection *last;
    int64_t timeout; /* ms */
};

/*
 * One io thread: a loop, a libwebsockets context on it, listening sockets, connections and their
 * topics. Everything in it is this thread's own but `queue`, `thread` and what `host` says.
 */
struct io {
    struct host *host;
    struct view *view;              /* its own reference */
    struct ssl_ctx_st *certificate; /* of new connections, counted; NULL: none */
    size_t index;
    char name[16]; /* in log lines: "io 0" */
    pthread_t thread;
    uv_loop_t loop;
    uv_prepare_t prepare; /* end of the loop's turn: the writes */
    uv_idle_t busy;       /* active while a turn's writes are not done */
    uv_timer_t tick;      /* deadlines */
    uv_timer_t retry;     /* runs while publishers wait */
    struct queue queue;
    struct lws_context *context;
    struct lws_vhost *plain;
    struct lws_vhost *tls; /* NULL: no TLS */
    struct listener *listeners;
    struct arrivals arrivals;
    struct publishers publishers;
    struct roster roster;
    struct tap *taps;            /* of clients that are traced */
    struct viewer *viewers;      /* who watch */
    struct connection *adopting; /* while libwebsockets makes its wsi */
    struct outbox outbox;
    struct tally websockets; /* of its connections: clients by WebSocket, */
    struct tally streams;    /* and by Server-Sent Events */
    struct fanout fanout;
    struct receipt *receipts; /* of members that something was sent to (receipt.h) */
    struct inflater inflater; /* all zero unless compress.enabled */
    struct deadline_list deadlines[DEADLINE_COUNT];
    struct request *waiting; /* publishers that wait for room in the hub's queue */
    size_t connection_count;
    size_t member_count;
    uint64_t next_id; /* of connections and subscriptions: unique over all threads */
    bool started;
    bool stopping;
    int64_t stop_at; /* loop time in ms at which what is left is cut off */
};

/* With its loop and context, not running yet. NULL after the reason was logged. */
struct io *io_create(struct host *host, size_t index);
/* Once all threads' ios exist, and before the first is started: its listening sockets. */
int io_listen(struct io *io, struct listen_sockets *sockets);
/* In the thread, or before it is started: goes by the view from now on. Takes a reference of its
 * own. */
void io_configure(struct io *io, struct view *view);
/* Runs the loop in a thread of its own until it was told to stop. 0 or SENTIO_FAILED. */
int io_start(struct io *io);
/* Any thread: no new connections; 1001 to WebSockets; ends when all are gone, or after `drain`. */
void io_stop(struct io *io);
/* Waits for the thread. */
void io_join(struct io *io);
/* Frees everything; no other thread may send it messages any more. NULL is allowed. */
void io_destroy(struct io *io);

/* In the thread: publishers wait for room in the hub's queue, see that they are looked after. */
void io_retry_soon(struct io *io);

/* This thread's loop time in ms, as of the turn's beginning. */
int64_t io_now(const struct io *io);
/* Unix time in ms. */
int64_t io_time(void);
uint64_t io_draw_id(struct io *io);
/* The thread that has drawn it: an index into host->ios. */
size_t io_of_id(uint64_t id);

#endif
