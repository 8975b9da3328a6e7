/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <stdlib.h>
#include <string.h>

/* A value on its way to its place. */
struct storing {
    struct config_draft *draft;
    const char *prefix;
    const struct setting *row;
    const config_setting_t *value;
    const char *text; /* of a string; else NULL */
    struct config_origin origin;
    void *at;
};

const char *config_found(struct config_draft *draft, const config_setting_t *setting) {
    static const char *const names[] = {
        [CONFIG_TYPE_GROUP] = "a group",  [CONFIG_TYPE_FLOAT] = "a number with a fraction",
        [CONFIG_TYPE_BOOL] = "a boolean", [CONFIG_TYPE_ARRAY] = "an array",
        [CONFIG_TYPE_LIST] = "a list",
    };
    const char *text = config_setting_get_string(setting);
    if (text != NULL) {
        return config_format(&draft->scratch, "\"%s\"", text);
    }
    const char *name = names[config_setting_type(setting)];
    long long number = config_setting_get_int64(setting);
    return name ? name : config_format(&draft->scratch, "%lld", number);
}

static bool wrong(const struct storing *to, const char *wanted) {
    config_error(to->draft, to->origin, NULL, "%s%s must be %s, not %s", to->prefix, to->row->name,
                 wanted, config_found(to->draft, to->value));
    return false;
}

static bool store_flag(const struct storing *to) {
    bool tristate = to->row->type == SETTING_TRISTATE;
    int state = config_setting_get_bool(to->value);
    if (tristate && to->text != NULL && strcmp(to->text, "plugin") == 0) {
        state = -1;
    } else if (config_setting_type(to->value) != CONFIG_TYPE_BOOL) {
        return wrong(to, tristate ? "true, false or \"plugin\"" : "true or false");
    }
    if (tristate) {
        *(int *)to->at = state;
    } else {
        *(bool *)to->at = state == CONFIG_TRUE;
    }
    return true;
}

static bool store_number(const struct storing *to) {
    static const char *const wanted[] = {
        [SETTING_COUNT] = "an integer",
        [SETTING_SIZE] = "a size such as \"64KiB\" (B, KiB, MiB, GiB or TiB)",
        [SETTING_DURATION] = "a duration such as \"30s\" (ms, s, m, h or d)",
    };
    const struct setting *row = to->row;
    char buffers[2][UNITS_TEXT];
    int type = config_setting_type(to->value);
    bool count = row->type == SETTING_COUNT;
    int64_t number = config_setting_get_int64(to->value);
    bool integer = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
    bool good = integer && (count || number == 0);
    if (to->text != NULL && !count) {
        good = units_parse((enum units)row->type, to->text, &number) == 0;
    }
    if (!good) {
        return wrong(to, wanted[row->type]);
    }
    if (number < row->min || number > row->max) {
        return wrong(to, config_format(&to->draft->scratch, "from %s to %s",
                                       units_text((enum units)row->type, row->min, buffers[0]),
                                       units_text((enum units)row->type, row->max, buffers[1])));
    }
    *(int64_t *)to->at = number;
    return true;
}

static bool store_choice(const struct storing *to) {
    char choices[SETTING_TEXT_MAX];
    const char *text = to->text ? to->text : "";
    for (const struct setting_choice *choice = to->row->choices; choice->name; choice++) {
        if (strcmp(choice->name, text) == 0) {
            *(int *)to->at = choice->value;
            return true;
        }
    }
    setting_choices_text(to->row, choices);
    return wrong(to, config_format(&to->draft->scratch, "one of %s", choices));
}

/* `listen` is to be filled when it is not NULL. */
static bool judge(const struct storing *to, struct config_origin origin, const char *text,
                  struct config_listen *listen) {
    const char *why = to->row->check ? to->row->check(text) : NULL;
    if (listen != NULL) {
        why = config_syntax_listen(to->draft->kept, text, listen);
    }
    if (!sentio_utf8_valid(sentio_text(text))) {
        why = "is not valid UTF-8";
    }
    if (why != NULL) {
        config_error(to->draft, origin, NULL, "%s%s: \"%s\" %s", to->prefix, to->row->name, text,
                     why);
    }
    return why == NULL;
}

static bool store_string(const struct storing *to) {
    const struct setting *row = to->row;
    const char *text = to->text;
    bool path = row->type == SETTING_PATH;
    if (text == NULL || (int64_t)strlen(text) < row->min) {
        return wrong(to, path ? "a file name" : "a string");
    }
    if (!judge(to, to->origin, text, NULL)) {
        return false;
    }
    char *copy = path && text[0] != '/'
                     ? config_format(to->draft->kept, "%s/%s", to->draft->folder, text)
                     : config_format(to->draft->kept, "%s", text);
    *(char **)to->at = path && text[0] == '\0' ? NULL : copy;
    return true;
}

static bool store_element(const struct storing *to, size_t index, char **item,
                          struct config_listen *listen) {
    struct config_origin origin = config_origin_element(to->origin, index);
    const char *text = config_setting_get_string(origin.setting);
    if (text == NULL) {
        config_error(to->draft, origin, NULL,
                     "%s%s must be a list of strings, but element %zu is %s", to->prefix,
                     to->row->name, index + 1, config_found(to->draft, origin.setting));
        return false;
    }
    *item = config_format(to->draft->kept, "%s", text);
    return judge(to, origin, text, to->row->type == SETTING_LISTEN ? listen : NULL);
}

