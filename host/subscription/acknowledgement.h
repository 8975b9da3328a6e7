/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ACKNOWLEDGEMENT_H
#define SENTIO_HOST_ACKNOWLEDGEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "disk/disk.h"
#include "model/message.h"

struct hub;
struct pending_command;
struct subscription;
struct wants;

/*
 * Up to where the users of durable channels have acknowledged their items (protocol section 1,
 * "Acknowledgement"). The disk has the places (disk.h); this says what moves them. In the hub.
 */

enum { CONSUMER_MAX = 64 };

/* What a subscribe says of it. */
struct acknowledging {
    bool given;                      /* "ack" is there */
    bool acknowledges;               /* and is true */
    bool named;                      /* "consumer" is there */
    char consumer[CONSUMER_MAX + 1]; /* "": the one that all of the user's connections share */
};

/* Whether it is a name: [A-Za-z0-9._-]{1,64}. */
bool acknowledgement_consumer_valid(struct sentio_bytes name);

/* "ack" and "consumer" of a subscribe. False: it is refused by *code, for the reason *why. */
bool acknowledgement_read(const struct subscription *subscription,
                          const struct sentio_json *request, struct acknowledging *acknowledging,
                          const char **code, const char **why);
/* The subscribe is accepted. 0 or SENTIO_NO_MEMORY. */
int acknowledgement_accept(struct subscription *subscription,
                           const struct acknowledging *acknowledging);

/* Whether these are the subscription's own items, which wait for its user: the channel is durable,
 * and the plugin has joined the topic of the user's name alone. */
bool acknowledgement_concerns(const struct subscription *subscription, const struct wants *wants);
/* What its io thread is to find out about it. */
enum receipt_kind acknowledgement_receipt(const struct subscription *subscription);
/* Whose place it moves. Valid as long as the subscription. */
struct disk_place acknowledgement_place(const struct subscription *subscription);

/* {"action":"ack"}; the message stays the caller's. */
void acknowledgement_command(struct subscription *subscription,
                             const struct command_message *message);
/* Everything up to `offset` is written to the subscriber. */
void acknowledgement_written(struct subscription *subscription, uint64_t offset);
/* The same, of many. */
void acknowledgement_written_all(struct hub *hub, const struct written_message *message);

#endif
