/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_H
#define SENTIO_HOST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

/*
 * What the host and a worker say to each other, in frames over a socketpair: a head, then a body.
 * Both ends are one program on one machine, so numbers have the machine's byte order and structs
 * without padding are sent as they are. The host does not trust a worker: what is read here lies
 * within its frame, or the read fails. A buffer belongs to one thread.
 */

enum {
    WIRE_BODY_MAX = 80 * 1024 * 1024, /* bytes; the largest state, and room beside it */
    WIRE_KEEP_MAX = 1024 * 1024       /* an empty buffer keeps at most this capacity */
};

enum wire_kind {
    WIRE_START,   /* to the worker: wire_start.h */
    WIRE_TABLE,   /* from it: wire_table.h */
    WIRE_REFUSED, /* from it, in place of WIRE_TABLE: wire_note.h */
    WIRE_CALL,    /* to it: wire_call.h */
    WIRE_RESULT,  /* from it, with its call's serial: wire_result.h */
    WIRE_LOG,     /* from it: wire_note.h */
    WIRE_READABLE /* from it: wire_note.h */
};

enum wire_flags {
    WIRE_QUIET = 1u << 0 /* WIRE_CALL: a call that is repeated; what it logs is not shown */
};

struct wire_head {
    uint32_t size; /* of the body */
    uint16_t kind;
    uint16_t flags;
    uint64_t serial;
};

/* Bytes are appended at `end` and consumed at `start`. Zeroed: empty. */
struct wire_buffer {
    char *data;
    size_t start;
    size_t end;
    size_t capacity;
    bool failed; /* memory ran out since wire_begin(); what is put is dropped */
};

struct wire_frame {
    uint16_t kind;
    uint16_t flags;
    uint64_t serial;
    struct sentio_bytes body; /* inside the buffer: valid until that is appended to or consumed */
};

void wire_finish(struct wire_buffer *buffer);

/* Room for `size` more bytes at data + end; whoever fills it moves `end`. NULL: out of memory. */
char *wire_room(struct wire_buffer *buffer, size_t size);

/* Takes `size` bytes, which must be there, from the start. Over WIRE_KEEP_MAX of capacity is given
 * back once the buffer is empty. */
void wire_drop(struct wire_buffer *buffer, size_t size);

/* The first frame, which stays. 0; SENTIO_AGAIN: it is not whole yet; SENTIO_INVALID: its kind or
 * a flag is unknown, or its body over WIRE_BODY_MAX, and nothing after it can be read. */
int wire_next(const struct wire_buffer *buffer, struct wire_frame *frame);
/* Takes the frame that wire_next() has told; its body is gone. */
void wire_consume(struct wire_buffer *buffer, const struct wire_frame *frame);

/* Begins a frame, whose body is then put; returns what wire_end() wants. */
size_t wire_begin(struct wire_buffer *buffer, enum wire_kind kind, uint16_t flags, uint64_t serial);
/* The frame is whole. SENTIO_NO_MEMORY or SENTIO_TOO_BIG: it is taken back, the rest stays. */
int wire_end(struct wire_buffer *buffer, size_t begun);

void wire_put(struct wire_buffer *buffer, const void *data, size_t size);
void wire_put_u32(struct wire_buffer *buffer, uint32_t number);
void wire_put_u64(struct wire_buffer *buffer, uint64_t number);
/* The bytes alone: their size is told elsewhere. */
void wire_put_bytes(struct wire_buffer *buffer, struct sentio_bytes bytes);
/* The size and the characters of a string; NULL is told from "". */
void wire_put_string(struct wire_buffer *buffer, const char *string);

/* Goes over a body. Once something is not there, `failed` stays set and whatever is read is zero,
 * so that one wire_ended() at the end is enough for what is merely kept. */
struct wire_reader {
    const char *at;
    const char *end;
    bool failed;
};

struct wire_reader wire_reader(struct sentio_bytes body);
void wire_get(struct wire_reader *reader, void *data, size_t size);
uint32_t wire_get_u32(struct wire_reader *reader);
uint64_t wire_get_u64(struct wire_reader *reader);
/* A span of the body. */
struct sentio_bytes wire_get_bytes(struct wire_reader *reader, size_t size);
/* A copy with a NUL at *space, which is moved on, or NULL as it was put. It takes no more room than
 * the string did in the body. One with a NUL inside is a failure. */
const char *wire_get_string(struct wire_reader *reader, char **space);
size_t wire_left(const struct wire_reader *reader);
/* 0, or SENTIO_INVALID: something was not there, or there was more. */
int wire_ended(const struct wire_reader *reader);

#endif
