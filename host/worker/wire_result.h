/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_RESULT_H
#define SENTIO_HOST_WIRE_RESULT_H

#include <stdint.h>

#include "plugin/call.h"
#include "wire.h"

/* WIRE_RESULT, how a call ended: what the callback returned, how long it took, and what it asked
 * for. 0, SENTIO_NO_MEMORY or SENTIO_TOO_BIG, `out` being as before. */
int wire_result(struct wire_buffer *out, uint64_t serial, int result, uint32_t micros,
                const struct effects *effects);

/*
 * Asks for everything again, by the services of the host on `call`, which is as it was when it was
 * sent and without effects: so what a worker may ask for is what a plugin in the host may.
 * SENTIO_INVALID: the frame is malformed, or a service refused. The caller finishes the effects
 * that the call has by then, whatever is returned.
 */
int wire_read_result(const struct wire_frame *frame, struct call *call, int *result,
                     uint32_t *micros);

#endif
