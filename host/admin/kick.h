/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_KICK_H
#define SENTIO_HOST_KICK_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "model/message.h"

struct admin_question;
struct hub;
struct io;

/* A client is sent away: its connection is closed with 1008 "kicked". */

/* MESSAGE_KICK, and on its way back the answer. */
struct kick_message {
    struct message head;
    uint32_t io; /* who asks */
    struct request *request;
    uint64_t client; /* the connection's id */
    bool done;       /* it was there */
    struct sentio_bytes who;
    struct sentio_bytes reason; /* for the log; may be empty */
};

/* Answers a question with the parameter id and the body {"reason"?}. The hub's thread. */
void kick_ask(struct hub *hub, const struct admin_question *question);
/* The io thread that has, or would have, the client has answered. */
void kick_answered(struct hub *hub, const struct kick_message *message);

/* In that thread. */
void kick_deliver(struct io *io, struct kick_message *message);

#endif
