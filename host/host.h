/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_HOST_H
#define SENTIO_HOST_HOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "access/quota.h"
#include "base/queue.h"
#include "config/config.h"

struct cgroup;
struct hub;
struct io;
struct tape;
struct view;

/*
 * What all threads share. Filled in before the io threads start, and not changed after that but for
 * what is atomic or says otherwise.
 */
struct host {
    const struct config *config;        /* hub only: the view's */
    const struct config_source *source; /* where the configuration is read from again */
    struct view *view;         /* hub only: the newest, owned; each io thread has its own */
    atomic_int_least64_t hang; /* ms: plugins.hang, for the watchdog */
    struct quota quota;
    pthread_mutex_t handover; /* arrival.c */
    struct queue *to_hub;     /* NULL: the hub is gone, and holds no handle any more */
    struct io **ios;
    size_t io_count;
    struct cgroup *groups; /* hub only; NULL: workers have no control groups of their own */
    struct tape *tape;     /* hub only; NULL: none */
    const char *state_dir; /* NULL: nothing is kept */
    const char *copy_dir;  /* where plugins are copied before they are loaded; NULL: nowhere */
};

#endif
