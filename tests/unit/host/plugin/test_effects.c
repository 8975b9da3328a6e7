/* SPDX-License-Identifier: MIT */
#include "plugin/effects.h"

#include "stream_fixture.h"

static void effects_are_kept_in_the_order_asked_for(void **state) {
    (void)state;
    struct effects effects = {0};
    static const enum effect_kind kinds[] = {EFFECT_JOIN, EFFECT_ACCEPT, EFFECT_SEND, EFFECT_LEAVE};
    for (size_t i = 0; i < 4; i++)
        assert_non_null(effects_add(&effects, kinds[i], sentio_text("a"), sentio_text("b")));
    const struct effect *effect = effects.first;
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(effect);
        assert_int_equal(effect->kind, kinds[i]);
        effect = effect->next;
    }
    assert_null(effect);
    effects_finish(&effects);
}

static void an_effect_has_copies_of_its_texts(void **state) {
    (void)state;
    struct effects effects = {0};
    char a[] = "AAPL";
    char b[] = "because";
    struct effect *effect = effects_add(&effects, EFFECT_REFUSE, sentio_text(a), sentio_text(b));
    memset(a, 'x', 4);
    memset(b, 'x', 7);
    assert_text(effect->a, "AAPL");
    assert_text(effect->b, "because");
    assert_int_equal(effect->id, 0);
    assert_int_equal(effect->number, 0);
    assert_null(effect->item);
    effect = effects_add(&effects, EFFECT_WAKE, sentio_bytes(NULL, 0), sentio_bytes(NULL, 0));
    assert_int_equal(effect->a.size, 0);
    assert_int_equal(effect->b.size, 0);
    effects_finish(&effects);
}

static void emits_rejections_and_bytes_are_counted(void **state) {
    (void)state;
    struct effects effects = {0};
    const struct sentio_item emitted = {.topic = sentio_text("A"), .json = sentio_text("{}")};
    struct item *item = item_create(&emitted);
    effects_add(&effects, EFFECT_REJECT, sentio_text("field"), sentio_text("why"));
    assert_int_equal(effects.bytes, sizeof(struct effect) + 8);
    effects_add(&effects, EFFECT_REJECT, sentio_text(""), sentio_text(""));
    size_t before = effects.bytes;
    struct effect *effect = effects_add_item(&effects, item);
    assert_ptr_equal(effect->item, item);
    assert_int_equal(effect->kind, EFFECT_EMIT);
    assert_int_equal(effects.bytes - before, sizeof(struct effect) + item_size(item));
    assert_int_equal(effects.emits, 1);
    assert_int_equal(effects.rejections, 2);
    effects_finish(&effects);
}

static void finish_lets_go_of_items_that_were_not_taken(void **state) {
    (void)state;
    struct effects effects = {0};
    const struct sentio_item emitted = {.topic = sentio_text("A"), .json = sentio_text("{}")};
    struct item *item = item_create(&emitted);
    struct item *taken = item_create(&emitted);
    effects_add_item(&effects, item_ref(item));
    effects_add_item(&effects, taken)->item = NULL;
    assert_int_equal(atomic_load(&item->refs), 2);
    effects_finish(&effects);
    assert_int_equal(atomic_load(&item->refs), 1);
    assert_null(effects.first);
    assert_null(effects.last);
    assert_int_equal(effects.bytes, 0);
    assert_int_equal(effects.emits, 0);
    item_unref(item);
    item_unref(taken);
}

static void effects_are_appended_with_what_is_counted(void **state) {
    (void)state;
    struct effects effects = {0};
    struct effects from = {0};
    const struct sentio_item emitted = {.topic = sentio_text("A"), .json = sentio_text("{}")};
    effects_append(&effects, &from);
    assert_null(effects.first);
    effects_add(&from, EFFECT_REJECT, sentio_text("a"), sentio_text("b"));
    effects_add_item(&from, item_create(&emitted));
    struct effect *first = from.first;
    struct effect *last = from.last;
    size_t bytes = from.bytes;
    effects_append(&effects, &from);
    assert_ptr_equal(effects.first, first);
    assert_ptr_equal(effects.last, last);
    assert_null(from.first);
    assert_null(from.last);
    assert_int_equal(from.bytes + from.emits + from.rejections, 0);
    effects_add(&from, EFFECT_REJECT, sentio_text("c"), sentio_text(""));
    struct effect *third = from.first;
    bytes += from.bytes;
    effects_append(&effects, &from);
    effects_append(&effects, &from);
    assert_ptr_equal(last->next, third);
    assert_ptr_equal(effects.last, third);
    assert_int_equal(effects.bytes, bytes);
    assert_int_equal(effects.emits, 1);
    assert_int_equal(effects.rejections, 2);
    effects_finish(&effects);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effects_are_kept_in_the_order_asked_for),
        cmocka_unit_test(an_effect_has_copies_of_its_texts),
        cmocka_unit_test(emits_rejections_and_bytes_are_counted),
        cmocka_unit_test(effects_are_appended_with_what_is_counted),
        cmocka_unit_test(finish_lets_go_of_items_that_were_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
