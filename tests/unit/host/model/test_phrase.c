/* SPDX-License-Identifier: MIT */
#include "model/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/sdk.h>

static void equal_texts_are_one_phrase(void **state) {
    (void)state;
    struct table phrases;
    char copy[] = "{\"a\":1}";
    table_init(&phrases);
    struct phrase *one = phrase_obtain(&phrases, sentio_text("{\"a\":1}"));
    struct phrase *two = phrase_obtain(&phrases, sentio_text(copy));
    memset(copy, 'x', sizeof(copy) - 1);
    assert_non_null(one);
    assert_ptr_equal(one, two);
    assert_int_equal(one->refs, 2);
    assert_int_equal(phrases.count, 1);
    assert_true(sentio_is(sentio_bytes(one->text, one->size), "{\"a\":1}"));
    phrase_release(&phrases, one);
    assert_ptr_equal(phrase_obtain(&phrases, sentio_text("{\"a\":1}")), two);
    phrase_release(&phrases, two);
    phrase_release(&phrases, two);
    assert_int_equal(phrases.count, 0);
    table_finish(&phrases);
}

static void different_texts_are_different_phrases(void **state) {
    (void)state;
    static const char *const texts[] = {"", "a", "b", "ab", "a "};
    enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
    struct table phrases;
    struct phrase *kept[COUNT];
    table_init(&phrases);
    for (size_t i = 0; i < COUNT; i++)
        kept[i] = phrase_obtain(&phrases, sentio_text(texts[i]));
    assert_int_equal(phrases.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(sentio_is(sentio_bytes(kept[i]->text, kept[i]->size), texts[i]));
        phrase_release(&phrases, kept[i]);
        assert_int_equal(phrases.count, COUNT - 1 - i);
    }
    table_finish(&phrases);
}

static void text_without_an_address_is_a_phrase(void **state) {
    (void)state;
    struct table phrases;
    table_init(&phrases);
    struct phrase *phrase = phrase_obtain(&phrases, sentio_bytes(NULL, 0));
    assert_non_null(phrase);
    assert_int_equal(phrase->size, 0);
    phrase_release(&phrases, phrase);
    table_finish(&phrases);
}

static void nothing_can_be_released(void **state) {
    (void)state;
    struct table phrases;
    table_init(&phrases);
    phrase_release(&phrases, NULL);
    assert_int_equal(phrases.count, 0);
    table_finish(&phrases);
}

static void thousands_are_told_apart(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    static struct phrase *kept[COUNT];
    struct table phrases;
    char text[16];
    table_init(&phrases);
    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof(text), "%d", i);
        kept[i] = phrase_obtain(&phrases, sentio_text(text));
    }
    assert_int_equal(phrases.count, COUNT);
    for (int i = COUNT - 1; i >= 0; i--) {
        snprintf(text, sizeof(text), "%d", i);
        assert_true(sentio_is(sentio_bytes(kept[i]->text, kept[i]->size), text));
        phrase_release(&phrases, kept[i]);
    }
    assert_int_equal(phrases.count, 0);
    table_finish(&phrases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_are_one_phrase),
        cmocka_unit_test(different_texts_are_different_phrases),
        cmocka_unit_test(text_without_an_address_is_a_phrase),
        cmocka_unit_test(nothing_can_be_released),
        cmocka_unit_test(thousands_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
