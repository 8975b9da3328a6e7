/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

bool frame_read(const char *data, size_t size, struct frame *frame) {
    const unsigned char *bytes = (const unsigned char *)data;
    if (size < 2) {
        return false;
    }
    size_t header = 2;
    size_t payload = bytes[1] & 0x7fu;
    size_t extra = payload == 126 ? 2 : payload == 127 ? 8 : 0;
    if (size < header + extra) {
        return false;
    }
    if (extra > 0) {
        payload = 0;
        for (size_t i = 0; i < extra; i++) {
            payload = payload << 8 | bytes[header + i];
        }
        header += extra;
    }
    if (size - header < payload) {
        return false;
    }
    frame->opcode = bytes[0] & 0x0fu;
    frame->payload = data + header;
    frame->size = payload;
    frame->whole = header + payload;
    return true;
}

bool frame_read_event(const char *data, size_t size, struct frame *frame) {
    const char *end = memmem(data, size, "\n\n", 2);
    if (end == NULL) {
        return false;
    }
    frame->opcode = FRAME_TEXT;
    frame->payload = data;
    frame->size = (size_t)(end - data);
    frame->whole = frame->size + 2;
    return true;
}

size_t frame_write(char *out, unsigned opcode, const char *payload, size_t size) {
    assert(size <= UINT16_MAX);
    size_t used = 0;
    out[used++] = (char)(0x80u | opcode);
    if (size < 126) {
        out[used++] = (char)(0x80u | size);
    } else {
        out[used++] = (char)(0x80u | 126u);
        out[used++] = (char)(size >> 8);
        out[used++] = (char)(size & 0xffu);
    }
    memset(out + used, 0, 4);
    used += 4;
    memcpy(out + used, payload, size);
    return used + size;
}
