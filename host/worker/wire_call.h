/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_CALL_H
#define SENTIO_HOST_WIRE_CALL_H

#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "plugin/call.h"
#include "wire.h"

/* A call as a worker has it. Zeroed at first; used again for every call, so that its lists are
 * allocated only when they have to grow. */
struct wire_call {
    struct call call; /* its inputs are the members below, and spans of the frame's body */
    struct sentio_update update;
    struct sentio_subscriber subscriber;
    struct sentio_request request;
    struct sentio_item *items;
    struct sentio_value *values;
    size_t item_room;
    size_t value_room;
};

/* WIRE_CALL, all inputs of a call and its abi.now. `flags`: enum wire_flags. 0, SENTIO_NO_MEMORY or
 * SENTIO_TOO_BIG (a render of very much), `out` being as before. */
int wire_call(struct wire_buffer *out, uint64_t serial, uint16_t flags, const struct call *call);

/*
 * Fills into->call, whose kind, inputs and abi.now are then set and the rest zero: effects that it
 * has must be finished before. The frame's body must stay until the call is over. `plugin`: whose
 * routes the call's are. 0, SENTIO_INVALID or SENTIO_NO_MEMORY.
 */
int wire_read_call(const struct wire_frame *frame, const struct sentio_plugin *plugin,
                   struct wire_call *into);

/* Frees the lists. */
void wire_call_finish(struct wire_call *call);

#endif
