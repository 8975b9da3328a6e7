/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_SCAN_H
#define SENTIO_HOST_CONFIG_SCAN_H

#include <stddef.h>

#include "config_errors.h"

/*
 * Looks through a file's text for what libconfig 1.5 takes without a word, or ends the process
 * over: integers that need an L and would wrap, @include, NUL bytes and invalid UTF-8. `text` is
 * NUL-terminated after `size` bytes. `file` is the origin for errors; its line is not used.
 */
void config_scan(const char *text, size_t size, const struct config_origin *file,
                 struct config_errors *errors);

#endif
