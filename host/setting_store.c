/* SPDX-License-Identifier: MIT */
#include "setting_store.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "config_memory.h"
#include "suggest.h"
#include "units.h"

static void *member(const struct setting *row, void *base) {
    return (char *)base + row->offset;
}

const char *setting_found_name(enum setting_found found) {
    static const char *const names[] = {
        [SETTING_FOUND_BOOL] = "a boolean",
        [SETTING_FOUND_INTEGER] = "an integer",
        [SETTING_FOUND_NUMBER] = "a number with a fraction",
        [SETTING_FOUND_STRING] = "a string",
        [SETTING_FOUND_LIST] = "a list",
        [SETTING_FOUND_GROUP] = "a group",
    };
    return names[found];
}

char *setting_choices_text(const struct setting *row) {
    char *text = config_copied("");
    for (const struct setting_choice *choice = row->choices; choice->name != NULL; choice++) {
        if (choice->instead == NULL) {
            const char *comma = text[0] == '\0' ? "" : ", ";
            char *longer = config_text("%s%s\"%s\"", text, comma, choice->name);
            free(text);
            text = longer;
        }
    }
    return text;
}

static char *expected(const struct setting *row) {
    static const char *const texts[] = {
        [SETTING_BOOL] = "true or false",
        [SETTING_TRISTATE] = "true, false or \"plugin\"",
        [SETTING_COUNT] = "an integer",
        [SETTING_SIZE] = "a size such as \"64KiB\"",
        [SETTING_DURATION] = "a duration such as \"30s\"",
        [SETTING_TEXT] = "a string",
        [SETTING_PATH] = "a file name",
        [SETTING_LIST] = "a list of strings",
        [SETTING_LISTEN] = "a list of strings",
        [SETTING_OPTIONS] = "a group",
    };
    if (row->type != SETTING_CHOICE) {
        return config_copied(texts[row->type]);
    }
    char *choices = setting_choices_text(row);
    char *text = config_text("one of %s", choices);
    free(choices);
    return text;
}

void setting_wrong_type(const struct setting *row, enum setting_found found,
                        const struct setting_place *place) {
    char *wanted = expected(row);
    config_error(place->errors, place->origin, NULL, "%s must be %s, not %s", place->label, wanted,
                 setting_found_name(found));
    free(wanted);
}

static int store_number(const struct setting *row, void *base, int64_t number,
                        const struct setting_place *place) {
    char buffers[3][UNITS_TEXT];
    if (number < row->min || number > row->max) {
        /* Only an integer can be negative; sizes and durations have no sign. */
        config_error(place->errors, place->origin, NULL, "%s must be from %s to %s, not %s",
                     place->label, setting_number_text(row, row->min, buffers[0]),
                     setting_number_text(row, row->max, buffers[1]),
                     setting_number_text(row, number, buffers[2]));
        return SENTIO_INVALID;
    }
    *(int64_t *)member(row, base) = number;
    return 0;
}

static int store_measure(const struct setting *row, void *base, const char *text,
                         const struct setting_place *place) {
    int64_t number = 0;
    bool duration = row->type == SETTING_DURATION;
    int error = duration ? units_duration(text, &number) : units_size(text, &number);
    if (error != 0) {
        config_error(place->errors, place->origin, NULL, "%s: \"%s\" is not a %s", place->label,
                     text,
                     duration ? "duration: digits and ms, s, m, h or d, such as \"30s\""
                              : "size: digits and B, KiB, MiB, GiB or TiB, such as \"64KiB\"");
        return error;
    }
    return store_number(row, base, number, place);
}

static int store_choice(const struct setting *row, void *base, const char *text,
                        const struct setting_place *place) {
    struct suggest suggest = suggest_start(text);
    for (const struct setting_choice *choice = row->choices; choice->name != NULL; choice++) {
        bool equal = strcmp(choice->name, text) == 0;
        if (equal && choice->instead == NULL) {
            *(int *)member(row, base) = choice->value;
            return 0;
        }
        if (equal) {
            config_error(place->errors, place->origin, NULL,
                         "%s: \"%s\" is not available in this version; use %s", place->label, text,
                         choice->instead);
            return SENTIO_INVALID;
        }
        if (choice->instead == NULL) {
            suggest_offer(&suggest, choice->name);
        }
    }
    char *choices = setting_choices_text(row);
    config_error(place->errors, place->origin, suggest.best, "%s: \"%s\" is not one of %s",
                 place->label, text, choices);
    free(choices);
    return SENTIO_INVALID;
}

static int check_text(const struct setting *row, const char *text,
                      const struct setting_place *place, const struct config_origin *origin) {
    struct config_fault fault = {NULL, ""};
    if (!sentio_utf8_valid(sentio_text(text))) {
        config_error(place->errors, origin, NULL, "%s is not valid UTF-8", place->label);
        return SENTIO_INVALID;
    }
    if (row->check != NULL && row->check(text, &fault) != 0) {
        config_error(place->errors, origin, fault.suggestion[0] ? fault.suggestion : NULL,
                     "%s: \"%s\" %s", place->label, text, fault.why);
        return SENTIO_INVALID;
    }
    return 0;
}

static int store_string(const struct setting *row, void *base, const char *text,
                        const struct setting_place *place) {
    if ((int64_t)strlen(text) < row->min) {
        config_error(place->errors, place->origin, NULL, "%s must not be empty", place->label);
        return SENTIO_INVALID;
    }
    int error = check_text(row, text, place, place->origin);
    if (error != 0) {
        return error;
    }
    char *copy = NULL;
    if (row->type == SETTING_TEXT || text[0] == '/') {
        copy = config_copied(text);
    } else if (text[0] != '\0') {
        copy = config_text("%s/%s", place->folder, text);
    }
    setting_finish(row, base);
    *(char **)member(row, base) = copy;
    return 0;
}

