/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sentio/sdk.h>

#include "model/person.h"

static void a_user_is_one_person_however_often_it_is_obtained(void **state) {
    (void)state;
    struct table persons;
    table_init(&persons);
    struct person *first = person_obtain(&persons, sentio_text("u1"));
    struct person *second = person_obtain(&persons, sentio_text("u2"));
    assert_non_null(first);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(person_obtain(&persons, sentio_text("u1")), first);
    assert_int_equal(first->refs, 2);
    assert_true(sentio_is(person_name(first), "u1"));
    person_release(&persons, first);
    assert_int_equal(persons.count, 2);
    person_release(&persons, first);
    person_release(&persons, second);
    assert_int_equal(persons.count, 0);
    table_finish(&persons);
}

static void nobody_is_another_person_each_time(void **state) {
    (void)state;
    struct table persons;
    table_init(&persons);
    struct person *first = person_obtain(&persons, sentio_text(""));
    struct person *second = person_obtain(&persons, sentio_bytes(NULL, 0));
    assert_non_null(first);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);
    assert_int_equal(person_name(first).size, 0);
    assert_int_equal(persons.count, 0);
    person_release(&persons, first);
    person_release(&persons, second);
    person_release(&persons, NULL);
    table_finish(&persons);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_one_person_however_often_it_is_obtained),
        cmocka_unit_test(nobody_is_another_person_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
