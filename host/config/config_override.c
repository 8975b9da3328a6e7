/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/suggest.h"

#define PREFIX "SENTIO_"

/* The row's whole name, or SENTIO_CHANNELS__MARKET_DATA__INTERVAL. */
static const char *key_of(struct config_arena *scratch, const struct config_target *target,
                          size_t row, bool environment) {
    char *label = config_format(scratch, "%s%s", target->prefix, target->settings->rows[row].name);
    if (!environment) {
        return label;
    }
    char *name = config_format(scratch, PREFIX "%s%s", label, label);
    char *out = name + strlen(PREFIX);
    for (const char *at = label; *at != '\0'; at++) {
        if (*at == '.') {
            *out++ = '_';
        }
        *out++ = *at == '.' || *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    }
    *out = '\0';
    return name;
}

static void override(struct config_draft *draft, struct config_layer *layer, const char *key,
                     const char *value) {
    struct config_origin origin = {.layer = layer};
    struct suggest suggest = suggest_start(key);
    /* Not a part of the length: most settings share the section. */
    suggest.distance = 3;
    for (size_t i = 0; i < draft->target_count; i++) {
        const struct config_target *target = &draft->targets[i];
        for (size_t row = 0; row < target->settings->count; row++) {
            bool environment = layer->kind == CONFIG_ENVIRONMENT;
            const char *name = key_of(&draft->scratch, target, row, environment);
            const struct setting *setting = &target->settings->rows[row];
            if (strcmp(name, key) != 0) {
                suggest_offer(&suggest, name);
            } else if (setting->type == SETTING_OPTIONS || strcmp(setting->name, "name") == 0) {
                config_error(draft, origin, NULL, "can only be set in a file");
                return;
            } else {
                config_store_text(draft, target, row, layer, value);
                return;
            }
        }
    }
    config_error(draft, origin, suggest.best, "there is no setting %s", key);
}

void config_read_environment(struct config_draft *draft, const char *const *environment) {
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        const char *text = environment[i];
        const char *equals = strchr(text, '=');
        const char *section = strstr(text, "__");
        if (strncmp(text, PREFIX, strlen(PREFIX)) == 0 && section != NULL && section < equals) {
            const char *key = config_format(&draft->scratch, "%.*s", (int)(equals - text), text);
            override(draft, config_layer_add(draft, CONFIG_ENVIRONMENT, key), key, equals + 1);
        }
    }
}

void config_read_flags(struct config_draft *draft, const char *const *sets, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(sets[i], '=');
        const char *name = config_format(&draft->scratch, "--set %s", sets[i]);
        struct config_layer *layer = config_layer_add(draft, CONFIG_FLAG, name);
        if (equals == NULL) {
            config_error(draft, (struct config_origin){.layer = layer}, NULL,
                         "is not of the form section.key=value");
        } else {
            name = config_format(&draft->scratch, "%.*s", (int)(equals - sets[i]), sets[i]);
            override(draft, layer, name, equals + 1);
        }
    }
}
