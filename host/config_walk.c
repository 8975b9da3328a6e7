/* SPDX-License-Identifier: MIT */
#include "config_parse.h" /* before config.h */

#include "config_walk.h"

#include <stdlib.h>
#include <string.h>

#include "config_memory.h"
#include "config_options.h"
#include "suggest.h"

struct walk {
    struct config_draft *draft;
    const struct config_origin *file;
    size_t *seen; /* channels of this file */
    size_t seen_count;
};

static struct config_origin origin_of(const struct walk *walk, const config_setting_t *setting) {
    struct config_origin origin = *walk->file;
    origin.line = (int)config_setting_source_line(setting);
    return origin;
}

static enum setting_found found_of(const config_setting_t *setting) {
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_BOOL:
        return SETTING_FOUND_BOOL;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return SETTING_FOUND_INTEGER;
    case CONFIG_TYPE_FLOAT:
        return SETTING_FOUND_NUMBER;
    case CONFIG_TYPE_STRING:
        return SETTING_FOUND_STRING;
    case CONFIG_TYPE_GROUP:
        return SETTING_FOUND_GROUP;
    default:
        return SETTING_FOUND_LIST;
    }
}

static struct setting_value value_of(const config_setting_t *setting) {
    struct setting_value value = {.found = found_of(setting)};
    if (value.found == SETTING_FOUND_BOOL) {
        value.number = config_setting_get_bool(setting);
    } else if (value.found == SETTING_FOUND_INTEGER) {
        value.number = config_setting_get_int64(setting);
    } else if (value.found == SETTING_FOUND_STRING) {
        value.text = config_setting_get_string(setting);
    }
    return value;
}

/* Whether all elements are strings; each that is not gets its error. */
static bool check_strings(struct walk *walk, const config_setting_t *setting, const char *label) {
    bool good = true;
    int count = config_setting_length(setting);
    for (int i = 0; i < count; i++) {
        const config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
        if (config_setting_type(element) != CONFIG_TYPE_STRING) {
            struct config_origin origin = origin_of(walk, element);
            config_error(&walk->draft->errors, &origin, NULL,
                         "%s must be a list of strings, but element %d is %s", label, i + 1,
                         setting_found_name(found_of(element)));
            good = false;
        }
    }
    return good;
}

static void store_list(struct walk *walk, const struct config_target *target, size_t row,
                       const config_setting_t *setting, const char *label) {
    if (!check_strings(walk, setting, label)) {
        target->origins[row].failed = true;
        return;
    }
    size_t count = (size_t)config_setting_length(setting);
    const char **items = config_zeroed(count, sizeof(*items));
    int *lines = config_zeroed(count, sizeof(*lines));
    for (size_t i = 0; i < count; i++) {
        const config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
        items[i] = config_setting_get_string(element);
        lines[i] = (int)config_setting_source_line(element);
    }
    struct setting_value value = {.found = SETTING_FOUND_LIST, .items = items, .count = count};
    struct config_origin origin = origin_of(walk, setting);
    origin.lines = lines;
    origin.line_count = count;
    config_draft_store(walk->draft, target, row, &value, &origin);
    free(lines);
    free(items);
}

static void store_options(struct walk *walk, const struct config_target *target, size_t row,
                          const config_setting_t *setting, const char *label) {
    char *json = config_options_json(setting, label, walk->file, &walk->draft->errors);
    if (json == NULL) {
        target->origins[row].failed = true;
        return;
    }
    struct setting_value value = {.found = SETTING_FOUND_GROUP, .text = json};
    struct config_origin origin = origin_of(walk, setting);
    config_draft_store(walk->draft, target, row, &value, &origin);
    free(json);
}

static void store(struct walk *walk, const struct config_target *target, size_t row,
                  const config_setting_t *setting) {
    enum setting_type type = target->rows[row].type;
    enum setting_found found = found_of(setting);
    char *label = config_draft_label(target, target->rows[row].name);
    if (found == SETTING_FOUND_LIST && (type == SETTING_LIST || type == SETTING_LISTEN)) {
        store_list(walk, target, row, setting, label);
    } else if (found == SETTING_FOUND_GROUP && type == SETTING_OPTIONS) {
        store_options(walk, target, row, setting, label);
    } else {
        struct setting_value value = value_of(setting);
        struct config_origin origin = origin_of(walk, setting);
        config_draft_store(walk->draft, target, row, &value, &origin);
    }
    free(label);
}

/* The first part of a row's name below `prefix`, as long as `*length`; NULL if it is elsewhere. */
static const char *part_below(const char *name, const char *prefix, size_t *length) {
    size_t skip = strlen(prefix);
    if (strncmp(name, prefix, skip) != 0) {
        return NULL;
    }
    *length = strcspn(name + skip, ".");
    return name + skip;
}

static void unknown(struct walk *walk, const struct config_target *target, const char *prefix,
                    const config_setting_t *setting, bool section) {
    const char *name = config_setting_name(setting);
    struct suggest suggest = suggest_start(name);
    char **parts = NULL;
    size_t count = 0;
    for (size_t i = 0; i < target->count; i++) {
        size_t length = 0;
        const char *part = part_below(target->rows[i].name, prefix, &length);
        if (part != NULL) {
            parts = config_grown(parts, count, sizeof(*parts));
            parts[count] = config_text("%.*s", (int)length, part);
            suggest_offer(&suggest, parts[count]);
            count++;
        }
    }
    if (section) {
        suggest_offer(&suggest, "channels");
    }
    char *whole = config_text("%s%s", prefix, name);
    char *label = config_draft_label(target, whole);
    struct config_origin origin = origin_of(walk, setting);
    config_error(&walk->draft->errors, &origin, suggest.best, "there is no %s %s",
                 section ? "section" : "setting", label);
    free(label);
    free(whole);
    for (size_t i = 0; i < count; i++) {
        free(parts[i]);
    }
    free(parts);
}

