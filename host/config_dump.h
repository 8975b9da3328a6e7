/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_DUMP_H
#define SENTIO_HOST_CONFIG_DUMP_H

#include <stdio.h>

#include "config_draft.h"

/* The checked draft as a libconfig file, disabled channels included; each setting's origin behind
 * it as a comment. */
void config_dump_draft(struct config_draft *draft, FILE *out);

#endif