static int store_list(const struct setting *row, void *base, const struct setting_value *value,
                      const struct setting_place *place) {
    int result = 0;
    for (size_t i = 0; i < value->count; i++) {
        struct config_origin origin = config_origin_element(place->origin, i);
        if (check_text(row, value->items[i], place, &origin) != 0) {
            result = SENTIO_INVALID;
        }
    }
    if (result != 0) {
        return result;
    }
    setting_finish(row, base);
    struct config_strings *strings = member(row, base);
    strings->items = config_zeroed(value->count, sizeof(*strings->items));
    strings->count = value->count;
    for (size_t i = 0; i < value->count; i++) {
        strings->items[i] = config_copied(value->items[i]);
    }
    return 0;
}

static void finish_listen(struct setting_listen *listen) {
    for (size_t i = 0; i < listen->count; i++) {
        config_listen_finish(&listen->items[i]);
    }
    free(listen->items);
    *listen = (struct setting_listen){NULL, 0};
}

static int store_listen(const struct setting *row, void *base, const struct setting_value *value,
                        const struct setting_place *place) {
    int result = 0;
    struct setting_listen listen = {config_zeroed(value->count, sizeof(*listen.items)),
                                    value->count};
    for (size_t i = 0; i < value->count; i++) {
        struct config_fault fault = {NULL, ""};
        if (config_syntax_listen(value->items[i], &listen.items[i], &fault) != 0) {
            struct config_origin origin = config_origin_element(place->origin, i);
            config_error(place->errors, &origin, fault.suggestion[0] ? fault.suggestion : NULL,
                         "%s: \"%s\" %s", place->label, value->items[i], fault.why);
            result = SENTIO_INVALID;
        }
    }
    if (result != 0) {
        finish_listen(&listen);
        return result;
    }
    setting_finish(row, base);
    *(struct setting_listen *)member(row, base) = listen;
    return 0;
}

static int store_strings(const struct setting *row, void *base, const struct setting_value *value,
                         const struct setting_place *place) {
    if ((int64_t)value->count < row->min) {
        config_error(place->errors, place->origin, NULL, "%s must name at least one", place->label);
        return SENTIO_INVALID;
    }
    return row->type == SETTING_LISTEN ? store_listen(row, base, value, place)
                                       : store_list(row, base, value, place);
}

static int store_flag(const struct setting *row, void *base, bool flag) {
    if (row->type == SETTING_BOOL) {
        *(bool *)member(row, base) = flag;
    } else {
        *(int *)member(row, base) = flag;
    }
    return 0;
}

static bool takes(const struct setting *row, const struct setting_value *value) {
    switch (row->type) {
    case SETTING_BOOL:
        return value->found == SETTING_FOUND_BOOL;
    case SETTING_TRISTATE:
        return value->found == SETTING_FOUND_BOOL ||
               (value->found == SETTING_FOUND_STRING && strcmp(value->text, "plugin") == 0);
    case SETTING_COUNT:
        return value->found == SETTING_FOUND_INTEGER;
    case SETTING_SIZE:
    case SETTING_DURATION:
        return value->found == SETTING_FOUND_STRING ||
               (value->found == SETTING_FOUND_INTEGER && value->number == 0);
    case SETTING_LIST:
    case SETTING_LISTEN:
        return value->found == SETTING_FOUND_LIST;
    case SETTING_OPTIONS:
        return value->found == SETTING_FOUND_GROUP;
    default:
        return value->found == SETTING_FOUND_STRING;
    }
}

int setting_store(const struct setting *row, void *base, const struct setting_value *value,
                  const struct setting_place *place) {
    if (!takes(row, value)) {
        setting_wrong_type(row, value->found, place);
        return SENTIO_INVALID;
    }
    switch (row->type) {
    case SETTING_BOOL:
        return store_flag(row, base, value->number != 0);
    case SETTING_TRISTATE:
        if (value->found == SETTING_FOUND_STRING) {
            *(int *)member(row, base) = -1;
            return 0;
        }
        return store_flag(row, base, value->number != 0);
    case SETTING_COUNT:
        return store_number(row, base, value->number, place);
    case SETTING_SIZE:
    case SETTING_DURATION:
        return value->found == SETTING_FOUND_INTEGER ? store_number(row, base, value->number, place)
                                                     : store_measure(row, base, value->text, place);
    case SETTING_CHOICE:
        return store_choice(row, base, value->text, place);
    case SETTING_LIST:
    case SETTING_LISTEN:
        return store_strings(row, base, value, place);
    case SETTING_OPTIONS:
        setting_finish(row, base);
        *(char **)member(row, base) = config_copied(value->text);
        return 0;
    default:
        return store_string(row, base, value->text, place);
    }
}

void setting_finish(const struct setting *row, void *base) {
    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_PATH:
    case SETTING_OPTIONS:
        free(*(char **)member(row, base));
        *(char **)member(row, base) = NULL;
        break;
    case SETTING_LIST: {
        struct config_strings *strings = member(row, base);
        for (size_t i = 0; i < strings->count; i++) {
            free(strings->items[i]);
        }
        free(strings->items);
        *strings = (struct config_strings){NULL, 0};
        break;
    }
    case SETTING_LISTEN:
        finish_listen(member(row, base));
        break;
    default:
        break;
    }
}
