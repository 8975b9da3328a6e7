/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PLUGIN_H
#define SENTIO_HOST_PLUGIN_H

#include <stddef.h>

#include <sentio/plugin.h>

#include "plugin_file.h"

struct wire_table;

/* A plugin's code, loaded here, or what its worker has told of it. `table` is the host's own copy,
 * zero-extended to this host's size. */
struct plugin {
    struct sentio_plugin table;
    char *file; /* as configured, for messages */
    void *handle;
    struct wire_table *described; /* owned, and `table` is its; NULL: it is loaded here */
    unsigned char digest[PLUGIN_DIGEST_SIZE]; /* of the file, SHA-256 */
};

/*
 * Loads and checks a plugin: symbol, magic, major, minor, size, the declared names, counts, types
 * and routes. With `copy_dir` the file is copied there first, under a unique name that is removed
 * again once it is loaded, because dlopen() of a path that it knows returns the old code even after
 * the file was replaced. NULL: loaded in place. 0, or a negative code with the reason in `why`: it
 * names the file and the two values that disagree.
 */
int plugin_load(const char *file, const char *copy_dir, struct plugin **plugin, char *why,
                size_t why_size);

/* The same from `path`, which is loaded as it is and stands in no message. Without a digest. */
int plugin_load_from(const char *file, const char *path, struct plugin **plugin, char *why,
                     size_t why_size);

/* NULL is allowed. Nothing of the plugin may be in use any more. */
void plugin_unload(struct plugin *plugin);

#endif
