/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_HOST_H
#define SENTIO_HOST_HOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "auth.h"
#include "config.h"
#include "quota.h"
#include "queue.h"
#include "stream.h"

struct hub;
struct io;

/* A REST route of a channel's plugin, as the io threads match it. */
struct host_route {
    const struct sentio_route *route;
    uint32_t channel;
    uint32_t index; /* among the plugin's routes */
};

/*
 * What all threads share. Filled in before the io threads start, and not changed after that but for
 * what is atomic or says otherwise.
 */
struct host {
    const struct config *config;
    const struct auth *auth;
    struct quota quota;
    pthread_mutex_t handover; /* arrival.c */
    struct queue *to_hub;     /* NULL: the hub is gone, and holds no handle any more */
    struct io **ios;
    size_t io_count;
    struct stream **streams; /* by channel index */
    size_t stream_count;
    struct host_route *routes;
    size_t route_count;
    const char *state_dir; /* NULL: nothing is kept */
    const char *copy_dir;  /* where plugins are copied before they are loaded; NULL: nowhere */
};

#endif
