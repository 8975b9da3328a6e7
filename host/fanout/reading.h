/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_READING_H
#define SENTIO_HOST_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_answer;
struct hub;
struct item;
struct subscription;

/*
 * What is read from the disk for a subscriber, a piece at a time. The next piece is read when the
 * io thread has given its connection the last one (MESSAGE_MORE), so a reader that is slow holds no
 * more than one of them in memory. In the hub.
 */
struct reading {
    struct reading *next; /* of its subscription's, while it waits for MORE */
    uint64_t number;      /* of the subscription's, from 1 */
    void (*go_on)(struct subscription *subscription, struct reading *reading);
    void (*destroy)(struct reading *reading);
};

/* Some of it. */
struct piece {
    uint64_t number;
    uint64_t since;            /* the offset that it goes on from */
    uint64_t until;            /* the channel's offset at the subscribe */
    struct item *const *older; /* they come before those of the answer */
    size_t older_count;
    const struct disk_answer *answer;
    bool more; /* there is more after it; otherwise */
    bool ends; /* whether a "recovered" follows, that says: */
    bool recovered;
};

/* To the io thread, which waits for it. SENTIO_NO_MEMORY: it is not sent. */
int reading_send(const struct subscription *subscription, const struct piece *piece);

/* A piece was sent, and there is more. Takes the reading over. */
void reading_wait(struct subscription *subscription, struct reading *reading);

/* The io thread has no place for any of them any more. */
void readings_drop(struct subscription *subscription);
/* That was said while the disk was reading. */
bool reading_is_void(const struct subscription *subscription, uint64_t number);

/* MESSAGE_MORE. */
void reading_more(struct hub *hub, uint64_t conn, uint64_t number);

#endif
