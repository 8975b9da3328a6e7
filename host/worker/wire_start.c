/* SPDX-License-Identifier: MIT */
#include "wire_start.h"

#include <stdlib.h>

int wire_start(struct wire_buffer *out, const struct wire_start *start) {
    size_t begun = wire_begin(out, WIRE_START, 0, 0);
    wire_put_u64(out, start->call_bytes);
    wire_put_u64(out, start->memory);
    wire_put_u32(out, start->flags);
    wire_put_u32(out, start->parent);
    wire_put_string(out, start->label);
    wire_put_u32(out, (uint32_t)start->forwards.count);
    for (size_t i = 0; i < start->forwards.count; i++)
        wire_put_string(out, start->forwards.items[i]);
    return wire_end(out, begun);
}

/* Each string of the body takes at least four bytes there, so that both the list and the texts have
 * room in this. */
static size_t room(struct sentio_bytes body) {
    return sizeof(struct wire_start) + body.size / 4 * sizeof(char *) + body.size;
}

static void read_forwards(struct wire_reader *reader, struct wire_start *start, char *space) {
    uint32_t count = wire_get_u32(reader);
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        const char *name = wire_get_string(reader, &space);
        if (name == NULL)
            reader->failed = true;
        else
            start->forwards.items[start->forwards.count++] = (char *)(uintptr_t)name;
    }
}

int wire_read_start(const struct wire_frame *frame, struct wire_start **start) {
    struct wire_reader reader = wire_reader(frame->body);
    if (frame->kind != WIRE_START)
        return SENTIO_INVALID;
    struct wire_start *copy = calloc(1, room(frame->body));
    if (copy == NULL)
        return SENTIO_NO_MEMORY;
    copy->forwards.items = (char **)(copy + 1);
    char *space = (char *)(copy->forwards.items + frame->body.size / 4);
    copy->call_bytes = wire_get_u64(&reader);
    copy->memory = wire_get_u64(&reader);
    copy->flags = wire_get_u32(&reader);
    copy->parent = wire_get_u32(&reader);
    copy->label = wire_get_string(&reader, &space);
    read_forwards(&reader, copy, space);
    if (copy->label == NULL || (copy->flags & ~(uint32_t)WIRE_PROGRAMS) || wire_ended(&reader)) {
        free(copy);
        return SENTIO_INVALID;
    }
    *start = copy;
    return 0;
}
