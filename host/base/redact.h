/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_REDACT_H
#define SENTIO_HOST_REDACT_H

#include <sentio/sdk.h>

/* Writes a JSON object as it is, but "********" for what a client proves itself by: its members
 * `token`, `admin_token` and `access_token`. What is no such object is written as {}. */
void redact(struct sentio_bytes object, struct sentio_writer *out);

#endif
