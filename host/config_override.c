/* SPDX-License-Identifier: MIT */
#include "config_override.h"

#include <stdlib.h>
#include <string.h>

#include "config_memory.h"
#include "suggest.h"

#define PREFIX "SENTIO_"

struct override {
    struct config_origin origin;
    char *key;         /* as the operator wrote it */
    const char *value; /* NULL: there was no "=" */
    bool environment;
};

/* "channels.market-data.interval" as SENTIO_CHANNELS__MARKET_DATA__INTERVAL. */
static char *environment_name(const char *label) {
    char *name = config_zeroed(sizeof(PREFIX) + 2 * strlen(label), 1);
    memcpy(name, PREFIX, sizeof(PREFIX));
    char *out = name + strlen(PREFIX);
    for (const char *at = label; *at != '\0'; at++) {
        if (*at == '.') {
            *out++ = '_';
        }
        char c = *at >= 'a' && *at <= 'z' ? (char)(*at - ('a' - 'A')) : *at;
        *out++ = c == '.' || c == '-' ? '_' : c;
    }
    return name;
}

static char *key_of(const struct config_target *target, size_t row, bool environment) {
    char *label = config_draft_label(target, target->rows[row].name);
    if (!environment) {
        return label;
    }
    char *name = environment_name(label);
    free(label);
    return name;
}

static size_t find_key(const struct config_target *target, const struct override *override) {
    for (size_t i = 0; i < target->count; i++) {
        char *key = key_of(target, i, override->environment);
        bool equal = strcmp(key, override->key) == 0;
        free(key);
        if (equal) {
            return i;
        }
    }
    return target->count;
}

/* The targets in turn: the host, then each channel; false after the last. */
static bool target_at(struct config_draft *draft, size_t index, struct config_target *target) {
    if (index > draft->channel_count) {
        return false;
    }
    *target = index == 0 ? config_draft_host(draft) : config_draft_target(draft, index - 1);
    return true;
}

static size_t length_after(const char *text, const char *separator) {
    const char *last = text;
    for (const char *at = strstr(text, separator); at != NULL; at = strstr(last, separator)) {
        last = at + strlen(separator);
    }
    return strlen(last);
}

static void unknown(struct config_draft *draft, const struct override *override) {
    struct config_target target;
    char *best = NULL;
    struct suggest suggest = suggest_start(override->key);
    /* The section, which most settings share, must not count for being near. */
    size_t length = length_after(override->key, override->environment ? "__" : ".");
    suggest.distance = 2 + length / 4;
    for (size_t i = 0; target_at(draft, i, &target); i++) {
        for (size_t row = 0; row < target.count; row++) {
            char *key = key_of(&target, row, override->environment);
            suggest.best = NULL;
            suggest_offer(&suggest, key);
            if (suggest.best != NULL) {
                free(best);
                best = key;
            } else {
                free(key);
            }
        }
    }
    config_error(&draft->errors, &override->origin, best, "there is no setting %s", override->key);
    free(best);
}

static bool only_in_files(const struct setting *row) {
    return row->type == SETTING_OPTIONS || strcmp(row->name, "name") == 0;
}

static void apply(struct config_draft *draft, const struct override *override) {
    struct config_target target;
    for (size_t i = 0; target_at(draft, i, &target); i++) {
        size_t row = find_key(&target, override);
        if (row == target.count) {
            continue;
        }
        if (only_in_files(&target.rows[row])) {
            config_error(&draft->errors, &override->origin, NULL, "can only be set in a file");
        } else {
            config_draft_store_text(draft, &target, row, override->value, &override->origin);
        }
        return;
    }
    unknown(draft, override);
}

void config_override_environment(struct config_draft *draft, const char *const *environment) {
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        const char *equals = strchr(environment[i], '=');
        if (equals == NULL || strncmp(environment[i], PREFIX, strlen(PREFIX)) != 0) {
            continue;
        }
        char *key = config_text("%.*s", (int)(equals - environment[i]), environment[i]);
        if (strstr(key + strlen(PREFIX), "__") != NULL) {
            struct override override = {.key = key, .value = equals + 1, .environment = true};
            override.origin.kind = CONFIG_FROM_ENVIRONMENT;
            override.origin.name = config_draft_name(draft, key);
            apply(draft, &override);
        }
        free(key);
    }
}

void config_override_flags(struct config_draft *draft, const char *const *sets, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(sets[i], '=');
        char *name = config_text("--set %s", sets[i]);
        struct override override = {.origin = {.kind = CONFIG_FROM_FLAG}};
        override.origin.name = config_draft_name(draft, name);
        free(name);
        if (equals == NULL) {
            config_error(&draft->errors, &override.origin, NULL,
                         "is not of the form section.key=value");
            continue;
        }
        override.key = config_text("%.*s", (int)(equals - sets[i]), sets[i]);
        override.value = equals + 1;
        apply(draft, &override);
        free(override.key);
    }
}
