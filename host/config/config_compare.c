/* SPDX-License-Identifier: MIT */
#include "config_compare.h"

#include <string.h>

#include "config_internal.h"

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_list(const struct config_strings *a, const struct config_strings *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

static bool same_listen(const struct setting_listen *a, const struct setting_listen *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++)
        same = strcmp(a->items[i].text, b->items[i].text) == 0;
    return same;
}

static bool same(const struct setting *row, const void *before, const void *after) {
    const void *a = (const char *)before + row->offset;
    const void *b = (const char *)after + row->offset;
    switch (row->type) {
    case SETTING_COUNT:
    case SETTING_DURATION:
    case SETTING_SIZE:
        return *(const int64_t *)a == *(const int64_t *)b;
    case SETTING_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case SETTING_TRISTATE:
    case SETTING_CHOICE:
        return *(const int *)a == *(const int *)b;
    case SETTING_TEXT:
    case SETTING_PATH:
    case SETTING_OPTIONS:
        return same_text(*(char *const *)a, *(char *const *)b);
    case SETTING_LIST:
        return same_list(a, b);
    case SETTING_LISTEN:
        return same_listen(a, b);
    }
    return true;
}

static void compare(const struct settings *settings, const void *before, const void *after,
                    config_difference *differs, void *context) {
    for (size_t i = 0; i < settings->count; i++)
        if (!same(&settings->rows[i], before, after))
            differs(context, settings->rows[i].name);
}

void config_compare(const struct config *before, const struct config *after,
                    config_difference *differs, void *context) {
    compare(&settings_host, before, after, differs, context);
}

void config_compare_channel(const struct config_channel *before, const struct config_channel *after,
                            config_difference *differs, void *context) {
    compare(&settings_channel, before, after, differs, context);
}
