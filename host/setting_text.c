/* SPDX-License-Identifier: MIT */
#include "setting_store.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

#include "config_memory.h"

/* A setting's value written as one text: the environment, --set and the defaults. */

static int not_a(const char *kind, const char *text, const struct setting_place *place) {
    config_error(place->errors, place->origin, NULL, "%s: \"%s\" is not %s", place->label, text,
                 kind);
    return SENTIO_INVALID;
}

static int store_integer(const struct setting *row, void *base, const char *text,
                         const struct setting_place *place) {
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t length = strlen(digits);
    if (length == 0 || strspn(digits, "0123456789") != length) {
        return not_a("an integer", text, place);
    }
    /* Out of long long's range it saturates, and so is out of the row's. */
    struct setting_value value = {.found = SETTING_FOUND_INTEGER,
                                  .number = strtoll(text, NULL, 10)};
    return setting_store(row, base, &value, place);
}

static int store_flag(const struct setting *row, void *base, const char *text,
                      const struct setting_place *place) {
    struct setting_value value = {.found = SETTING_FOUND_BOOL, .number = strcmp(text, "true") == 0};
    if (row->type == SETTING_TRISTATE && strcmp(text, "plugin") == 0) {
        value = (struct setting_value){.found = SETTING_FOUND_STRING, .text = text};
    } else if (value.number == 0 && strcmp(text, "false") != 0) {
        return not_a(row->type == SETTING_BOOL ? "true or false" : "true, false or plugin", text,
                     place);
    }
    return setting_store(row, base, &value, place);
}

static char *trimmed(const char *start, size_t length) {
    while (length > 0 && start[0] == ' ') {
        start++;
        length--;
    }
    while (length > 0 && start[length - 1] == ' ') {
        length--;
    }
    return config_text("%.*s", (int)length, start);
}

static int store_list(const struct setting *row, void *base, const char *text,
                      const struct setting_place *place) {
    char **items = NULL;
    size_t count = 0;
    const char *at = text;
    while (text[0] != '\0' && at != NULL) {
        size_t length = strcspn(at, ",");
        items = config_grown(items, count, sizeof(*items));
        items[count] = trimmed(at, length);
        count++;
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    struct setting_value value = {
        .found = SETTING_FOUND_LIST, .items = (const char *const *)items, .count = count};
    int error = setting_store(row, base, &value, place);
    for (size_t i = 0; i < count; i++) {
        free(items[i]);
    }
    free(items);
    return error;
}

int setting_store_text(const struct setting *row, void *base, const char *text,
                       const struct setting_place *place) {
    struct setting_value value = {.found = SETTING_FOUND_STRING, .text = text};
    switch (row->type) {
    case SETTING_BOOL:
    case SETTING_TRISTATE:
        return store_flag(row, base, text, place);
    case SETTING_COUNT:
        return store_integer(row, base, text, place);
    case SETTING_LIST:
    case SETTING_LISTEN:
        return store_list(row, base, text, place);
    case SETTING_OPTIONS:
        value.found = SETTING_FOUND_GROUP;
        break;
    default:
        break;
    }
    return setting_store(row, base, &value, place);
}