static bool is_prefix(const struct config_target *target, const char *prefix) {
    for (size_t i = 0; i < target->count; i++) {
        if (strncmp(target->rows[i].name, prefix, strlen(prefix)) == 0) {
            return true;
        }
    }
    return false;
}

static void walk_group(struct walk *walk, const struct config_target *target, const char *prefix,
                       const config_setting_t *group);

/* A setting of the table, or a group of settings (`server`, `source`). */
static void walk_member(struct walk *walk, const struct config_target *target, const char *prefix,
                        const config_setting_t *member) {
    char *name = config_text("%s%s", prefix, config_setting_name(member));
    char *inner = config_text("%s.", name);
    size_t row = settings_find(target->rows, target->count, name);
    if (row < target->count) {
        store(walk, target, row, member);
    } else if (!is_prefix(target, inner)) {
        unknown(walk, target, prefix, member, target->channel == NULL && prefix[0] == '\0');
    } else if (config_setting_is_group(member)) {
        walk_group(walk, target, inner, member);
    } else {
        struct config_origin origin = origin_of(walk, member);
        char *label = config_draft_label(target, name);
        config_error(&walk->draft->errors, &origin, NULL, "%s must be a group { ... }, not %s",
                     label, setting_found_name(found_of(member)));
        free(label);
    }
    free(inner);
    free(name);
}

static void walk_group(struct walk *walk, const struct config_target *target, const char *prefix,
                       const config_setting_t *group) {
    int count = config_setting_length(group);
    for (int i = 0; i < count; i++) {
        walk_member(walk, target, prefix, config_setting_get_elem(group, (unsigned)i));
    }
}

/* The entry's name, or NULL after an error. */
static const char *entry_name(struct walk *walk, const config_setting_t *entry) {
    struct config_origin origin = origin_of(walk, entry);
    struct config_errors *errors = &walk->draft->errors;
    const config_setting_t *setting = config_setting_get_member(entry, "name");
    struct config_fault fault = {NULL, ""};
    if (setting == NULL) {
        config_error(errors, &origin, NULL, "a channel needs a name: { name = \"...\"; ... }");
        return NULL;
    }
    origin = origin_of(walk, setting);
    const char *name = config_setting_get_string(setting);
    if (name == NULL) {
        config_error(errors, &origin, NULL, "a channel's name must be a string, not %s",
                     setting_found_name(found_of(setting)));
        return NULL;
    }
    if (config_syntax_channel(name, &fault) != 0) {
        config_error(errors, &origin, NULL, "\"%s\" %s", name, fault.why);
        return NULL;
    }
    return name;
}

static bool seen_before(struct walk *walk, size_t channel) {
    for (size_t i = 0; i < walk->seen_count; i++) {
        if (walk->seen[i] == channel) {
            return true;
        }
    }
    walk->seen = config_grown(walk->seen, walk->seen_count, sizeof(*walk->seen));
    walk->seen[walk->seen_count++] = channel;
    return false;
}

static void walk_channel(struct walk *walk, const config_setting_t *entry) {
    struct config_draft *draft = walk->draft;
    struct config_origin origin = origin_of(walk, entry);
    if (!config_setting_is_group(entry)) {
        config_error(&draft->errors, &origin, NULL,
                     "a channel must be a group { name = \"...\"; ... }, not %s",
                     setting_found_name(found_of(entry)));
        return;
    }
    const char *name = entry_name(walk, entry);
    if (name == NULL) {
        return;
    }
    size_t index = config_draft_find(draft, name);
    if (index == draft->channel_count) {
        config_draft_add(draft, name);
    }
    if (seen_before(walk, index)) {
        config_error(&draft->errors, &origin, NULL,
                     "channel \"%s\" is in this file twice, first at line %d", name,
                     draft->channels[index].entry.line);
        return;
    }
    draft->channels[index].entry = origin;
    struct config_target target = config_draft_target(draft, index);
    walk_group(walk, &target, "", entry);
}

static void walk_channels(struct walk *walk, const config_setting_t *channels) {
    bool list = config_setting_is_list(channels);
    int count = config_setting_length(channels);
    if (!list && (!config_setting_is_array(channels) || count > 0)) {
        struct config_origin origin = origin_of(walk, channels);
        config_error(&walk->draft->errors, &origin, NULL,
                     "channels must be a list of groups ( { ... }, { ... } ), not %s",
                     config_setting_is_array(channels) ? "an array"
                                                       : setting_found_name(found_of(channels)));
        return;
    }
    for (int i = 0; i < count; i++) {
        walk_channel(walk, config_setting_get_elem(channels, (unsigned)i));
    }
}

void config_walk(struct config_draft *draft, const char *text, bool scanned,
                 const struct config_origin *file) {
    config_t *parsed = config_parse(text, file, scanned ? &draft->errors : NULL);
    if (parsed == NULL) {
        return;
    }
    struct walk walk = {draft, file, NULL, 0};
    struct config_target host = config_draft_host(draft);
    const config_setting_t *root = config_root_setting(parsed);
    int count = config_setting_length(root);
    for (int i = 0; i < count; i++) {
        const config_setting_t *member = config_setting_get_elem(root, (unsigned)i);
        if (strcmp(config_setting_name(member), "channels") == 0) {
            walk_channels(&walk, member);
        } else {
            walk_member(&walk, &host, "", member);
        }
    }
    free(walk.seen);
    config_parse_destroy(parsed);
}
