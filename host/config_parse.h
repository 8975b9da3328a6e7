/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_PARSE_H
#define SENTIO_HOST_CONFIG_PARSE_H

#include <libconfig.h>

#include "config_errors.h"

/* libconfig's tree of a file's text, or NULL and the error at its line in `file`; `errors` may be
 * NULL. Include before config.h, whose config_destroy is another. */
config_t *config_parse(const char *text, const struct config_origin *file,
                       struct config_errors *errors);
void config_parse_destroy(config_t *parsed);

#endif
