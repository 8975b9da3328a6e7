/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_START_H
#define SENTIO_HOST_WIRE_START_H

#include <stdint.h>

#include "config/config.h"
#include "wire.h"

enum wire_start_flags {
    WIRE_PROGRAMS = 1u << 0 /* the plugin may start programs and use the network */
};

/* WIRE_START, the first frame to a worker: what it goes by. */
struct wire_start {
    uint64_t call_bytes; /* plugins.call_bytes */
    uint64_t memory;     /* plugins.memory, bytes */
    uint32_t flags;      /* enum wire_start_flags */
    uint32_t parent;     /* the host's process */
    const char *label;   /* "channel earnings" */
    struct config_strings forwards;
};

/* 0, SENTIO_NO_MEMORY or SENTIO_TOO_BIG, `out` being as before. */
int wire_start(struct wire_buffer *out, const struct wire_start *start);

/* A copy in one allocation, for free(). 0, SENTIO_INVALID or SENTIO_NO_MEMORY. */
int wire_read_start(const struct wire_frame *frame, struct wire_start **start);

#endif
