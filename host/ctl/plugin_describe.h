/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_PLUGIN_DESCRIBE_H
#define SENTIO_CTL_PLUGIN_DESCRIBE_H

#include <sentio/sdk.h>

/* The table as a JSON object: {"name", "version", "abi", "type", "snapshot_type", "shape", "flags",
 * "channel_size", "state_format", "attributes", "filters", "routes", "callbacks"}. It has passed
 * the host's checks. */
void plugin_describe(const struct sentio_plugin *table, struct sentio_writer *out);

#endif
