/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_LISTENER_H
#define SENTIO_HOST_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "config/config.h"

struct io;
struct listener;

/*
 * Listening sockets. TCP: one for each io thread on the same address (SO_REUSEPORT), among which
 * the kernel spreads connections. Unix: one, shared by all threads.
 */
struct listen_socket {
    struct config_listen listen; /* a copy: it outlives its configuration */
    int *fds;                    /* one for each io thread; -1: taken over, or not open */
    size_t count;
    bool bound; /* unix: the file is ours to remove */
};

struct listen_sockets { /* in the order of server.listen, then server.control */
    struct listen_socket *sockets;
    size_t count;
};

/* Binds everything that the configuration says; each is logged as "listening on ...", but the
 * control socket as "control socket: ...". On an error the reason was logged and nothing is left
 * open. */
int listen_sockets_open(struct listen_sockets *sockets, const struct config *config,
                        size_t io_count);
/* Closes what was not taken over, and removes unix sockets. */
void listen_sockets_close(struct listen_sockets *sockets);

/* Takes over the thread's descriptors and accepts on its loop. */
int listener_start(struct io *io, struct listen_sockets *sockets);
/* Accepts what has come. Called between the loop's waits and not while it goes over its events:
 * libuv looks through all of those whenever a descriptor is added or removed. */
void listener_turn(struct io *io);
/* No new connections; the loop must turn once more. */
void listener_stop(struct io *io);
/* After the process ran out of descriptors: accepts again. */
void listener_resume(struct io *io);

#endif
