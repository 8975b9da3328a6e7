/* SPDX-License-Identifier: MIT */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "histogram.h"
#include "link.h"
#include "options.h"

#define LOAD_FLIGHTS 256 /* more than any window; a power of two */

struct client;
struct publisher;

/* What epoll hands back; the first member of whatever is watched. */
struct watch {
    void (*ready)(struct watch *watch, uint32_t events);
};

/* One published message, from its POST until the last client has it and the answer has come. */
struct flight {
    uint32_t sequence;
    uint32_t remaining; /* clients that do not have it yet */
    bool busy;
    bool answered;
    int64_t published;
};

/* The whole load generator: one thread, one epoll. */
struct load {
    const struct options *options;
    int epoll;
    const char *failed; /* why there is no sense in going on; static */
    SSL_CTX *tls;       /* NULL: plain */
    /* A subscribed client has got a frame that is neither of control nor of a heartbeat. */
    void (*take)(struct client *client, const struct frame *frame);
    /* The server has ended a subscribed client's connection; NULL where that is a failure. */
    void (*gone)(struct client *client);

    struct client *clients;
    unsigned client_count;
    unsigned started;
    unsigned ready;
    struct histogram connects;
    uint32_t expected[10]; /* clients that want something of batch k */

    struct publisher *publishers;
    unsigned publisher_count;
    unsigned publisher_depth; /* requests under way on one of them, at most */

    struct flight flights[LOAD_FLIGHTS];
    uint32_t next_sequence;
    unsigned in_flight;
    uint64_t messages;
    uint64_t deliveries;
    uint64_t delivered_bytes;
    struct histogram latencies;

    void *scenario; /* what `take` and `gone` need */

    char *buffer;  /* what was read, LOAD_BUFFER bytes; shared, used within one call */
    char *request; /* what is posted, LOAD_REQUEST bytes; the same */
};

#define LOAD_BUFFER (256 * 1024)
#define LOAD_REQUEST (65536 + 1024)

int load_init(struct load *load, const struct options *options);
void load_finish(struct load *load);
int load_watch(struct load *load, int fd, struct watch *watch, uint32_t events);
int load_rewatch(struct load *load, int fd, struct watch *watch, uint32_t events);
void load_unwatch(struct load *load, int fd);
/* Waits for events, at most `milliseconds`, and handles them. Not 0 once load->failed is set. */
int load_turn(struct load *load, int milliseconds);
void load_fail(struct load *load, const char *why);

/* The `take` of scenarios in which each client gets what it wants of every message. */
void load_received(struct client *client, const struct frame *frame);
/* The server has answered the POST of message `sequence`. */
void load_answered(struct load *load, uint32_t sequence);

/* A non-blocking TCP connection to the server, perhaps still under way; -1 on failure. A slow one
 * has little room for what comes, and segments as they are outside of one machine: with those of
 * the loopback, of 64 KiB, the server's kernel would take megabytes before the server sees it. */
int load_connect(const struct load *load, bool slow);

#endif
