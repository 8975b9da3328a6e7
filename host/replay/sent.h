/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_REPLAY_SENT_H
#define SENTIO_REPLAY_SENT_H

#include <stdint.h>

#include <sentio/sdk.h>

struct hub;
struct message;
struct update;

/*
 * What goes out, a line each:
 *
 * TIME CHANNEL update OFFSET TOPIC TEXT
 * TIME CHANNEL joined CONN at OFFSET TOPICS ... TEXT
 * TIME CHANNEL replay CONN at OFFSET ... TEXT
 * TIME CHANNEL notice CONN TEXT
 * TIME CHANNEL text|error CONN TEXT
 * TIME CHANNEL close CONN CODE REASON
 * TIME CHANNEL response ENTRY STATUS TEXT
 *
 * `channel` NULL: of every channel; else of that one alone.
 */
void sent_write(struct sentio_writer *out, const struct hub *hub, const struct message *message,
                const char *channel);
void sent_write_update(struct sentio_writer *out, const struct hub *hub,
                       const struct update *update, const char *channel);

/* The handles that messages have in place of an io thread's. */
struct member *sent_member(uint64_t conn);
struct request *sent_request(uint64_t entry, uint32_t channel);

#endif
