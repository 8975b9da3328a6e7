/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ASKER_H
#define SENTIO_HOST_ASKER_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/plugin.h>

struct batch;
struct effects;
struct publish_key;
struct request;

/* Where the answer to a publish goes. */
struct publisher {
    bool http;
    uint32_t io;
    struct request *request;
    uint32_t origin;           /* enum sentio_origin */
    struct sentio_bytes name;  /* valid for the call */
    struct sentio_bytes key;   /* its Idempotency-Key, valid for the call; empty: none */
    struct publish_key *entry; /* the channel's, which is to be settled with the answer; or NULL */
    struct batch *batch;       /* what it is a line of; NULL: it stands alone */
    uint32_t line;             /* from 1 */
    int64_t consequence;       /* not 0: of another channel, settled with this (consequence.h) */
};

/* Who is to be told what came of a call. */
struct asker {
    struct publisher publisher; /* publish */
    uint64_t id;                /* conn of a subscriber's message; id of an inquiry */
    uint64_t shadowed;          /* not 0: a shadow got the call as well (shadow.h) */
    bool first;                 /* subscribe(): nothing of it was accepted before */
    bool presented; /* subscribe() of a subscription that is there already: nobody is answered */
};

/* What came of a call. */
enum outcome {
    OUTCOME_RETURNED,    /* the plugin has answered: `result` */
    OUTCOME_LACKING,     /* it has no such callback */
    OUTCOME_NOT_RUNNING, /* it can not be called now */
    OUTCOME_DIED         /* it has died of the call, twice */
};

struct result {
    enum outcome outcome;
    int code;                /* what the callback returned */
    uint32_t micros;         /* how long it took, in a worker */
    struct effects *effects; /* what it asked for */
};

#endif
