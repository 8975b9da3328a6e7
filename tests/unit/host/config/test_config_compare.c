/* SPDX-License-Identifier: MIT */
#include "config/config_compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config_internal.h"

enum { VALUES = 4 };

/* What a setting may be: the same for each kind of setting, so that values differ by number. */
struct values {
    char texts[VALUES][8];
    char *items[VALUES][2];
    struct config_listen listen[VALUES][2];
};

static void values_init(struct values *values) {
    memset(values, 0, sizeof(*values));
    for (int i = 0; i < VALUES; i++) {
        snprintf(values->texts[i], sizeof(values->texts[i]), "text %d", i);
        values->items[i][0] = values->texts[0];
        values->items[i][1] = values->texts[i];
        values->listen[i][0].text = values->texts[0];
        values->listen[i][1].text = values->texts[i];
    }
}

/* Value 0 is that of a configuration that is all zero, but for texts and lists. */
static void set(struct values *values, const struct setting *row, void *config, int value) {
    void *at = (char *)config + row->offset;
    switch (row->type) {
    case SETTING_COUNT:
    case SETTING_DURATION:
    case SETTING_SIZE:
        *(int64_t *)at = value;
        return;
    case SETTING_BOOL:
        *(bool *)at = value != 0;
        return;
    case SETTING_TRISTATE:
    case SETTING_CHOICE:
        *(int *)at = value;
        return;
    case SETTING_TEXT:
    case SETTING_PATH:
    case SETTING_OPTIONS:
        *(char **)at = values->texts[value];
        return;
    case SETTING_LIST:
        *(struct config_strings *)at = (struct config_strings){values->items[value], 2};
        return;
    case SETTING_LISTEN:
        *(struct setting_listen *)at = (struct setting_listen){values->listen[value], 2};
        return;
    }
    fail();
}

static void shorten(const struct setting *row, void *config) {
    void *at = (char *)config + row->offset;
    if (row->type == SETTING_LIST)
        ((struct config_strings *)at)->count--;
    else if (row->type == SETTING_LISTEN)
        ((struct setting_listen *)at)->count--;
    else if (row->type == SETTING_TEXT || row->type == SETTING_PATH || row->type == SETTING_OPTIONS)
        *(char **)at = NULL;
}

/* What differs: the last name, and how many. */
struct found {
    const char *name;
    size_t count;
};

static void take(void *context, const char *name) {
    struct found *found = context;
    found->name = name;
    found->count++;
}

/* A kind of configuration, and how it is compared. */
struct kind {
    const struct settings *settings;
    size_t size;
    void (*compare)(const void *before, const void *after, struct found *found);
};

static void compare_hosts(const void *before, const void *after, struct found *found) {
    config_compare(before, after, take, found);
}

static void compare_channels(const void *before, const void *after, struct found *found) {
    config_compare_channel(before, after, take, found);
}

static const struct kind kinds[] = {
    {&settings_host, sizeof(struct config), compare_hosts},
    {&settings_channel, sizeof(struct config_channel), compare_channels},
};

static void *create(const struct kind *kind, struct values *values) {
    void *config = calloc(1, kind->size);
    assert_non_null(config);
    values_init(values);
    for (size_t i = 0; i < kind->settings->count; i++)
        set(values, &kind->settings->rows[i], config, 0);
    return config;
}

static void assert_found(const struct kind *kind, const void *a, const void *b,
                         const char *expected) {
    struct found there = {0};
    struct found back = {0};
    kind->compare(a, b, &there);
    kind->compare(b, a, &back);
    assert_int_equal(there.count, expected != NULL);
    assert_int_equal(back.count, expected != NULL);
    if (expected != NULL)
        assert_string_equal(there.name, expected);
}

static void every_setting_that_differs_is_named_alone(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        struct values first;
        struct values second;
        void *before = create(&kinds[k], &first);
        void *after = create(&kinds[k], &second);
        for (size_t i = 0; i < kinds[k].settings->count; i++) {
            const struct setting *row = &kinds[k].settings->rows[i];
            set(&second, row, after, 1);
            assert_found(&kinds[k], before, after, row->name);
            set(&second, row, after, 0);
        }
        free(before);
        free(after);
    }
}

static void a_text_or_list_that_is_missing_or_shorter_differs(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        struct values first;
        struct values second;
        void *before = create(&kinds[k], &first);
        void *after = create(&kinds[k], &second);
        for (size_t i = 0; i < kinds[k].settings->count; i++) {
            const struct setting *row = &kinds[k].settings->rows[i];
            bool has_length = row->type == SETTING_LIST || row->type == SETTING_LISTEN ||
                              row->type == SETTING_TEXT || row->type == SETTING_PATH ||
                              row->type == SETTING_OPTIONS;
            shorten(row, after);
            assert_found(&kinds[k], before, after, has_length ? row->name : NULL);
            set(&second, row, after, 0);
        }
        free(before);
        free(after);
    }
}

static void the_same_in_other_memory_does_not_differ(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        struct values first;
        struct values second;
        void *before = create(&kinds[k], &first);
        void *after = create(&kinds[k], &second);
        assert_found(&kinds[k], before, after, NULL);
        assert_found(&kinds[k], before, before, NULL);
        free(before);
        free(after);
    }
}

static void where_a_channel_is_configured_does_not_matter(void **state) {
    (void)state;
    struct values values;
    struct config_channel *before = create(&kinds[1], &values);
    struct config_channel after = *before;
    char file[] = "other.conf";
    after.file = file;
    after.line = 99;
    assert_found(&kinds[1], before, &after, NULL);
    free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_that_differs_is_named_alone),
        cmocka_unit_test(a_text_or_list_that_is_missing_or_shorter_differs),
        cmocka_unit_test(the_same_in_other_memory_does_not_differ),
        cmocka_unit_test(where_a_channel_is_configured_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
