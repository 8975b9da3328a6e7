/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_HEADER_H
#define SENTIO_HOST_HEADER_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <stddef.h>

#include <sentio/sdk.h>

#include "http.h"

/* What a request's header says. What takes a `wsi` is read from the library's parser, only while
 * its callback runs. */

/*
 * The fields that a request is judged by, whoever has parsed it; empty: not there. They lie in the
 * caller's space.
 */
struct header {
    struct sentio_bytes host;
    struct sentio_bytes origin;
    struct sentio_bytes type; /* Content-Type */
    struct sentio_bytes expect;
    struct sentio_bytes token; /* as header_token has it */
    size_t length;             /* Content-Length */
    int length_error;          /* as header_length says */
};

/* SENTIO_TOO_BIG: they do not fit into `space`. */
int header_read(struct lws *wsi, struct header *header, char *space, size_t size);

/* The header's value in `buffer`; empty when it is not there. SENTIO_TOO_BIG. */
int header_copy(struct lws *wsi, enum lws_token_indexes token, char *buffer, size_t size,
                struct sentio_bytes *value);

enum method header_method(struct lws *wsi);

/* The body's length, from the value of Content-Length (`data` NULL: none); `encoded`: there is a
 * Transfer-Encoding. RFC 9112 section 6.3: digits only. SENTIO_NOT_FOUND: none; SENTIO_INVALID:
 * malformed, or a Transfer-Encoding beside it; SENTIO_FAILED: Transfer-Encoding alone, which this
 * host does not take. */
int header_length(struct sentio_bytes value, bool encoded, size_t *length);

/* What follows "Bearer " (RFC 6750) in the value of Authorization; empty: it is something else. */
struct sentio_bytes header_bearer(struct sentio_bytes value);

/* A query parameter's value, decoded. SENTIO_NOT_FOUND; SENTIO_TOO_BIG. */
int header_parameter(struct lws *wsi, const char *name, char *buffer, size_t size,
                     struct sentio_bytes *value);

/* All query parameters as members of a JSON object that has been begun; of a name that is given
 * twice the first counts. SENTIO_INVALID: not valid UTF-8, or too many. */
int header_parameters(struct lws *wsi, struct sentio_writer *out, bool *any);

/* RFC 6455 section 4.2.1: the only version there is. */
bool header_version_is_13(struct lws *wsi);

/* "Authorization: Bearer" (RFC 6750), else the query's access_token, else admin_token. Empty: none.
 */
struct sentio_bytes header_token(struct lws *wsi, char *buffer, size_t size);

#endif
