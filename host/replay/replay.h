/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_REPLAY_REPLAY_H
#define SENTIO_REPLAY_REPLAY_H

#include <stdio.h>

#include "options.h"

/* Plays the journal; what came out goes to `out`, how it compares to standard error. */
enum replay_status replay(const struct replay_options *options, FILE *out);

#endif
