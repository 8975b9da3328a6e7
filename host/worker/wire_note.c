/* SPDX-License-Identifier: MIT */
#include "wire_note.h"

int wire_refused(struct wire_buffer *out, struct sentio_bytes why) {
    size_t begun = wire_begin(out, WIRE_REFUSED, 0, 0);
    wire_put_bytes(out, why);
    return wire_end(out, begun);
}

int wire_read_refused(const struct wire_frame *frame, struct sentio_bytes *why) {
    if (frame->kind != WIRE_REFUSED)
        return SENTIO_INVALID;
    *why = frame->body;
    return 0;
}

int wire_log(struct wire_buffer *out, uint64_t serial, uint32_t level, struct sentio_bytes text) {
    size_t begun = wire_begin(out, WIRE_LOG, 0, serial);
    wire_put_u32(out, level);
    wire_put_bytes(out, text);
    return wire_end(out, begun);
}

int wire_read_log(const struct wire_frame *frame, uint32_t *level, struct sentio_bytes *text) {
    struct wire_reader reader = wire_reader(frame->body);
    *level = wire_get_u32(&reader);
    *text = wire_get_bytes(&reader, wire_left(&reader));
    if (frame->kind != WIRE_LOG || *level > SENTIO_ERROR)
        return SENTIO_INVALID;
    return wire_ended(&reader);
}

int wire_readable(struct wire_buffer *out, int32_t fd) {
    size_t begun = wire_begin(out, WIRE_READABLE, 0, 0);
    wire_put_u32(out, (uint32_t)fd);
    return wire_end(out, begun);
}

int wire_read_readable(const struct wire_frame *frame, int32_t *fd) {
    struct wire_reader reader = wire_reader(frame->body);
    uint32_t number = wire_get_u32(&reader);
    if (frame->kind != WIRE_READABLE || number > INT32_MAX)
        return SENTIO_INVALID;
    *fd = (int32_t)number;
    return wire_ended(&reader);
}
