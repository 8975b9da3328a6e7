/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_OVERRIDE_H
#define SENTIO_HOST_CONFIG_OVERRIDE_H

#include "config_draft.h"

/*
 * Single settings from outside the files, for the host and for channels that the files have:
 * SENTIO_SERVER__IO_THREADS=2, SENTIO_CHANNELS__MARKET_DATA__INTERVAL=1s;
 * server.io_threads=2, channels.market-data.interval=1s. Lists are comma-separated.
 */

/* Of the NULL-terminated "NAME=value", those named SENTIO_ with a "__" after it. */
void config_override_environment(struct config_draft *draft, const char *const *environment);
void config_override_flags(struct config_draft *draft, const char *const *sets, size_t count);

#endif
