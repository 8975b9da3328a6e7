/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ctl/grid.h"

static char *printed(const struct grid *grid) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(grid_print(grid, out), 0);
    fclose(out);
    return text;
}

static void columns_are_as_wide_as_their_widest_cell(void **state) {
    struct grid grid;
    (void)state;
    grid_init(&grid, 3, 1u << 1);
    grid_add(&grid, "NAME");
    grid_add(&grid, "COUNT");
    grid_add(&grid, "STATE");
    grid_add(&grid, "market-data");
    grid_format(&grid, "%d", 7);
    grid_add(&grid, "open");
    grid_add(&grid, "a");
    grid_format(&grid, "%d", 1234567);
    grid_add(&grid, "");
    char *text = printed(&grid);
    assert_string_equal(text, "NAME           COUNT  STATE\n"
                              "market-data        7  open\n"
                              "a            1234567\n");
    free(text);
    grid_finish(&grid);
}

static void a_character_of_several_bytes_takes_one_column(void **state) {
    struct grid grid;
    (void)state;
    grid_init(&grid, 2, 0);
    grid_add(&grid, "\xC3\xA9t\xC3\xA9");
    grid_add(&grid, "x");
    grid_add(&grid, "abc");
    grid_add(&grid, NULL);
    char *text = printed(&grid);
    assert_string_equal(text, "\xC3\xA9t\xC3\xA9  x\nabc  -\n");
    free(text);
    grid_finish(&grid);
}

static void many_rows_are_all_printed(void **state) {
    enum { ROWS = 500 };
    struct grid grid;
    (void)state;
    grid_init(&grid, 1, 0);
    for (int i = 0; i < ROWS; i++)
        grid_add(&grid, "x");
    char *text = printed(&grid);
    for (int i = 0; i < ROWS; i++)
        assert_memory_equal(text + i * 2, "x\n", 2);
    assert_int_equal(text[ROWS * 2], '\0');
    free(text);
    grid_finish(&grid);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(a_character_of_several_bytes_takes_one_column),
        cmocka_unit_test(many_rows_are_all_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
