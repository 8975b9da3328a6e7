/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_AUTH_H
#define SENTIO_HOST_AUTH_H

#include <stdbool.h>
#include <stdio.h>

#include <sentio/sdk.h>

#include "config/config.h"

/*
 * Publisher keys and admin tokens: files of lines `name:sha256:<64 hex digits>`, the digest being
 * that of the token; blank lines and lines that begin with '#' are passed over. Immutable once
 * loaded: any thread. Comparisons take the same time whatever the token is.
 */
struct auth;

/* Reads the files that the configuration names. NULL after every error was written to `errors` as
 * `file:line: message`. */
struct auth *auth_load(const struct config *config, FILE *errors);
void auth_destroy(struct auth *auth);

/* Whether both know the same tokens by the same names. */
bool auth_same(const struct auth *a, const struct auth *b);

/* The name that goes with a token, or NULL. Lives as long as `auth`. */
const char *auth_admin(const struct auth *auth, struct sentio_bytes token);
const char *auth_publisher(const struct auth *auth, struct sentio_bytes token);

/* Whether publishers need a key at all (publish.keys_file is set). */
bool auth_publishers_have_keys(const struct auth *auth);

#endif
