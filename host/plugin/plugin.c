/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_check.h"

#define SYMBOL "sentio_plugin"

static int open_object(const struct plugin_report *report, const char *path, void **handle) {
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (*handle) {
        return SENTIO_OK;
    }
    const char *reason = dlerror();
    size_t size = strlen(path);
    /* The reason begins with the copy's path, which is gone by the time that somebody reads it. */
    if (strncmp(reason, path, size) == 0 && strncmp(reason + size, ": ", 2) == 0) {
        reason += size + 2;
    }
    return plugin_fail(report, SENTIO_FAILED, "%s", reason);
}

/* The size that the linker recorded for the symbol; 0: unknown. */
static size_t symbol_size(const void *address) {
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    int found = dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT);
    if (found == 0 || !symbol || !info.dli_sname || strcmp(info.dli_sname, SYMBOL) != 0) {
        return 0;
    }
    return symbol->st_size;
}

static int read_table(const struct plugin_report *report, struct plugin *plugin) {
    const struct sentio_plugin *table = dlsym(plugin->handle, SYMBOL);
    if (!table) {
        return plugin_fail(report, SENTIO_NOT_FOUND,
                           "no symbol \"" SYMBOL "\": it is not a Sentio plugin");
    }
    int rc = plugin_check_header(report, table, symbol_size(table));
    if (rc != SENTIO_OK) {
        return rc;
    }
    size_t size = table->size;
    memcpy(&plugin->table, table, size < sizeof(*table) ? size : sizeof(*table));
    return plugin_check_table(report, &plugin->table, plugin_callbacks(&plugin->table));
}

int plugin_load_from(const char *file, const char *path, struct plugin **plugin, char *why,
                     size_t why_size) {
    const struct plugin_report report = {.file = file, .why = why, .size = why_size};
    struct plugin *loaded = calloc(1, sizeof(*loaded));
    char *name = strdup(file);
    int rc = SENTIO_NO_MEMORY;
    if (!loaded || !name) {
        plugin_fail(&report, rc, "out of memory");
        free(name);
        goto fail;
    }
    loaded->file = name;
    rc = open_object(&report, path, &loaded->handle);
    if (rc == SENTIO_OK) {
        rc = read_table(&report, loaded);
    }
    if (rc != SENTIO_OK) {
        goto fail;
    }
    *plugin = loaded;
    return SENTIO_OK;
fail:
    plugin_unload(loaded);
    return rc;
}

int plugin_load(const char *file, const char *copy_dir, struct plugin **plugin, char *why,
                size_t why_size) {
    const struct plugin_report report = {.file = file, .why = why, .size = why_size};
    struct plugin_file copy;
    int rc = plugin_file_open(&report, copy_dir, &copy);
    if (rc != SENTIO_OK) {
        return rc;
    }
    rc = plugin_load_from(file, copy.path, plugin, why, why_size);
    if (rc == SENTIO_OK) {
        memcpy((*plugin)->digest, copy.digest, sizeof(copy.digest));
    }
    plugin_file_close(&copy);
    return rc;
}

void plugin_unload(struct plugin *plugin) {
    if (!plugin) {
        return;
    }
    if (plugin->handle) {
        dlclose(plugin->handle);
    }
    free(plugin->described);
    free(plugin->file);
    free(plugin);
}
