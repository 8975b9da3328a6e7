/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_WALK_H
#define SENTIO_HOST_CONFIG_WALK_H

#include "config_draft.h"

/* Puts everything that a file's text says into the draft. `scanned`: config_scan found no fault, so
 * a syntax error is not the consequence of one that is already known. */
void config_walk(struct config_draft *draft, const char *text, bool scanned,
                 const struct config_origin *file);

#endif
