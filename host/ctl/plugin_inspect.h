/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_PLUGIN_INSPECT_H
#define SENTIO_CTL_PLUGIN_INSPECT_H

#include <stdbool.h>

struct json_object;

/*
 * Everything about a plugin's file, which is loaded in a process of its own: {"file", "size",
 * "sha256", "loads": true, "plugin": {as plugin_describe says}, "notes": [...]}, or {"file",
 * "size", "sha256", "loads": false, "why"}; without size and hash when it can not be read. NULL:
 * out of memory; else to be put by the caller.
 */
struct json_object *plugin_inspect(const char *file);

/* Whether it loads. */
bool inspected_loads(struct json_object *object);
/* Whether the plugin has the text in its array `name`: "flags", "callbacks". */
bool inspected_has(struct json_object *object, const char *name, const char *text);

#endif
