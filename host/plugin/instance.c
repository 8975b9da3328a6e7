/* SPDX-License-Identifier: MIT */
#include "instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "base/log.h"
#include "plugin_check.h"
#include "worker/wire_table.h"
#include "worker/worker.h"

struct instance *instance_create(const char *label, struct plugin *plugin) {
    struct instance *instance = calloc(1, sizeof(*instance));
    size_t size = (size_t)plugin->table.channel_size;
    if (instance == NULL)
        return NULL;
    instance->label = strdup(label);
    instance->state = calloc(1, size ? size : 1);
    if (instance->label == NULL || instance->state == NULL) {
        instance_destroy(instance);
        return NULL;
    }
    instance->plugin = plugin;
    instance->callbacks = plugin_callbacks(&plugin->table);
    return instance;
}

struct instance *instance_create_remote(const char *label, struct plugin *plugin,
                                        struct worker *worker) {
    struct instance *instance = calloc(1, sizeof(*instance));
    if (instance == NULL)
        return NULL;
    instance->label = strdup(label);
    if (instance->label == NULL) {
        free(instance);
        return NULL;
    }
    instance->plugin = plugin;
    instance->callbacks = plugin->described->callbacks;
    instance->worker = worker;
    return instance;
}

void instance_destroy(struct instance *instance) {
    if (instance == NULL)
        return;
    worker_stop(instance->worker);
    plugin_unload(instance->plugin);
    free(instance->state);
    free(instance->label);
    free(instance);
}

const struct sentio_plugin *instance_table(const struct instance *instance) {
    return &instance->plugin->table;
}

bool instance_may_forward(const struct instance *instance, struct sentio_bytes channel) {
    for (size_t i = 0; instance->forwards && i < instance->forwards->count; i++)
        if (sentio_is(channel, instance->forwards->items[i]))
            return true;
    return false;
}

void instance_log(struct instance *instance, uint32_t level, struct sentio_bytes text) {
    if (level == SENTIO_ERROR)
        snprintf(instance->complaint, sizeof(instance->complaint), "%.*s", (int)text.size,
                 text.data);
    if (instance->log)
        instance->log(instance, level, text);
    else
        log_write((enum log_level)level, instance->label, "%.*s", (int)text.size, text.data);
}
