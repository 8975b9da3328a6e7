/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PUBLISHER_H
#define SENTIO_HOST_PUBLISHER_H

#include <stdint.h>

#include "io/connection.h"

struct response;

/*
 * A publisher's connection, which speaks HTTP with this file and not with libwebsockets: requests
 * are read ahead of their answers, as many as are bounded below; answers go out in the order of the
 * requests, and those of a turn of the loop in one write. At the first request that is not a POST,
 * and once everything before it is answered, the connection is handed over to
 * libwebsockets. In the io thread that has the connection.
 */
struct publisher;

/* The publishers of one io thread. */
struct publishers {
    struct publisher *first;
    struct publisher *due; /* to be looked after at the end of the turn */
    struct publisher *due_last;
    char *buffer; /* what was received last, of whichever */
};

int publishers_init(struct io *io);
/* Ends the turn: answers are written, and what was held up is read on. */
void publishers_turn(struct io *io);
void publishers_close_all(struct io *io);
void publishers_finish(struct io *io);

/* Makes the connection one; its socket is watched. 0 or a negative code. */
int publisher_create(struct connection *connection);
/* Its socket is ready for `events` of epoll. It may be gone afterwards. */
void publisher_ready(struct publisher *publisher, uint32_t events);
/* Forgets its requests; the socket is the caller's. NULL is allowed. */
void publisher_destroy(struct publisher *publisher);

/* The request is read as a whole; what follows it is the next one. */
void publisher_complete(struct request *request);
/* The answer to one of its requests, which may be gone afterwards. Always 0: it closes the
 * connection itself. */
int publisher_answer(struct request *request, struct response *response);
/* "100 Continue", when it is the request's turn. */
void publisher_go_on(struct request *request);
/* It may read on: at the end of the turn. */
void publisher_wake(struct publisher *publisher);

#endif
