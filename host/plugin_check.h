/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PLUGIN_CHECK_H
#define SENTIO_HOST_PLUGIN_CHECK_H

#include <stddef.h>

#include <sentio/plugin.h>

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

/* Checks what a table of the right version declares. 0 or SENTIO_INVALID. Any thread. */
int plugin_check_table(const struct plugin_report *report, const struct sentio_plugin *table);

#endif
