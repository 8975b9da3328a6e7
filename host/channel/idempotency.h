/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_IDEMPOTENCY_H
#define SENTIO_HOST_IDEMPOTENCY_H

#include <stdbool.h>

#include "channel.h"

/*
 * Publishing once (protocol section 3): a publish that names a key is answered as the one before it
 * that had the same key, publisher, channel and body. Only what was accepted is kept: what was
 * refused is tried again. In the hub's thread.
 */

enum { IDEMPOTENCY_KEY_MAX = 255 /* bytes */ };

/*
 * Before a publish over HTTP is given to the plugin. True: it goes on, with publisher->entry if it
 * has a key, which is settled by its answer. False: it was answered, or waits for the answer of
 * another with that key.
 */
bool idempotency_admit(struct channel *channel, struct publisher *publisher,
                       const struct sentio_json *body);

/* Whether that line of a batch was accepted before as one of another batch, with the same key. */
bool idempotency_differs(const struct channel *channel, const struct publisher *publisher);
/* 422: the key stands for another body. */
void idempotency_refuse(struct channel *channel, const struct publisher *publisher,
                        struct sentio_bytes key);

/* The publisher is answered: so are those that wait for it. */
void idempotency_accepted(struct channel *channel, struct publish_key *entry, uint32_t accepted,
                          uint64_t offset);
void idempotency_refused(struct channel *channel, struct publish_key *entry, uint32_t status,
                         struct sentio_bytes body);

/* What is kept of it with the update on a disk, beside the answer. Valid as long as the entry. */
struct disk_key;
void idempotency_describe(const struct publish_key *entry, struct disk_key *key);

/* Forgets keys whose time is over. Every second. */
void idempotency_tick(struct channel *channel);

#endif
