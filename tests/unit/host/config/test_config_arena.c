/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config/config_internal.h"

static int start(void **state) {
    *state = calloc(1, sizeof(struct config_arena));
    return *state == NULL;
}

static int stop(void **state) {
    struct config_arena *arena = *state;
    config_arena_finish(arena);
    assert_null(arena->last);
    free(arena);
    return 0;
}

static void new_elements_are_zero_and_old_ones_are_kept(void **state) {
    int *items = NULL;
    for (size_t i = 0; i < 100; i++) {
        items = config_grow(*state, items, i, sizeof(*items));
        assert_int_equal(items[i], 0);
        items[i] = (int)i + 1;
    }
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(items[i], i + 1);
    }
}

static void nothing_is_allocated_as_something(void **state) {
    assert_non_null(config_alloc(*state, 0));
}

static void texts_are_formatted_copies(void **state) {
    char original[] = "abc";
    char *text = config_format(*state, "%s-%d", original, 5);
    original[0] = 'x';
    assert_string_equal(text, "abc-5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_elements_are_zero_and_old_ones_are_kept, start, stop),
        cmocka_unit_test_setup_teardown(nothing_is_allocated_as_something, start, stop),
        cmocka_unit_test_setup_teardown(texts_are_formatted_copies, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
