/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_QUOTA_H
#define SENTIO_HOST_QUOTA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "config/config.h"

/* How many connections there are, in all and from each address. Any thread. */
struct quota {
    atomic_size_t connections_max;
    atomic_size_t per_address_max; /* 0: no limit */
    atomic_size_t connections;
    atomic_uint_fast64_t entered; /* ever */
    pthread_mutex_t mutex;        /* of `addresses` */
    struct table addresses;
};

int quota_init(struct quota *quota, const struct config *config);
void quota_finish(struct quota *quota);
/* From now on the limits are these. Nobody is sent away; new connections are measured by them. */
void quota_limit(struct quota *quota, const struct config *config);

/* Whether a new connection's address is to be counted: not while there is no limit, so that a limit
 * which comes later does not know of the connections that are there. */
bool quota_counts_addresses(const struct quota *quota);

/*
 * Counts a new connection, always; whether it is within the limits is the answer. `address` is
 * numeric text; NULL, of a unix socket or while addresses are not counted: none.
 */
bool quota_enter(struct quota *quota, const char *address);
/* Every connection that entered leaves, with the same address. */
void quota_leave(struct quota *quota, const char *address);

#endif
