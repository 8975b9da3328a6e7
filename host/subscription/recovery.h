/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RECOVERY_H
#define SENTIO_HOST_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wants.h"

/*
 * What a subscribe asks for of the past (protocol section 1, "since" and "history"), and what there
 * is of it. The hub's thread only.
 */
struct recovery {
    bool since;          /* was asked for: */
    bool same_epoch;     /* it is the channel's */
    uint64_t offset;     /* that the client is covered to */
    bool history;        /* was asked for: */
    size_t count;        /* so many items */
    struct wants joined; /* the topics that this subscribe names; nothing else of it is used */
};

/* What a subscriber is sent of the past, in this order; counted pointers, sorted. */
struct past {
    struct log_items replay;
    struct log_items snapshot;
    uint64_t since; /* the offset that the replay goes on from */
    bool ends;      /* with a "recovered" that says: */
    bool recovered;
    bool more; /* neither end nor snapshot is known yet: what only the disk has is to be read */
    uint64_t reading; /* then: which of the hub's */
};

/* From a subscribe; SENTIO_INVALID with the reason. */
int recovery_read(struct recovery *recovery, const struct channel *channel,
                  const struct sentio_json *request, char *why, size_t why_size);
void recovery_finish(struct recovery *recovery);

static inline bool recovery_asked(const struct recovery *recovery) {
    return recovery->since || recovery->history;
}

/* It asks for what came after an offset that the channel has had. */
bool recovery_goes_on(const struct recovery *recovery, const struct channel *channel);

/* The plugin joins or leaves topics for that subscribe. */
int recovery_change(struct recovery *recovery, struct channel *channel, bool join,
                    struct sentio_bytes topic);

/* What the memory has of it for a subscription that has become `wants`, up to the channel's offset;
 * `more` when only a durable channel's disk may have it. `before`: what it was. */
int recovery_collect(const struct recovery *recovery, const struct wants *wants,
                     const struct wants *before, struct channel *channel, struct past *past);
/* The same when what was missed can not be told any more: the snapshot, and the end. */
int recovery_give_up(const struct recovery *recovery, const struct wants *wants,
                     struct channel *channel, struct past *past);
/* The `history` alone, as far as the memory has it. */
int recovery_history(const struct recovery *recovery, const struct wants *wants,
                     struct channel *channel, struct log_items *items);
void past_finish(struct past *past);

/* {"type":"recovered",...} */
void recovery_write_end(struct sentio_writer *out, const struct channel *channel, bool named,
                        bool recovered, uint64_t offset);

#endif
