/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_TABLE_H
#define SENTIO_HOST_WIRE_TABLE_H

#include <stdint.h>

#include <sentio/plugin.h>

#include "plugin/plugin_check.h"
#include "wire.h"

/* WIRE_TABLE: what a plugin declares, as its worker tells it. */
struct wire_table {
    struct sentio_plugin table; /* without callbacks; for plugin_check_header() and _table() */
    uint32_t callbacks;         /* those that it has: bits 1u << enum call_kind */
    struct sentio_attribute attributes[PLUGIN_ATTRIBUTES_MAX];
    struct sentio_filter filters[PLUGIN_FILTERS_MAX];
    struct sentio_route routes[PLUGIN_ROUTES_MAX];
    char texts[];
};

/* `table` has passed plugin_check_table(). 0, SENTIO_NO_MEMORY or SENTIO_TOO_BIG, `out` being as
 * before. */
int wire_table(struct wire_buffer *out, const struct sentio_plugin *table);

/* A copy in one allocation, for free(); its table is not checked yet. 0, SENTIO_INVALID (also: it
 * declares more than a plugin may) or SENTIO_NO_MEMORY. */
int wire_read_table(const struct wire_frame *frame, struct wire_table **table);

#endif
