/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_QUOTA_H
#define SENTIO_HOST_QUOTA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "table.h"

/* How many connections there are, in all and from each address. Any thread. */
struct quota {
    size_t connections_max;
    size_t per_address_max; /* 0: not counted */
    atomic_size_t connections;
    pthread_mutex_t mutex; /* of `addresses` */
    struct table addresses;
};

int quota_init(struct quota *quota, const struct config *config);
void quota_finish(struct quota *quota);

/*
 * Counts a new connection, always; whether it is within the limits is the answer. `address` is
 * numeric text, NULL for a unix socket.
 */
bool quota_enter(struct quota *quota, const char *address);
/* Every connection that entered leaves, with the same address. */
void quota_leave(struct quota *quota, const char *address);

#endif
