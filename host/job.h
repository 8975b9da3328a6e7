/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_JOB_H
#define SENTIO_HOST_JOB_H

#include <sentio/plugin.h>

struct channel;
struct hub;
struct update;

/* What one channel's commit leads to on others, done one after the other once the commit is
 * complete. */
struct job {
    struct job *next;
    struct channel *from;
    struct channel *to;
    uint64_t conn;            /* not 0: a subscription whose next command is to be started */
    struct update *update;    /* counted: to be observed; NULL: a body to be published */
    struct sentio_bytes body; /* behind the struct */
};

#endif
