/* SPDX-License-Identifier: MIT */
#include "config_draft.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config_memory.h"

const char *config_draft_name(struct config_draft *draft, const char *name) {
    for (size_t i = 0; i < draft->name_count; i++) {
        if (strcmp(draft->names[i], name) == 0) {
            return draft->names[i];
        }
    }
    draft->names = config_grown(draft->names, draft->name_count, sizeof(*draft->names));
    draft->names[draft->name_count] = config_copied(name);
    return draft->names[draft->name_count++];
}

struct config_target config_draft_host(struct config_draft *draft) {
    struct config_target target = {.base = draft->config, .origins = draft->origins};
    target.rows = settings_host(&target.count);
    return target;
}

struct config_target config_draft_target(struct config_draft *draft, size_t channel) {
    struct config_draft_channel *found = &draft->channels[channel];
    struct config_target target = {.base = &found->value,
                                   .origins = found->origins,
                                   .channel = config_draft_name(draft, found->value.name)};
    target.rows = settings_channel(&target.count);
    return target;
}

size_t config_draft_find(const struct config_draft *draft, const char *name) {
    size_t i = 0;
    while (i < draft->channel_count && strcmp(draft->channels[i].value.name, name) != 0) {
        i++;
    }
    return i;
}

char *config_draft_label(const struct config_target *target, const char *setting) {
    return target->channel ? config_text("channels.%s.%s", target->channel, setting)
                           : config_copied(setting);
}

const struct config_origin *config_draft_host_origin(const struct config_draft *draft,
                                                     const char *setting) {
    size_t count = 0;
    const struct setting *rows = settings_host(&count);
    size_t row = settings_find(rows, count, setting);
    assert(row < count);
    return &draft->origins[row];
}

const struct config_origin *config_draft_origin(const struct config_draft_channel *channel,
                                                const char *setting) {
    size_t count = 0;
    const struct setting *rows = settings_channel(&count);
    size_t row = settings_find(rows, count, setting);
    assert(row < count);
    return &channel->origins[row];
}

static void note_origin(struct config_origin *kept, const struct config_origin *origin, int error) {
    if (error != 0) {
        kept->failed = true;
        return;
    }
    free(kept->lines);
    *kept = *origin;
    kept->failed = false;
    kept->lines = NULL;
    if (origin->line_count > 0) {
        kept->lines = config_zeroed(origin->line_count, sizeof(*kept->lines));
        memcpy(kept->lines, origin->lines, origin->line_count * sizeof(*kept->lines));
    }
}

void config_draft_store(struct config_draft *draft, const struct config_target *target, size_t row,
                        const struct setting_value *value, const struct config_origin *origin) {
    char *label = config_draft_label(target, target->rows[row].name);
    struct setting_place place = {&draft->errors, origin, label, draft->folder};
    int error = setting_store(&target->rows[row], target->base, value, &place);
    note_origin(&target->origins[row], origin, error);
    free(label);
}

void config_draft_store_text(struct config_draft *draft, const struct config_target *target,
                             size_t row, const char *text, const struct config_origin *origin) {
    char *label = config_draft_label(target, target->rows[row].name);
    struct setting_place place = {&draft->errors, origin, label, draft->folder};
    int error = setting_store_text(&target->rows[row], target->base, text, &place);
    note_origin(&target->origins[row], origin, error);
    free(label);
}

static void store_defaults(struct config_draft *draft, const struct config_target *target) {
    static const struct config_origin origin = {.kind = CONFIG_FROM_DEFAULT};
    for (size_t i = 0; i < target->count; i++) {
        if (target->rows[i].initial != NULL) {
            config_draft_store_text(draft, target, i, target->rows[i].initial, &origin);
        }
    }
}

void config_draft_init(struct config_draft *draft) {
    size_t count = 0;
    settings_host(&count);
    *draft = (struct config_draft){0};
    draft->config = config_zeroed(1, sizeof(*draft->config));
    draft->origins = config_zeroed(count, sizeof(*draft->origins));
    draft->folder = config_copied("/");
    struct config_target target = config_draft_host(draft);
    store_defaults(draft, &target);
}

size_t config_draft_add(struct config_draft *draft, const char *name) {
    size_t count = 0;
    settings_channel(&count);
    size_t index = draft->channel_count;
    draft->channels = config_grown(draft->channels, index, sizeof(*draft->channels));
    draft->channel_count++;
    draft->channels[index].origins = config_zeroed(count, sizeof(struct config_origin));
    draft->channels[index].value.name = config_copied(name);
    struct config_target target = config_draft_target(draft, index);
    store_defaults(draft, &target);
    return index;
}

static void finish_channel(struct config_channel *channel) {
    size_t count = 0;
    const struct setting *rows = settings_channel(&count);
    for (size_t i = 0; i < count; i++) {
        setting_finish(&rows[i], channel);
    }
    free(channel->file);
}

static void finish_origins(struct config_origin *origins, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(origins[i].lines);
    }
    free(origins);
}

void config_draft_finish(struct config_draft *draft) {
    size_t host_count = 0;
    size_t channel_count = 0;
    settings_host(&host_count);
    settings_channel(&channel_count);
    config_destroy(draft->config);
    finish_origins(draft->origins, host_count);
    for (size_t i = 0; i < draft->channel_count; i++) {
        finish_channel(&draft->channels[i].value);
        finish_origins(draft->channels[i].origins, channel_count);
    }
    free(draft->channels);
    config_errors_finish(&draft->errors);
    free(draft->folder);
    for (size_t i = 0; i < draft->name_count; i++) {
        free(draft->names[i]);
    }
    free(draft->names);
}

struct config *config_draft_take(struct config_draft *draft) {
    struct config *config = draft->config;
    config->channels = config_zeroed(draft->channel_count, sizeof(*config->channels));
    for (size_t i = 0; i < draft->channel_count; i++) {
        struct config_draft_channel *channel = &draft->channels[i];
        if (channel->value.enabled) {
            channel->value.file = config_copied(channel->entry.name);
            channel->value.line = channel->entry.line;
            config->channels[config->channel_count++] = channel->value;
            channel->value = (struct config_channel){0};
        }
    }
    draft->config = NULL;
    return config;
}

void config_destroy(struct config *config) {
    if (config == NULL) {
        return;
    }
    size_t count = 0;
    const struct setting *rows = settings_host(&count);
    for (size_t i = 0; i < count; i++) {
        setting_finish(&rows[i], config);
    }
    for (size_t i = 0; i < config->channel_count; i++) {
        finish_channel(&config->channels[i]);
    }
    free(config->channels);
    free(config);
}
