/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_HEADER_H
#define SENTIO_HOST_HEADER_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <stddef.h>

#include <sentio/sdk.h>

#include "http.h"

/*
 * What a request's header says, whoever has parsed it; empty: not there. The texts lie in the space
 * of whoever made it.
 */
struct header {
    struct sentio_bytes host;
    struct sentio_bytes origin;
    struct sentio_bytes type; /* Content-Type */
    struct sentio_bytes expect;
    struct sentio_bytes key;        /* Idempotency-Key; `data` NULL: none */
    struct sentio_bytes last_event; /* Last-Event-ID, of a request that libwebsockets has parsed */
    struct sentio_bytes token; /* "Authorization: Bearer" (RFC 6750), else the query's access_token,
                                * else admin_token */
    size_t length;             /* Content-Length */
    int length_error;          /* as header_length says */
    struct lws *wsi;           /* has the query; NULL: `query` is it */
    struct sentio_bytes query; /* as it was written */
};

/* What libwebsockets has parsed, while its callback runs. SENTIO_TOO_BIG: it does not fit into
 * `space`. */
int header_read(struct lws *wsi, struct header *header, char *space, size_t size);

/* One value of it, in `buffer`; empty when it is not there. SENTIO_TOO_BIG. */
int header_copy(struct lws *wsi, enum lws_token_indexes token, char *buffer, size_t size,
                struct sentio_bytes *value);

enum method header_method(struct lws *wsi);

/* RFC 6455 section 4.2.1: the only version there is. */
bool header_version_is_13(struct lws *wsi);

/* The body's length, from the value of Content-Length (`data` NULL: none); `encoded`: there is a
 * Transfer-Encoding. RFC 9112 section 6.3: digits only. SENTIO_NOT_FOUND: none; SENTIO_INVALID:
 * malformed, or a Transfer-Encoding beside it; SENTIO_FAILED: Transfer-Encoding alone, which this
 * host does not take. */
int header_length(struct sentio_bytes value, bool encoded, size_t *length);

/* Sets the token, from the value of Authorization and the query. */
void header_find_token(struct header *header, struct sentio_bytes authorization, char *space,
                       size_t size);

/* A query parameter's value, decoded. SENTIO_NOT_FOUND; SENTIO_TOO_BIG. */
int header_parameter(const struct header *header, const char *name, char *buffer, size_t size,
                     struct sentio_bytes *value);

/* All query parameters as members of a JSON object that has been begun; of a name that is given
 * twice the first counts. SENTIO_INVALID: not valid UTF-8, or too many. */
int header_parameters(const struct header *header, struct sentio_writer *out, bool *any);

#endif
