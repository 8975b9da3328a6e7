/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/plugin.h>

#include "ctl/answer.h"

static int read_text(struct answer *answer, const char *text) {
    *answer = (struct answer){.status = 200};
    for (; *text; text++) /* as it may come: in any parts */
        assert_int_equal(answer_add(answer, text, 1), 0);
    return answer_read(answer);
}

static void members_are_found_by_their_path(void **state) {
    struct answer answer;
    (void)state;
    assert_int_equal(
        read_text(&answer, "{\"a\":{\"b\":{\"n\":-7}},\"t\":\"text\",\"l\":[\"x\",2]}"), 0);
    assert_int_equal(answer_number(answer.json, "a.b.n"), -7);
    assert_string_equal(answer_text(answer.json, "t"), "text");
    struct json_object *list = answer_member(answer.json, "l");
    assert_int_equal(answer_count(list), 2);
    assert_string_equal(answer_element_text(list, 0), "x");
    answer_finish(&answer);
}

static void what_is_not_there_or_of_another_type_is_empty(void **state) {
    struct answer answer;
    (void)state;
    assert_int_equal(read_text(&answer, "{\"a\":{\"b\":1},\"l\":[2],\"z\":null}"), 0);
    assert_null(answer_member(answer.json, "a.c"));
    assert_null(answer_member(answer.json, "a.b.c"));
    assert_null(answer_member(answer.json, "l.0"));
    assert_string_equal(answer_text(answer.json, "a.b"), "");
    assert_string_equal(answer_text(answer.json, "z"), "");
    assert_int_equal(answer_number(answer.json, "z.z"), 0);
    assert_int_equal(answer_count(answer_member(answer.json, "a")), 0);
    assert_int_equal(answer_count(NULL), 0);
    assert_string_equal(answer_element_text(answer_member(answer.json, "l"), 0), "");
    assert_string_equal(answer_element_text(answer_member(answer.json, "l"), 1), "");
    answer_finish(&answer);
}

static void what_is_no_object_is_no_answer(void **state) {
    static const char *const texts[] = {"", "[]", "1", "{", "<html>", "{\"a\":}"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct answer answer;
        assert_int_equal(read_text(&answer, texts[i]), SENTIO_INVALID);
        answer_finish(&answer);
    }
}

static void a_status_of_200_to_299_is_good(void **state) {
    static const long good[] = {200, 202, 299};
    static const long bad[] = {0, 199, 300, 404, 422, 503};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(answer_is_good(&(struct answer){.status = good[i]}));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(answer_is_good(&(struct answer){.status = bad[i]}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_by_their_path),
        cmocka_unit_test(what_is_not_there_or_of_another_type_is_empty),
        cmocka_unit_test(what_is_no_object_is_no_answer),
        cmocka_unit_test(a_status_of_200_to_299_is_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
