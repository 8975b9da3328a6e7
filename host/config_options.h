/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_OPTIONS_H
#define SENTIO_HOST_CONFIG_OPTIONS_H

#include <stdio.h>

#include "config_errors.h"

struct config_setting_t;

/* A channel's `options` group as JSON text and back. Groups are objects; lists and arrays arrays.
 */

/* The caller's, or NULL after every error was collected at its own line of `file`. */
char *config_options_json(const struct config_setting_t *group, const char *label,
                          const struct config_origin *file, struct config_errors *errors);

/* The JSON object as a libconfig group, `{ ... }` from the first brace to the last, its members
 * indented by `indent` and four. Values named like a secret read "********". */
void config_options_write(const char *json, int indent, FILE *out);

/* A string in libconfig's quotes. */
void config_options_quote(const char *text, FILE *out);

#endif
