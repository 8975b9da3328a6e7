/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config_memory.h"

static void new_elements_are_zero_and_old_ones_are_kept(void **state) {
    int *items = NULL;
    (void)state;
    for (size_t i = 0; i < 100; i++) {
        items = config_grown(items, i, sizeof(*items));
        assert_int_equal(items[i], 0);
        items[i] = (int)i + 1;
    }
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(items[i], i + 1);
    }
    free(items);
}

static void nothing_is_allocated_as_something(void **state) {
    void *memory = config_zeroed(0, 0);
    (void)state;
    assert_non_null(memory);
    free(memory);
}

static void texts_are_copies_and_null_stays_null(void **state) {
    char original[] = "abc";
    char *copy = config_copied(original);
    char *text = config_text("%s-%d", copy, 5);
    (void)state;
    original[0] = 'x';
    assert_string_equal(copy, "abc");
    assert_string_equal(text, "abc-5");
    assert_null(config_copied(NULL));
    free(copy);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_elements_are_zero_and_old_ones_are_kept),
        cmocka_unit_test(nothing_is_allocated_as_something),
        cmocka_unit_test(texts_are_copies_and_null_stays_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
