/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include <assert.h>
#include <stdlib.h>

#include <sentio/sdk.h>

enum { FIRST_CAPACITY = 64 };

void roster_finish(struct roster *roster) {
    free(roster->entries);
}

/* Moves those that are there together. */
static void close_up(struct roster *roster) {
    size_t kept = 0;
    for (size_t i = 0; i < roster->count; i++)
        if (roster->entries[i].connection != NULL)
            roster->entries[kept++] = roster->entries[i];
    roster->count = kept;
    roster->gone = 0;
}

int roster_add(struct roster *roster, uint64_t id, struct connection *connection) {
    assert(roster->count == 0 || roster->entries[roster->count - 1].id < id);
    if (roster->count == roster->capacity) {
        size_t capacity = roster->capacity ? roster->capacity * 2 : FIRST_CAPACITY;
        void *grown = realloc(roster->entries, capacity * sizeof(*roster->entries));
        if (grown == NULL)
            return SENTIO_NO_MEMORY;
        roster->entries = grown;
        roster->capacity = capacity;
    }
    roster->entries[roster->count++] = (struct roster_entry){id, connection};
    return 0;
}

size_t roster_above(const struct roster *roster, uint64_t id) {
    size_t low = 0;
    size_t high = roster->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (roster->entries[middle].id > id)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static struct roster_entry *entry_of(const struct roster *roster, uint64_t id) {
    size_t above = roster_above(roster, id);
    if (above == 0 || roster->entries[above - 1].id != id)
        return NULL;
    return &roster->entries[above - 1];
}

struct connection *roster_find(const struct roster *roster, uint64_t id) {
    const struct roster_entry *entry = entry_of(roster, id);
    return entry ? entry->connection : NULL;
}

/* Half of the entries may stand for nobody, so each removal moves about one. */
void roster_remove(struct roster *roster, uint64_t id) {
    struct roster_entry *entry = entry_of(roster, id);
    if (entry == NULL || entry->connection == NULL)
        return;
    entry->connection = NULL;
    roster->gone++;
    if (roster->gone * 2 > roster->count)
        close_up(roster);
}
