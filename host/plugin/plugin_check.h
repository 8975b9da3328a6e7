/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PLUGIN_CHECK_H
#define SENTIO_HOST_PLUGIN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "call.h"

/* What a table may declare at most. */
enum { PLUGIN_ATTRIBUTES_MAX = 8, PLUGIN_FILTERS_MAX = 8, PLUGIN_ROUTES_MAX = 16 };

/* Where the reason of a failure goes: "<file>: <reason>". Owned by the caller. */
struct plugin_report {
    const char *file;
    char *why;
    size_t size;
};

/* Writes the reason and returns `code`. */
int plugin_fail(const struct plugin_report *report, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Checks magic, versions and size of a table in the plugin's memory, of which `available` bytes are
 * there (0: unknown), reading no further than those allow. 0 or SENTIO_INVALID. Any thread.
 */
int plugin_check_header(const struct plugin_report *report, const struct sentio_plugin *table,
                        size_t available);

/* Whether a loaded plugin has the callback. Any thread. */
bool plugin_has(const struct sentio_plugin *table, enum call_kind kind);

/* All the callbacks that a loaded plugin has: bits 1u << enum call_kind. Any thread. */
uint32_t plugin_callbacks(const struct sentio_plugin *table);

/*
 * Checks what a table of the right version declares. `callbacks`: those that the plugin has, as
 * plugin_callbacks() tells them; the table's own pointers are not looked at, because a worker's
 * table has none. 0 or SENTIO_INVALID. Any thread.
 */
int plugin_check_table(const struct plugin_report *report, const struct sentio_plugin *table,
                       uint32_t callbacks);

#endif