static bool store_list(const struct storing *to) {
    const config_setting_t *value = to->value;
    struct config_arena *kept = to->draft->kept;
    size_t count = (size_t)config_setting_length(value);
    if (!config_setting_is_list(value) && !config_setting_is_array(value)) {
        return wrong(to, "a list of strings");
    }
    if ((int64_t)count < to->row->min) {
        config_error(to->draft, to->origin, NULL, "%s%s must name at least one", to->prefix,
                     to->row->name);
        return false;
    }
    struct config_strings strings = {config_alloc(kept, count * sizeof(char *)), count};
    struct setting_listen listen = {config_alloc(kept, count * sizeof(*listen.items)), count};
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = store_element(to, i, &strings.items[i], &listen.items[i]) && good;
    }
    if (good && to->row->type == SETTING_LISTEN) {
        *(struct setting_listen *)to->at = listen;
    } else if (good) {
        *(struct config_strings *)to->at = strings;
    }
    return good;
}

static bool store_options(const struct storing *to) {
    struct sentio_writer out;
    struct sentio_json json;
    struct sentio_json_error error = {0};
    if (!config_setting_is_group(to->value)) {
        return wrong(to, "a group");
    }
    sentio_writer_init(&out, NULL, 0);
    config_write_value(&out, to->value, CONFIG_JSON);
    bool good = sentio_json_parse(sentio_written(&out), &json, &error) == 0;
    if (good) {
        *(char **)to->at =
            config_format(to->draft->kept, "%.*s", (int)json.text.size, json.text.data);
    } else {
        config_error(to->draft, to->origin, NULL, "%s%s: as JSON, %s", to->prefix, to->row->name,
                     error.message);
    }
    sentio_writer_finish(&out);
    return good;
}

static bool store(const struct storing *to) {
    switch (to->row->type) {
    case SETTING_BOOL:
    case SETTING_TRISTATE:
        return store_flag(to);
    case SETTING_COUNT:
    case SETTING_SIZE:
    case SETTING_DURATION:
        return store_number(to);
    case SETTING_CHOICE:
        return store_choice(to);
    case SETTING_LIST:
    case SETTING_LISTEN:
        return store_list(to);
    case SETTING_OPTIONS:
        return store_options(to);
    default:
        return store_string(to);
    }
}

void config_store(struct config_draft *draft, const struct config_target *target, size_t row,
                  const struct config_layer *layer, const config_setting_t *setting) {
    struct storing to = {.draft = draft, .prefix = target->prefix, .value = setting};
    to.row = &target->settings->rows[row];
    to.text = config_setting_get_string(setting);
    to.origin = config_origin(layer, setting);
    to.at = (char *)target->base + to.row->offset;
    target->origins[row] = to.origin;
    target->origins[row].failed = !store(&to);
}

/* libconfig's array of the comma-separated elements. */
static config_setting_t *add_list(config_setting_t *parent, struct config_arena *scratch,
                                  const char *text) {
    config_setting_t *list = config_setting_add(parent, NULL, CONFIG_TYPE_ARRAY);
    while (text[0] != '\0') {
        const char *end = text + strcspn(text, ",");
        const char *next = *end == ',' ? end + 1 : end;
        text += strspn(text, " ");
        while (end > text && end[-1] == ' ') {
            end--;
        }
        const char *element = config_format(scratch, "%.*s", (int)(end - text), text);
        config_setting_set_string_elem(list, -1, element);
        text = next;
    }
    return list;
}

/* The text in a file's terms; a string if it is not what the row takes. */
void config_store_text(struct config_draft *draft, const struct config_target *target, size_t row,
                       struct config_layer *layer, const char *text) {
    enum setting_type type = target->settings->rows[row].type;
    config_setting_t *root = config_root_setting(&layer->tree);
    config_setting_t *values = config_setting_get_member(root, "values");
    bool yes = strcmp(text, "true") == 0;
    bool flag = type == SETTING_BOOL || type == SETTING_TRISTATE;
    int64_t number = 0;
    if (values == NULL) {
        values = config_setting_add(root, "values", CONFIG_TYPE_LIST);
    }
    config_setting_t *value = NULL;
    if (flag && (yes || strcmp(text, "false") == 0)) {
        value = config_setting_set_bool_elem(values, -1, yes);
    } else if (type == SETTING_COUNT && units_parse(UNITS_COUNT, text, &number) == 0) {
        value = config_setting_set_int64_elem(values, -1, number);
    } else if (type == SETTING_OPTIONS) {
        value = config_setting_add(values, NULL, CONFIG_TYPE_GROUP);
    } else if (type == SETTING_LIST || type == SETTING_LISTEN) {
        value = add_list(values, &draft->scratch, text);
    } else {
        value = config_setting_set_string_elem(values, -1, text);
    }
    config_store(draft, target, row, layer, value);
}
