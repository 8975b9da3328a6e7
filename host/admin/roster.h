/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ROSTER_H
#define SENTIO_HOST_ROSTER_H

#include <stddef.h>
#include <stdint.h>

struct connection;

struct roster_entry {
    uint64_t id;
    struct connection *connection; /* NULL: gone */
};

/* The connections of one io thread, in the order of their ids. All zero: empty. */
struct roster {
    struct roster_entry *entries;
    size_t count; /* with those that are gone */
    size_t capacity;
    size_t gone;
};

void roster_finish(struct roster *roster);

/* Ids are given in ascending order. SENTIO_NO_MEMORY. */
int roster_add(struct roster *roster, uint64_t id, struct connection *connection);
/* One that is not there is passed over. */
void roster_remove(struct roster *roster, uint64_t id);

/* NULL: there is none. */
struct connection *roster_find(const struct roster *roster, uint64_t id);
/* Where the entries begin whose ids are above `id`. */
size_t roster_above(const struct roster *roster, uint64_t id);

#endif
