/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TARGET_H
#define SENTIO_HOST_TARGET_H

#include <stddef.h>

#include <sentio/sdk.h>

/* The target of a request in origin-form (RFC 9112 section 3.2.1), understood as libwebsockets
 * does: any thread. */

/*
 * The path, decoded, without empty and dot segments, in `space`, which has room for the target; and
 * the query as it was written, without the question mark. SENTIO_INVALID: it is not in origin-form,
 * has a character that must be escaped, or an escape that is none.
 */
int target_split(struct sentio_bytes target, char *space, struct sentio_bytes *path,
                 struct sentio_bytes *query);

/* RFC 3986 section 2.1: the byte that the escape at the text's begin stands for, or -1. */
int target_escape(struct sentio_bytes text);

/* Takes the next "name=value" off the query and decodes it into `space`, which has room for it. */
struct sentio_bytes target_parameter(struct sentio_bytes *query, char *space,
                                     struct sentio_bytes *value);

#endif
