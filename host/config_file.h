/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_FILE_H
#define SENTIO_HOST_CONFIG_FILE_H

#include "config_draft.h"

/* Reads `path` and then `conf.d/ *.conf` in its folder into the draft; errors are collected. Sets
 * the draft's folder. */
void config_file_read_all(struct config_draft *draft, const char *path);

#endif
