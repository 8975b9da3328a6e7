/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_COMPARE_H
#define SENTIO_HOST_CONFIG_COMPARE_H

#include "config.h"

/* Gets the name of a setting that differs: "limits.outbox"; a channel's: "interval". */
typedef void config_difference(void *context, const char *name);

/* All settings but the channels'. Any thread. */
void config_compare(const struct config *before, const struct config *after,
                    config_difference *differs, void *context);
/* All of a channel's but where it is configured. */
void config_compare_channel(const struct config_channel *before, const struct config_channel *after,
                            config_difference *differs, void *context);

#endif
