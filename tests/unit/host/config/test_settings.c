/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config/config_internal.h"

static void assert_sound(const struct settings *settings) {
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *row = &settings->rows[i];
        assert_int_equal(settings_find(settings, row->name), i);
        assert_true(strlen(row->help) > 10);
        assert_int_equal(row->choices != NULL, row->type == SETTING_CHOICE);
        bool number = row->type == SETTING_COUNT || row->type == SETTING_SIZE ||
                      row->type == SETTING_DURATION;
        assert_int_equal(row->max > 0, number);
        assert_true(!number || row->min < row->max);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(settings->rows[j].offset, row->offset);
        }
    }
}

static void every_row_is_sound_and_has_its_own_place(void **state) {
    (void)state;
    assert_sound(&settings_host);
    assert_sound(&settings_channel);
}

static void rows_of_a_section_stand_together(void **state) {
    const struct setting *rows = settings_host.rows;
    (void)state;
    for (size_t i = 0; i < settings_host.count; i++) {
        size_t length = strcspn(rows[i].name, ".");
        bool left = false;
        assert_int_equal(rows[i].name[length], '.');
        for (size_t j = i; j < settings_host.count; j++) {
            bool same = strncmp(rows[i].name, rows[j].name, length + 1) == 0;
            assert_false(same && left);
            left = left || !same;
        }
    }
}

static void unknown_name_is_found_nowhere(void **state) {
    (void)state;
    assert_int_equal(settings_find(&settings_host, "server"), settings_host.count);
    assert_int_equal(settings_find(&settings_host, "server.heartbeats"), settings_host.count);
}

static void choices_are_quoted(void **state) {
    char buffer[SETTING_TEXT_MAX];
    const struct setting *row = &settings_host.rows[settings_find(&settings_host, "log.format")];
    (void)state;
    assert_string_equal(setting_choices_text(row, buffer), "\"text\", \"json\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_sound_and_has_its_own_place),
        cmocka_unit_test(rows_of_a_section_stand_together),
        cmocka_unit_test(unknown_name_is_found_nowhere),
        cmocka_unit_test(choices_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
