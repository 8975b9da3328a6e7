/* SPDX-License-Identifier: MIT */
#include "config_check.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "config_memory.h"
#include "suggest.h"
#include "units.h"

/* The setting's own place, or that of the channel's entry when it has the default. */
static const struct config_origin *place_of(const struct config_draft_channel *channel,
                                            const char *setting) {
    const struct config_origin *origin = config_draft_origin(channel, setting);
    return origin->kind == CONFIG_FROM_DEFAULT ? &channel->entry : origin;
}

static char *suggest_plugin(const char *path, const char *written) {
    const char *slash = strrchr(path, '/');
    char *folder = config_text("%.*s", (int)(slash - path) + 1, path);
    struct suggest suggest = suggest_start(slash + 1);
    char *best = NULL;
    DIR *entries = opendir(folder);
    free(folder);
    if (entries == NULL) {
        return NULL;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        size_t length = strlen(entry->d_name);
        if (length <= 3 || strcmp(entry->d_name + length - 3, ".so") != 0) {
            continue;
        }
        suggest.best = NULL;
        suggest_offer(&suggest, entry->d_name);
        if (suggest.best != NULL) {
            const char *own = strrchr(written, '/');
            free(best);
            best =
                config_text("%.*s%s", own ? (int)(own - written) + 1 : 0, written, entry->d_name);
        }
    }
    closedir(entries);
    return best;
}

static void check_plugin(struct config_draft *draft, struct config_draft_channel *channel) {
    const char *written = channel->value.plugin;
    const char *why = NULL;
    if (config_draft_origin(channel, "plugin")->failed) {
        return;
    }
    if (written == NULL) {
        config_error(&draft->errors, &channel->entry, NULL, "channel \"%s\" needs a plugin",
                     channel->value.name);
        return;
    }
    bool bare = strchr(written, '/') == NULL;
    char *path =
        written[0] == '/'
            ? config_copied(written)
            : config_text("%s/%s", bare ? draft->config->plugins.dir : draft->folder, written);
    if (config_check_readable(path, &why) != 0) {
        char *suggestion = suggest_plugin(path, written);
        config_error(&draft->errors, config_draft_origin(channel, "plugin"), suggestion,
                     "channels.%s.plugin: \"%s\" cannot be read at %s: %s", channel->value.name,
                     written, path, why);
        free(suggestion);
    }
    free(channel->value.plugin);
    channel->value.plugin = path;
}

static void check_interval(struct config_draft *draft, const struct config_draft_channel *channel) {
    const struct config_channel *value = &channel->value;
    char buffers[3][UNITS_TEXT];
    const char *least = units_duration_text(value->interval_min, buffers[0]);
    const char *most = units_duration_text(value->interval_max, buffers[1]);
    if (value->interval_min > value->interval_max) {
        const struct config_origin *origin = config_draft_origin(channel, "interval_min");
        if (origin->kind == CONFIG_FROM_DEFAULT) {
            origin = config_draft_origin(channel, "interval_max");
        }
        config_error(&draft->errors, origin, NULL,
                     "channels.%s: interval_min %s is greater than interval_max %s", value->name,
                     least, most);
        return;
    }
    bool within = value->interval >= value->interval_min && value->interval <= value->interval_max;
    if (value->interval > 0 && !within) {
        config_error(&draft->errors, config_draft_origin(channel, "interval"), NULL,
                     "channels.%s.interval: %s is not from interval_min %s to interval_max %s",
                     value->name, units_duration_text(value->interval, buffers[2]), least, most);
    }
}

static void check_path(struct config_draft *draft, size_t index) {
    struct config_draft_channel *channel = &draft->channels[index];
    if (channel->value.path[0] == '\0') {
        return;
    }
    for (size_t i = 0; i < index; i++) {
        const struct config_channel *other = &draft->channels[i].value;
        if (other->enabled && strcmp(other->path, channel->value.path) == 0) {
            config_error(&draft->errors, place_of(channel, "path"), NULL,
                         "channels.%s.path: \"%s\" is the path of channel \"%s\" too",
                         channel->value.name, channel->value.path, other->name);
            return;
        }
    }
}

static void check_reference(struct config_draft *draft, const struct config_draft_channel *channel,
                            const char *setting, const struct config_strings *names, size_t index) {
    const char *name = names->items[index];
    struct config_origin origin =
        config_origin_element(config_draft_origin(channel, setting), index);
    for (size_t i = 0; i < index; i++) {
        if (strcmp(names->items[i], name) == 0) {
            config_error(&draft->errors, &origin, NULL, "channels.%s.%s names \"%s\" twice",
                         channel->value.name, setting, name);
            return;
        }
    }
    struct suggest suggest = suggest_start(name);
    for (size_t i = 0; i < draft->channel_count; i++) {
        const struct config_channel *other = &draft->channels[i].value;
        bool same = strcmp(other->name, name) == 0;
        if (same && !other->enabled) {
            config_error(&draft->errors, &origin, NULL,
                         "channels.%s.%s: channel \"%s\" is disabled", channel->value.name, setting,
                         name);
        }
        if (same) {
            return;
        }
        if (other->enabled) {
            suggest_offer(&suggest, other->name);
        }
    }
    config_error(&draft->errors, &origin, suggest.best,
                 "channels.%s.%s: there is no channel \"%s\"", channel->value.name, setting, name);
}

static void check_references(struct config_draft *draft,
                             const struct config_draft_channel *channel) {
    const struct config_channel *value = &channel->value;
    for (size_t i = 0; i < value->observes.count; i++) {
        check_reference(draft, channel, "observes", &value->observes, i);
    }
    for (size_t i = 0; i < value->forwards.count; i++) {
        check_reference(draft, channel, "forwards", &value->forwards, i);
    }
}

/* A channel that is only disabled is most likely a misspelt name, and the meant one still runs. */
static void check_disabled(struct config_draft *draft, const struct config_draft_channel *channel) {
    if (channel->value.plugin != NULL || config_draft_origin(channel, "plugin")->failed) {
        return;
    }
    struct suggest suggest = suggest_start(channel->value.name);
    for (size_t i = 0; i < draft->channel_count; i++) {
        if (draft->channels[i].value.plugin != NULL) {
            suggest_offer(&suggest, draft->channels[i].value.name);
        }
    }
    config_error(&draft->errors, &channel->entry, suggest.best,
                 "channel \"%s\" is disabled here but configured nowhere", channel->value.name);
}

void config_check_channels(struct config_draft *draft) {
    for (size_t i = 0; i < draft->channel_count; i++) {
        struct config_channel *value = &draft->channels[i].value;
        if (value->path == NULL) {
            value->path = config_text("/ws/%s", value->name);
        }
        if (!value->enabled) {
            check_disabled(draft, &draft->channels[i]);
        }
    }
    for (size_t i = 0; i < draft->channel_count; i++) {
        struct config_draft_channel *channel = &draft->channels[i];
        if (channel->value.enabled) {
            check_plugin(draft, channel);
            check_interval(draft, channel);
            check_path(draft, i);
            check_references(draft, channel);
        }
    }
}
