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

/* Members of it. NULL or false when there is no such thing. */
const char *inspected_text(struct json_object *object, const char *name);
bool inspected_true(struct json_object *object, const char *name);
/* Whether the array has the text among its elements. */
bool inspected_has(struct json_object *array, const char *text);

#endif
