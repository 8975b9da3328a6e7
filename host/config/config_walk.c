/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <string.h>

#include "base/suggest.h"

static void unknown(struct config_draft *draft, const struct config_target *target,
                    const char *prefix, struct config_origin origin) {
    const char *name = config_setting_name(origin.setting);
    struct suggest suggest = suggest_start(name);
    size_t skip = strlen(prefix);
    for (size_t i = 0; i < target->settings->count; i++) {
        const char *part = target->settings->rows[i].name + skip;
        if (strncmp(target->settings->rows[i].name, prefix, skip) == 0) {
            int length = (int)strcspn(part, ".");
            suggest_offer(&suggest, config_format(&draft->scratch, "%.*s", length, part));
        }
    }
    bool section = target == draft->targets && skip == 0;
    if (section) {
        suggest_offer(&suggest, "channels");
    }
    config_error(draft, origin, suggest.best, "there is no %s %s%s%s",
                 section ? "section" : "setting", target->prefix, prefix, name);
}

static bool is_group(const struct config_target *target, const char *prefix) {
    for (size_t i = 0; i < target->settings->count; i++) {
        if (strncmp(target->settings->rows[i].name, prefix, strlen(prefix)) == 0) {
            return true;
        }
    }
    return false;
}

/* A setting of the table, or a group of settings (`server`, `source`). */
static void walk_member(struct config_draft *draft, const struct config_target *target,
                        const char *prefix, const struct config_layer *layer,
                        const config_setting_t *member) {
    const char *name = config_format(&draft->scratch, "%s%s", prefix, config_setting_name(member));
    const char *inner = config_format(&draft->scratch, "%s.", name);
    struct config_origin origin = config_origin(layer, member);
    size_t row = settings_find(target->settings, name);
    if (row < target->settings->count) {
        config_store(draft, target, row, layer, member);
    } else if (!is_group(target, inner)) {
        unknown(draft, target, prefix, origin);
    } else if (!config_setting_is_group(member)) {
        config_error(draft, origin, NULL, "%s%s must be a group { ... }, not %s", target->prefix,
                     name, config_found(draft, member));
    } else {
        for (int i = 0; i < config_setting_length(member); i++) {
            walk_member(draft, target, inner, layer, config_setting_get_elem(member, (unsigned)i));
        }
    }
}

static void walk_channel(struct config_draft *draft, const struct config_layer *layer,
                         const config_setting_t *entry) {
    struct config_origin origin = config_origin(layer, entry);
    const char *name = NULL;
    if (!config_setting_is_group(entry) ||
        config_setting_lookup_string(entry, "name", &name) == CONFIG_FALSE) {
        config_error(draft, origin, NULL, "a channel must be a group { name = \"...\"; ... }");
        return;
    }
    size_t index = config_target_find(draft, name);
    if (index == draft->target_count) {
        config_target_add(draft, name);
    }
    struct config_target *target = &draft->targets[index];
    if (target->entry.layer == layer) {
        config_error(draft, origin, NULL, "channel \"%s\" is in this file twice, first at line %d",
                     name, target->entry.line);
        return;
    }
    target->entry = origin;
    for (int i = 0; i < config_setting_length(entry); i++) {
        walk_member(draft, target, "", layer, config_setting_get_elem(entry, (unsigned)i));
    }
}

static void walk_channels(struct config_draft *draft, const struct config_layer *layer,
                          const config_setting_t *channels) {
    if (!config_setting_is_list(channels)) {
        config_error(draft, config_origin(layer, channels), NULL,
                     "channels must be a list of groups ( { ... }, { ... } ), not %s",
                     config_found(draft, channels));
        return;
    }
    for (int i = 0; i < config_setting_length(channels); i++) {
        walk_channel(draft, layer, config_setting_get_elem(channels, (unsigned)i));
    }
}

void config_walk(struct config_draft *draft, struct config_layer *layer) {
    const config_setting_t *root = config_root_setting(&layer->tree);
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *member = config_setting_get_elem(root, (unsigned)i);
        if (strcmp(config_setting_name(member), "channels") == 0) {
            walk_channels(draft, layer, member);
        } else {
            walk_member(draft, draft->targets, "", layer, member);
        }
    }
}
