/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CENSUS_H
#define SENTIO_HOST_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "model/message.h"

struct admin_question;
struct hub;
struct io;

/*
 * Who is connected (GET /api/v1/host/clients). The hub asks every io thread, which looks at a few
 * hundred connections in each turn of its loop; when all have answered it puts the answers together
 * by id, and adds what it knows itself: what each client is subscribed to.
 */

enum { CENSUS_LIMIT = 100, CENSUS_LIMIT_MAX = 1000, CENSUS_SYMBOLS = 20 };

struct census_row {
    uint64_t id;  /* of the connection */
    size_t start; /* of its object in the answer's text, which lacks the end */
    size_t end;
    size_t first; /* of its subscriptions' handles */
    size_t count;
};

/* MESSAGE_CENSUS: the question, and on its way back the answer. */
struct census_message {
    struct message head;
    uint32_t io;
    uint64_t census;
    uint64_t after;              /* rows are of ids above this one */
    uint32_t limit;              /* of rows, 1 or more */
    bool slow;                   /* of slow clients alone */
    bool failed;                 /* out of memory: the answer is not complete */
    struct sentio_bytes channel; /* of its subscribers alone; empty: of all */
    struct sentio_bytes user;
    uint64_t seen;  /* connections up to this id were looked at */
    uint64_t total; /* that match, and with ids above `after`: */
    uint64_t later;
    struct census_row *rows;
    size_t count;
    uint64_t *conns;
    size_t conn_count;
    size_t conn_capacity;
    struct sentio_writer text;
};

/* NULL: out of memory. */
struct census_message *census_message_create(struct sentio_bytes channel, struct sentio_bytes user,
                                             uint32_t limit);
/* What it points to goes; for message_destroy. */
void census_message_release(struct census_message *message);

/* Answers a question with the parameters channel, user, slow, limit and after, later or, when they
 * are not valid, at once. The hub's thread. */
void census_ask(struct hub *hub, const struct admin_question *question);
/* An io thread has answered. Takes it over. */
void census_answered(struct hub *hub, struct census_message *answer);
/* At the end: those that wait are forgotten. */
void census_destroy_all(struct hub *hub);

/* Goes on with the answer, for one turn of the loop; true: it is complete. The io thread. */
bool census_take(struct io *io, struct census_message *message);

#endif
