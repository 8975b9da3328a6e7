/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PERSON_H
#define SENTIO_HOST_PERSON_H

#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "base/table.h"

/* Somebody who can be present on a channel: a user, with however many connections, or one
 * connection without a user. The hub's thread only. */
struct person {
    size_t refs;
    size_t seats; /* topics that it is present on (presence_internal.h) */
    size_t size;  /* of the name; 0: no user */
    char name[];  /* not terminated */
};

/* The user of that name, made if need be; without a name one that nobody else is. With a reference
 * for the caller; NULL: out of memory. */
struct person *person_obtain(struct table *persons, struct sentio_bytes name);
/* NULL is allowed. */
void person_release(struct table *persons, struct person *person);

struct sentio_bytes person_name(const struct person *person);

#endif
