/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PENDING_H
#define SENTIO_HOST_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "model/item.h"

/*
 * Items that are held back, in the order of their offsets: all of them, or the newest of each key.
 * In the io thread.
 */
struct pending {
    struct item **items; /* counted; NULL where a newer one of the key has come */
    uint32_t start;      /* the oldest */
    uint32_t end;
    uint32_t capacity;
    uint32_t count;      /* those that are not NULL */
    uint32_t merged;     /* those that a newer one has replaced */
    bool keyed;          /* the newest of each key only */
    uint64_t first;      /* offset of the first item ever held */
    uint64_t last;       /* the offset that everything held leads up to */
    size_t size;         /* bytes of the items' texts */
    struct table places; /* keyed: the items' places + 1, as pointers */
};

/* NULL: out of memory. */
struct pending *pending_create(bool keyed);
void pending_destroy(struct pending *pending); /* NULL is allowed */

/* Takes a reference to the item, whose message leads up to the offset `last`. SENTIO_NO_MEMORY. */
int pending_hold(struct pending *pending, struct item *item, uint64_t last);

/* The items as an array without gaps: items[start] to items[end - 1]. SENTIO_NO_MEMORY. */
int pending_pack(struct pending *pending);

/* The oldest item; NULL: there is none. */
struct item *pending_oldest(struct pending *pending);
/* Lets the oldest item go. */
void pending_pop(struct pending *pending);

/* Bytes that it occupies; of keyed items, which the channel has as its latest anyway, not the
 * texts. */
size_t pending_size(const struct pending *pending);

#endif
