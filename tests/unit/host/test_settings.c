/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "settings.h"

static void assert_sound(const struct setting *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct setting *row = &rows[i];
        assert_int_equal(settings_find(rows, count, row->name), i);
        assert_true(strlen(row->help) > 10);
        assert_int_equal(row->choices != NULL, row->type == SETTING_CHOICE);
        bool number = row->type == SETTING_COUNT || row->type == SETTING_SIZE ||
                      row->type == SETTING_DURATION;
        assert_int_equal(row->max > 0, number);
        assert_true(!number || row->min < row->max);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(rows[j].offset, row->offset);
        }
    }
}

static void every_row_is_sound_and_has_its_own_place(void **state) {
    size_t count = 0;
    (void)state;
    const struct setting *rows = settings_host(&count);
    assert_sound(rows, count);
    rows = settings_channel(&count);
    assert_sound(rows, count);
}

static void rows_of_a_section_stand_together(void **state) {
    size_t count = 0;
    const struct setting *rows = settings_host(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(rows[i].name, ".");
        bool left = false;
        assert_int_equal(rows[i].name[length], '.');
        for (size_t j = i; j < count; j++) {
            bool same = strncmp(rows[i].name, rows[j].name, length + 1) == 0;
            assert_false(same && left);
            left = left || !same;
        }
    }
}

static void unknown_name_is_found_nowhere(void **state) {
    size_t count = 0;
    const struct setting *rows = settings_host(&count);
    (void)state;
    assert_int_equal(settings_find(rows, count, "server"), count);
    assert_int_equal(settings_find(rows, count, "server.heartbeats"), count);
}

static void numbers_are_written_in_the_rows_unit(void **state) {
    size_t count = 0;
    char buffer[32];
    const struct setting *rows = settings_host(&count);
    (void)state;
    const struct setting *duration = &rows[settings_find(rows, count, "server.heartbeat")];
    const struct setting *size = &rows[settings_find(rows, count, "limits.outbox")];
    const struct setting *integer = &rows[settings_find(rows, count, "limits.connections")];
    assert_string_equal(setting_number_text(duration, 60000, buffer), "1m");
    assert_string_equal(setting_number_text(size, 1024, buffer), "1KiB");
    assert_string_equal(setting_number_text(integer, -1024, buffer), "-1024");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_sound_and_has_its_own_place),
        cmocka_unit_test(rows_of_a_section_stand_together),
        cmocka_unit_test(unknown_name_is_found_nowhere),
        cmocka_unit_test(numbers_are_written_in_the_rows_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
