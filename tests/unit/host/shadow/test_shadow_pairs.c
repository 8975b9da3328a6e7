/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shadow/shadow_pairs.h"

/* Calls with these ids, all of them publishes. */
static void add(struct pairs *pairs, uint64_t from, uint64_t to) {
    for (uint64_t id = from; id <= to; id++)
        assert_non_null(pairs_add(pairs, CALL_PUBLISH, id));
}

static void answer(struct pairs *pairs, enum side side, uint64_t id, const char *text) {
    struct pair *pair = pairs_find(pairs, side, id);
    char *copy = strdup(text);
    assert_non_null(pair);
    assert_non_null(copy);
    assert_int_equal(pair->id, id);
    pairs_answer(pairs, pair, side, copy, (uint32_t)(10 * id + side));
}

/* The oldest is that one, compared or lost; 0: it is not so far. */
static void take(struct pairs *pairs, uint64_t id, bool lost) {
    struct pair *pair = pairs_take(pairs);
    assert_int_equal(pair ? pair->id : 0, id);
    if (pair == NULL)
        return;
    assert_int_equal(pair->lost, lost);
    pair_free(pair);
}

static void a_call_comes_out_when_both_have_answered_it_and_all_before(void **state) {
    struct pairs pairs = {0};
    (void)state;
    add(&pairs, 5, 7);
    answer(&pairs, SIDE_OLD, 5, "a");
    answer(&pairs, SIDE_OLD, 6, "b");
    take(&pairs, 0, false);
    answer(&pairs, SIDE_NEW, 5, "c");
    struct pair *pair = pairs_take(&pairs);
    assert_non_null(pair);
    assert_string_equal(pair->answers[SIDE_OLD], "a");
    assert_string_equal(pair->answers[SIDE_NEW], "c");
    assert_int_equal(pair->micros[SIDE_OLD], 50);
    assert_int_equal(pair->micros[SIDE_NEW], 51);
    pair_free(pair);
    take(&pairs, 0, false);
    answer(&pairs, SIDE_NEW, 6, "d");
    take(&pairs, 6, false);
    take(&pairs, 0, false);
    pairs_finish(&pairs);
    assert_null(pairs.first);
}

static void either_side_may_be_ahead(void **state) {
    struct pairs pairs = {0};
    (void)state;
    add(&pairs, 1, 3);
    for (uint64_t id = 1; id <= 3; id++)
        answer(&pairs, SIDE_NEW, id, "n");
    for (uint64_t id = 1; id <= 3; id++) {
        answer(&pairs, SIDE_OLD, id, "o");
        take(&pairs, id, false);
    }
    assert_int_equal(pairs.bytes, 0);
    add(&pairs, 4, 4);
    answer(&pairs, SIDE_OLD, 4, "o");
    answer(&pairs, SIDE_NEW, 4, "n");
    take(&pairs, 4, false);
    pairs_finish(&pairs);
}

static void what_one_side_passes_over_is_lost(void **state) {
    struct pairs pairs = {0};
    (void)state;
    add(&pairs, 1, 4);
    answer(&pairs, SIDE_OLD, 1, "o");
    answer(&pairs, SIDE_NEW, 3, "n");
    take(&pairs, 1, true);
    take(&pairs, 2, true);
    take(&pairs, 0, false);
    assert_null(pairs_find(&pairs, SIDE_OLD, 2));
    answer(&pairs, SIDE_OLD, 3, "o");
    take(&pairs, 3, false);
    take(&pairs, 0, false);
    answer(&pairs, SIDE_OLD, 4, "o");
    answer(&pairs, SIDE_NEW, 4, "n");
    take(&pairs, 4, false);
    assert_int_equal(pairs.bytes, 0);
}

static void an_answer_to_no_call_of_these_changes_nothing(void **state) {
    struct pairs pairs = {0};
    (void)state;
    assert_null(pairs_find(&pairs, SIDE_OLD, 1));
    add(&pairs, 10, 11);
    assert_null(pairs_find(&pairs, SIDE_OLD, 9));
    assert_null(pairs_find(&pairs, SIDE_NEW, 0));
    answer(&pairs, SIDE_OLD, 10, "o");
    assert_null(pairs_find(&pairs, SIDE_OLD, 10));
    answer(&pairs, SIDE_NEW, 10, "n");
    take(&pairs, 10, false);
    assert_null(pairs_find(&pairs, SIDE_NEW, 10));
    pairs_finish(&pairs);
}

static void calls_before_one_may_be_lost_together(void **state) {
    struct pairs pairs = {0};
    (void)state;
    add(&pairs, 1, 4);
    answer(&pairs, SIDE_NEW, 1, "n");
    answer(&pairs, SIDE_OLD, 1, "o");
    pairs_pass(&pairs, SIDE_NEW, 3);
    take(&pairs, 1, false);
    take(&pairs, 2, true);
    take(&pairs, 0, false);
    answer(&pairs, SIDE_NEW, 3, "n");
    pairs_pass(&pairs, SIDE_NEW, UINT64_MAX);
    answer(&pairs, SIDE_OLD, 3, "o");
    take(&pairs, 3, false);
    take(&pairs, 4, true);
    add(&pairs, 5, 5);
    assert_ptr_equal(pairs_find(&pairs, SIDE_NEW, 5), pairs.first);
    pairs_finish(&pairs);
}

static void what_waits_is_counted(void **state) {
    struct pairs pairs = {0};
    (void)state;
    add(&pairs, 1, 2);
    size_t bare = pairs.bytes;
    assert_true(bare >= 2 * sizeof(struct pair));
    answer(&pairs, SIDE_OLD, 1, "12345");
    assert_int_equal(pairs.bytes, bare + 5);
    answer(&pairs, SIDE_NEW, 1, "123");
    assert_int_equal(pairs.bytes, bare + 8);
    take(&pairs, 1, false);
    assert_int_equal(pairs.bytes, bare / 2);
    pairs_finish(&pairs);
    assert_int_equal(pairs.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_comes_out_when_both_have_answered_it_and_all_before),
        cmocka_unit_test(either_side_may_be_ahead),
        cmocka_unit_test(what_one_side_passes_over_is_lost),
        cmocka_unit_test(an_answer_to_no_call_of_these_changes_nothing),
        cmocka_unit_test(calls_before_one_may_be_lost_together),
        cmocka_unit_test(what_waits_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
