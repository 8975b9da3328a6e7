/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PARAMETER_H
#define SENTIO_HOST_PARAMETER_H

#include <stdbool.h>

#include <sentio/sdk.h>

/* What a request's path and query have named: a JSON object of strings, as header_parameters and
 * route_match write it. */

/* The value of `name`, in `space`; empty when it is not there or does not fit. */
struct sentio_bytes parameter_text(struct sentio_bytes parameters, const char *name, char *space,
                                   size_t size);
/* A decimal number from `least` to `most`; absent, *value stays. False: it is something else. */
bool parameter_number(struct sentio_bytes parameters, const char *name, uint64_t least,
                      uint64_t most, uint64_t *value);

#endif
