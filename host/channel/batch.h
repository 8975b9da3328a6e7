/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_BATCH_H
#define SENTIO_HOST_BATCH_H

#include <stdint.h>

#include <sentio/plugin.h>

/*
 * A publish of many updates, one a line (application/x-ndjson): each is published on its own, in
 * order, and one answer tells of all once the last of them is answered. In the hub's thread.
 */
struct batch;
struct channel;
struct hub;
struct publish_message;

void batch_publish(struct channel *channel, const struct publish_message *message);

/* A line is answered. */
void batch_accepted(struct batch *batch, uint32_t accepted, uint64_t offset);
/* `body`: the JSON object that it would be answered with alone. */
void batch_refused(struct batch *batch, uint32_t line, uint32_t status, struct sentio_bytes body);

/* Of the whole body, whose publish has a key. */
const uint8_t *batch_digest(const struct batch *batch);

/* Those that were not answered. */
void batch_destroy_all(struct hub *hub);

#endif
