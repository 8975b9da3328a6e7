/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/suggest.h"

static void distance_counts_edits_and_swaps(void **state) {
    (void)state;
    assert_int_equal(suggest_distance("", ""), 0);
    assert_int_equal(suggest_distance("listen", "listen"), 0);
    assert_int_equal(suggest_distance("listen", "lisen"), 1);
    assert_int_equal(suggest_distance("lisen", "listen"), 1);
    assert_int_equal(suggest_distance("listen", "lisxen"), 1);
    assert_int_equal(suggest_distance("listen", "litsen"), 1);
    assert_int_equal(suggest_distance("ca", "abc"), 3);
    assert_int_equal(suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(suggest_distance("abc", ""), 3);
}

static void case_does_not_count(void **state) {
    (void)state;
    assert_int_equal(suggest_distance("Listen", "LISTEN"), 0);
}

static void long_words_are_not_compared(void **state) {
    char word[SUGGEST_MAX + 1];
    (void)state;
    memset(word, 'a', SUGGEST_MAX);
    word[SUGGEST_MAX] = '\0';
    assert_int_equal(suggest_distance(word, word), SUGGEST_MAX);
    word[SUGGEST_MAX - 1] = '\0';
    assert_int_equal(suggest_distance(word, word), 0);
}

static void nearest_candidate_wins(void **state) {
    struct suggest suggest = suggest_start("intervl_max");
    (void)state;
    suggest_offer(&suggest, "interval");
    suggest_offer(&suggest, "interval_min");
    suggest_offer(&suggest, "interval_max");
    suggest_offer(&suggest, "history");
    assert_string_equal(suggest.best, "interval_max");
}

static void first_of_equally_near_ones_wins(void **state) {
    struct suggest suggest = suggest_start("kex");
    (void)state;
    suggest_offer(&suggest, "key");
    suggest_offer(&suggest, "keg");
    assert_string_equal(suggest.best, "key");
}

static void far_words_are_not_suggested(void **state) {
    struct suggest suggest = suggest_start("colour");
    struct suggest shortest = suggest_start("x");
    (void)state;
    suggest_offer(&suggest, "server");
    suggest_offer(&suggest, "limits");
    assert_string_equal(suggest.best, "");
    suggest_offer(&shortest, "y");
    assert_string_equal(shortest.best, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_edits_and_swaps),
        cmocka_unit_test(case_does_not_count),
        cmocka_unit_test(long_words_are_not_compared),
        cmocka_unit_test(nearest_candidate_wins),
        cmocka_unit_test(first_of_equally_near_ones_wins),
        cmocka_unit_test(far_words_are_not_suggested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
