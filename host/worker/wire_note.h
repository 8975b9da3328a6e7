/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_NOTE_H
#define SENTIO_HOST_WIRE_NOTE_H

#include <stdint.h>

#include <sentio/plugin.h>

#include "wire.h"

/*
 * The short messages of a worker. Writers return 0, SENTIO_NO_MEMORY or SENTIO_TOO_BIG, the buffer
 * being as before; readers 0 or SENTIO_INVALID, their texts being spans of the frame's body.
 */

/* WIRE_REFUSED: why the plugin is not loaded, for the operator. */
int wire_refused(struct wire_buffer *out, struct sentio_bytes why);
int wire_read_refused(const struct wire_frame *frame, struct sentio_bytes *why);

/* WIRE_LOG: what the plugin logs in the call of that serial. */
int wire_log(struct wire_buffer *out, uint64_t serial, uint32_t level, struct sentio_bytes text);
int wire_read_log(const struct wire_frame *frame, uint32_t *level, struct sentio_bytes *text);

/* WIRE_READABLE: a descriptor of the worker's, given to watch(), can be read. */
int wire_readable(struct wire_buffer *out, int32_t fd);
int wire_read_readable(const struct wire_frame *frame, int32_t *fd);

#endif
