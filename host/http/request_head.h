/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_REQUEST_HEAD_H
#define SENTIO_HOST_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "header.h"

/*
 * The head of a POST as it comes in on a connection: request line and fields (RFC 9112 sections 3
 * and 5), read strictly: lines end in CRLF, no folded lines, no space before a colon, no control
 * characters, no field twice that may come once. Of other requests' heads, only what makes
 * libwebsockets close the connection without a word, or with a page in HTML. No allocation, any
 * thread.
 */

enum head_result {
    HEAD_MORE,
    HEAD_COMPLETE,
    HEAD_OTHER,  /* of another request than a POST, complete: for libwebsockets to read */
    HEAD_INVALID /* `status` and `detail` say how it is refused */
};

enum head_field {
    FIELD_HOST,
    FIELD_ORIGIN,
    FIELD_TYPE,
    FIELD_AUTHORIZATION,
    FIELD_EXPECT,
    FIELD_KEY,
    FIELD_LENGTH,
    FIELD_ENCODING,
    FIELD_CONNECTION,
    FIELD_COUNT
};

/* Part of the head, counted from its first byte. */
struct head_span {
    uint32_t start;
    uint32_t size;
};

struct request_head {
    uint32_t size;    /* of the lines that were read; complete: of the head */
    uint32_t scanned; /* no line ends between `size` and here */
    uint32_t found;   /* bits of enum head_field */
    uint32_t status;
    const char *detail;
    struct head_span target;
    struct head_span fields[FIELD_COUNT];
    bool old;        /* HTTP/1.0 */
    bool close;      /* Connection: close */
    bool keep_alive; /* Connection: keep-alive */
};

/* Whether what begins with these bytes, at least one, may be a POST, or can not be HTTP at all,
 * which is refused here. */
bool request_head_begins(const char *data, size_t size);

/*
 * Reads on. `head` is all zero at first; `data` is everything from the head's first byte on, which
 * may have moved and grown since the last call.
 */
enum head_result request_head_read(struct request_head *head, const char *data, size_t size);

/* Of a complete head, whose bytes are at `data`. */
struct sentio_bytes request_head_target(const struct request_head *head, const char *data);
/* All but what comes from the query. */
void request_head_header(const struct request_head *head, const char *data, struct header *header);
struct sentio_bytes request_head_authorization(const struct request_head *head, const char *data);
/* Whether the connection is kept after the answer (RFC 9112 section 9.3). */
bool request_head_persists(const struct request_head *head);

#endif
