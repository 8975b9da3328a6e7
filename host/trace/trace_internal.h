/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TRACE_INTERNAL_H
#define SENTIO_HOST_TRACE_INTERNAL_H

#include "hub/hub.h"
#include "tracer.h"

/* Between trace.c, which has the traces, and trace_event.c, which has what they show. */

struct trace {
    struct trace *next;    /* of hub->traces */
    struct tracer *tracer; /* counted */
    struct trace_budget budget;
    struct channel *channel; /* NULL: a client's */
    struct request *request; /* while it is not answered */
};

#endif
