/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PUBLISHER_INTERNAL_H
#define SENTIO_HOST_PUBLISHER_INTERNAL_H

#include "http/http.h"
#include "http/request_head.h"
#include "publisher.h"

enum {
    PUBLISHER_BUFFER = 64 * 1024,
    PUBLISHER_REQUESTS = 64,     /* of a connection, read and not answered */
    PUBLISHER_OUTPUT = 64 * 1024 /* bytes of answers that its peer has not taken */
};

struct publisher {
    struct connection *connection;
    struct publisher *next; /* of the thread's */
    struct publisher *previous;
    struct publisher *next_due;
    struct request *first; /* read and not answered, in order */
    struct request *last;
    struct request *body; /* the last one, while its body is read; else NULL */
    uint32_t count;
    struct request_head head; /* of the next one, as far as it is there */
    char *held;               /* received and not read; NULL: nothing */
    size_t held_size;
    struct sentio_writer output; /* answers, in order */
    size_t sent;                 /* of `output` */
    bool due : 1;
    bool readable : 1;  /* the socket may have more */
    bool hung_up : 1;   /* the socket has an end, which is to be read */
    bool ended : 1;     /* the end was read */
    bool stopped : 1;   /* reading stopped at a bound */
    bool choked : 1;    /* the socket is watched for taking more */
    bool progress : 1;  /* the deadline begins anew */
    bool closing : 1;   /* after what is in hand; no further request is read */
    bool leaving : 1;   /* to libwebsockets, after what is in hand */
    bool lingering : 1; /* everything is said: waits for the peer to close */
    bool broken : 1;    /* to be closed at once */
};

/* A bound is reached: nothing more is read. */
bool publisher_blocked(const struct publisher *publisher);
/* Reads requests until there are no more, or a bound is reached. */
void publisher_read(struct publisher *publisher);
/* Sends what the socket takes of the answers. */
void publisher_write(struct publisher *publisher);

#endif
