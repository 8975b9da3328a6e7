/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ROUTE_H
#define SENTIO_HOST_ROUTE_H

#include <stdbool.h>

#include <sentio/sdk.h>

/* Whether a path matches a route's pattern, whose "{name}" segments each take one segment of the
 * path. With `out`, what they took is written as members of a JSON object that has been begun; *any
 * says whether it has members. `pattern` is static text of a plugin. */
bool route_match(const char *pattern, struct sentio_bytes path, struct sentio_writer *out,
                 bool *any);

/* Whether both give render() the same items for the same requests. */
bool route_same(const struct sentio_route *a, const struct sentio_route *b);

#endif
