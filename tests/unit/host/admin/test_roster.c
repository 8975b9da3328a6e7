/* SPDX-License-Identifier: MIT */
#include "admin/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 1000 };

/* Handles: nothing looks into them. */
static char peers[MANY];

static struct connection *peer(size_t number) {
    return (struct connection *)(void *)&peers[number];
}

static void fill(struct roster *roster, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_int_equal(roster_add(roster, 10 * (i + 1), peer(i)), 0);
}

static void connections_are_found_by_id(void **state) {
    (void)state;
    struct roster roster = {.count = 0};
    assert_null(roster_find(&roster, 10));
    fill(&roster, 3);
    assert_ptr_equal(roster_find(&roster, 10), peer(0));
    assert_ptr_equal(roster_find(&roster, 30), peer(2));
    assert_null(roster_find(&roster, 9));
    assert_null(roster_find(&roster, 11));
    assert_null(roster_find(&roster, 31));
    roster_finish(&roster);
}

static void those_that_are_gone_are_not_found(void **state) {
    (void)state;
    struct roster roster = {.count = 0};
    fill(&roster, 4);
    roster_remove(&roster, 20);
    roster_remove(&roster, 20);
    roster_remove(&roster, 25);
    assert_null(roster_find(&roster, 20));
    assert_ptr_equal(roster_find(&roster, 30), peer(2));
    assert_int_equal(roster.gone, 1);
    roster_finish(&roster);
}

static void one_goes_on_above_an_id_whether_it_is_there_or_not(void **state) {
    (void)state;
    struct roster roster = {.count = 0};
    fill(&roster, 4);
    assert_int_equal(roster_above(&roster, 0), 0);
    assert_int_equal(roster_above(&roster, 10), 1);
    assert_int_equal(roster_above(&roster, 25), 2);
    roster_remove(&roster, 20);
    assert_int_equal(roster.entries[roster_above(&roster, 20)].id, 30);
    assert_int_equal(roster_above(&roster, 40), 4);
    assert_int_equal(roster_above(&roster, UINT64_MAX), 4);
    roster_finish(&roster);
}

static void it_takes_no_more_room_than_twice_those_that_are_there(void **state) {
    (void)state;
    struct roster roster = {.count = 0};
    fill(&roster, MANY);
    for (size_t i = 0; i < MANY; i += 2)
        roster_remove(&roster, 10 * (i + 1));
    for (size_t i = 1; i < MANY - 1; i += 2) {
        roster_remove(&roster, 10 * (i + 1));
        assert_true(roster.gone * 2 <= roster.count);
    }
    assert_ptr_equal(roster_find(&roster, 10 * MANY), peer(MANY - 1));
    assert_true(roster.count <= 2);
    roster_finish(&roster);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_found_by_id),
        cmocka_unit_test(those_that_are_gone_are_not_found),
        cmocka_unit_test(one_goes_on_above_an_id_whether_it_is_there_or_not),
        cmocka_unit_test(it_takes_no_more_room_than_twice_those_that_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
