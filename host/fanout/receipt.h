/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RECEIPT_H
#define SENTIO_HOST_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "io/connection.h"

struct filter;
struct io;

/*
 * How far a member of a durable channel was sent its items, and how far these are written to its
 * socket: what a client that does not acknowledge has acknowledged. In the io thread that has the
 * member; it tells the hub with each tick, and when the member ends.
 */

enum receipt_kind {
    RECEIPT_NONE,   /* nobody waits for it */
    RECEIPT_SENT,   /* the client acknowledges: only how far it was sent items matters */
    RECEIPT_WRITTEN /* the hub is told what is written */
};

struct receipt {
    struct member *member;
    struct receipt *later; /* of the io thread's list */
    struct receipt **link; /* what points to it there; NULL: it is not listed */
    uint64_t sent;         /* as far it was sent items before its interest last changed */
    uint64_t reported;     /* as far as the hub was told that they are written */
    enum receipt_kind kind;
};

/* The member has this kind of receipt from now on. 0 or SENTIO_NO_MEMORY. */
int receipt_keep(struct member *member, enum receipt_kind kind);
/* Its interest is about to change: what it was sent with the one before is remembered. */
void receipt_settle(struct member *member);
/* The member's end. */
void receipt_forget(struct member *member);

/* The offset up to which the member was given everything that was for it, be it written or not; 0:
 * it was given nothing. */
uint64_t receipt_sent(const struct member *member);
/* The offset up to which everything is written that the hub was not told of yet; 0: none. The hub
 * counts as told. */
uint64_t receipt_take(struct member *member);

/* Something was sent to the filter's members. */
void receipts_note(const struct filter *filter);
/* With each tick: one message to the hub about all members with something new that is written. */
void receipts_report(struct io *io);

#endif
