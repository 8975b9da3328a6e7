/* SPDX-License-Identifier: MIT */
#ifndef LOAD_FRAME_H
#define LOAD_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#define FRAME_TEXT 1
#define FRAME_CLOSE 8
#define FRAME_PING 9
#define FRAME_PONG 10
#define FRAME_OVERHEAD 14

/* One unfragmented WebSocket frame from a server (RFC 6455 section 5.2). */
struct frame {
    unsigned opcode;
    const char *payload; /* a span of what was read */
    size_t size;
    size_t whole; /* with its header */
};

/* false: the frame is not all there yet. */
bool frame_read(const char *data, size_t size, struct frame *frame);
/* The same of a Server-Sent Event, or of a block that is none, as a text: its opcode is FRAME_TEXT.
 */
bool frame_read_event(const char *data, size_t size, struct frame *frame);
/* A client's frame, masked with zero, into `out` of at least size + FRAME_OVERHEAD bytes. */
size_t frame_write(char *out, unsigned opcode, const char *payload, size_t size);

#endif
