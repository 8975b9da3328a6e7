/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_CHECK_H
#define SENTIO_HOST_CONFIG_CHECK_H

#include "config_draft.h"

/* What single settings can not tell: rules over several, and files that must be there. Errors are
 * collected. */
void config_check(struct config_draft *draft);

/* Parts of the above. The channels' also resolve each plugin to its absolute path and fill in the
 * default of `path`. */
void config_check_channels(struct config_draft *draft);
void config_check_graph(struct config_draft *draft);

/* 0 when the path is a regular file that this process may read, or SENTIO_INVALID and why. */
int config_check_readable(const char *path, const char **why);

#endif
