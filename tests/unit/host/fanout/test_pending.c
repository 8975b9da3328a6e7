/* SPDX-License-Identifier: MIT */
#include "fanout/pending.h"

#include <stdio.h>

#include "base/table.h"
#include "model/topic.h"
#include "stream_fixture.h"

enum { STEPS = 20000, MODEL_MAX = 4096 };

struct fixture {
    struct topic_table topics;
    struct pending *all;
    struct pending *newest;
    uint64_t offset;
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    topic_table_init(&fixture->topics, 1);
    fixture->all = pending_create(false);
    fixture->newest = pending_create(true);
    assert_non_null(fixture->all);
    assert_non_null(fixture->newest);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    pending_destroy(fixture->all);
    pending_destroy(fixture->newest);
    pending_destroy(NULL);
    topic_table_finish(&fixture->topics);
    free(fixture);
    return 0;
}

/* Holds a new item of the topic; without a key its key is the topic. Its text is its offset. */
static void hold_key(struct fixture *fixture, struct pending *pending, const char *topic,
                     const char *key) {
    char json[24];
    snprintf(json, sizeof(json), "%llu", (unsigned long long)++fixture->offset);
    const struct sentio_item emitted = {
        .topic = sentio_text(topic), .key = sentio_text(key), .json = sentio_text(json)};
    struct item *item = fixture_item(&fixture->topics, &emitted, fixture->offset);
    assert_int_equal(pending_hold(pending, item, fixture->offset), 0);
    item_unref(item);
}

static void hold(struct fixture *fixture, struct pending *pending, const char *topics) {
    for (; *topics != '\0'; topics++)
        hold_key(fixture, pending, (const char[]){*topics, '\0'}, "");
}

/* Lets all items go; their offsets are these, in this order. */
static void assert_offsets(struct pending *pending, const char *expected) {
    char text[256] = "";
    size_t at = 0;
    const struct item *item = pending_oldest(pending);
    while (item != NULL) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%llu", at ? " " : "",
                               (unsigned long long)item->offset);
        pending_pop(pending);
        item = pending_oldest(pending);
    }
    assert_string_equal(text, expected);
    assert_int_equal(pending->count, 0);
    assert_int_equal(pending->size, 0);
}

static void all_items_are_held_in_their_order(void **state) {
    struct fixture *fixture = *state;
    hold(fixture, fixture->all, "ABACAB");
    assert_int_equal(fixture->all->count, 6);
    assert_int_equal(fixture->all->merged, 0);
    assert_offsets(fixture->all, "1 2 3 4 5 6");
}

static void only_the_newest_of_each_key_is_held(void **state) {
    struct fixture *fixture = *state;
    hold(fixture, fixture->newest, "ABACAB");
    assert_int_equal(fixture->newest->count, 3);
    assert_int_equal(fixture->newest->merged, 3);
    assert_offsets(fixture->newest, "4 5 6");
}

static void equal_keys_of_two_topics_are_two_keys(void **state) {
    struct fixture *fixture = *state;
    hold_key(fixture, fixture->newest, "A", "k");
    hold_key(fixture, fixture->newest, "B", "k");
    hold_key(fixture, fixture->newest, "A", "");
    hold_key(fixture, fixture->newest, "A", "k");
    assert_offsets(fixture->newest, "2 3 4");
}

static void a_key_that_repeats_its_topic_is_the_topic(void **state) {
    struct fixture *fixture = *state;
    hold_key(fixture, fixture->newest, "A", "A");
    hold_key(fixture, fixture->newest, "A", "");
    assert_offsets(fixture->newest, "2");
}

static void first_and_last_span_all_that_was_ever_held(void **state) {
    struct fixture *fixture = *state;
    fixture->offset = 6;
    hold(fixture, fixture->newest, "AAA");
    assert_int_equal(fixture->newest->first, 7);
    assert_int_equal(fixture->newest->last, 9);
    pending_pop(fixture->newest);
    hold(fixture, fixture->newest, "B");
    assert_int_equal(fixture->newest->first, 7);
    assert_int_equal(fixture->newest->last, 10);
}

static void packing_leaves_an_array_without_gaps(void **state) {
    struct fixture *fixture = *state;
    struct pending *pending = fixture->newest;
    static const uint64_t offsets[] = {5, 6, 7};
    hold(fixture, pending, "ABCDADC");
    pending_pop(pending);
    assert_int_equal(pending_pack(pending), 0);
    assert_int_equal(pending->start, 0);
    assert_int_equal(pending->end, 3);
    for (uint32_t i = 0; i < pending->end; i++)
        assert_int_equal(pending->items[i]->offset, offsets[i]);
    hold(fixture, pending, "DD");
    assert_offsets(pending, "5 7 9");
}

static void popping_what_is_empty_does_nothing(void **state) {
    struct fixture *fixture = *state;
    assert_null(pending_oldest(fixture->all));
    pending_pop(fixture->all);
    assert_int_equal(pending_pack(fixture->newest), 0);
    hold(fixture, fixture->all, "A");
    pending_pop(fixture->all);
    pending_pop(fixture->all);
    assert_null(pending_oldest(fixture->all));
    hold(fixture, fixture->all, "A");
    assert_offsets(fixture->all, "2");
}

static void one_key_for_ever_takes_no_more_room(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 1000; i++)
        hold(fixture, fixture->newest, "AB");
    assert_int_equal(fixture->newest->count, 2);
    assert_int_equal(fixture->newest->capacity, 8);
    assert_offsets(fixture->newest, "1999 2000");
}

static void a_queue_that_moves_on_takes_no_more_room(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 1000; i++) {
        hold(fixture, fixture->all, "A");
        if (fixture->all->count > 5)
            pending_pop(fixture->all);
    }
    assert_true(fixture->all->capacity <= 16);
    assert_offsets(fixture->all, "996 997 998 999 1000");
}

static void the_size_is_that_of_the_texts_where_all_are_held(void **state) {
    struct fixture *fixture = *state;
    size_t empty = pending_size(fixture->all);
    assert_int_equal(empty, sizeof(struct pending));
    fixture->offset = 9;
    hold(fixture, fixture->all, "AAA");
    assert_int_equal(fixture->all->size, 6);
    assert_int_equal(pending_size(fixture->all),
                     empty + 8 * sizeof(struct item *) + 3 * sizeof(struct item) + 6);
    pending_pop(fixture->all);
    assert_int_equal(pending_size(fixture->all),
                     empty + 8 * sizeof(struct item *) + 2 * sizeof(struct item) + 4);
}

static void the_size_of_the_newest_is_without_their_texts(void **state) {
    struct fixture *fixture = *state;
    hold(fixture, fixture->newest, "AB");
    size_t size = pending_size(fixture->newest);
    assert_int_equal(size, sizeof(struct pending) + 8 * sizeof(struct item *) +
                               fixture->newest->places.capacity * sizeof(struct table_slot));
    assert_true(fixture->newest->places.capacity > 0);
    hold(fixture, fixture->newest, "ABAB");
    assert_int_equal(pending_size(fixture->newest), size);
}

/* limits.outbox is 1 MiB by default, and a backlog may take half of it. */
static void twelve_thousand_keys_fit_into_half_of_the_default_limit(void **state) {
    struct fixture *fixture = *state;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 12000; i++) {
            char key[16];
            snprintf(key, sizeof(key), "%d", i);
            hold_key(fixture, fixture->newest, "A", key);
        }
    }
    assert_int_equal(fixture->newest->count, 12000);
    assert_int_equal(fixture->newest->merged, 24000);
    assert_true(pending_size(fixture->newest) < 512 * 1024);
}

/* What should be held. */
struct model {
    uint64_t offsets[MODEL_MAX];
    uint32_t keys[MODEL_MAX];
    uint32_t count;
    uint32_t merged;
};

static void model_remove(struct model *model, uint32_t at) {
    model->count--;
    for (uint32_t i = at; i < model->count; i++) {
        model->offsets[i] = model->offsets[i + 1];
        model->keys[i] = model->keys[i + 1];
    }
}

static void model_hold(struct model *model, bool keyed, uint32_t key, uint64_t offset) {
    for (uint32_t i = 0; keyed && i < model->count; i++) {
        if (model->keys[i] != key)
            continue;
        model_remove(model, i);
        model->merged++;
        break;
    }
    assert_true(model->count < MODEL_MAX);
    model->offsets[model->count] = offset;
    model->keys[model->count++] = key;
}

static void assert_modelled(const struct pending *pending, const struct model *model) {
    uint32_t at = 0;
    size_t size = 0;
    assert_int_equal(pending->count, model->count);
    assert_int_equal(pending->merged, model->merged);
    for (uint32_t i = pending->start; i < pending->end; i++) {
        if (pending->items[i] == NULL)
            continue;
        assert_int_equal(pending->items[i]->offset, model->offsets[at++]);
        size += pending->items[i]->json.size;
    }
    assert_int_equal(at, model->count);
    assert_int_equal(pending->size, size);
    assert_int_equal(pending->places.count, pending->keyed ? model->count : 0);
}

/* Random holding, popping and packing, with few keys and with many. */
static void run_model(struct fixture *fixture, bool keyed, uint32_t keys, uint64_t seed) {
    struct model *model = calloc(1, sizeof(*model));
    struct pending *pending = pending_create(keyed);
    uint64_t random = seed * 0x9e3779b97f4a7c15u;
    assert_non_null(model);
    assert_non_null(pending);
    for (int i = 0; i < STEPS; i++) {
        uint32_t choice = fixture_random(&random, 100);
        char key[16];
        uint32_t number = fixture_random(&random, keys);
        snprintf(key, sizeof(key), "%u", number);
        /* Popping has the upper hand in every other thousand of steps, so that it empties. */
        if (choice < (i / 1000 % 2 ? 45u : 60u)) {
            hold_key(fixture, pending, number % 3 ? "A" : "B", number % 5 ? key : "");
            model_hold(model, keyed, number % 5 ? number + 2 : number % 3 ? 0 : 1, fixture->offset);
        } else if (choice < 98 && model->count > 0) {
            assert_int_equal(pending_oldest(pending)->offset, model->offsets[0]);
            pending_pop(pending);
            model_remove(model, 0);
        } else {
            assert_int_equal(pending_pack(pending), 0);
            assert_int_equal(pending->end, pending->count);
        }
        assert_modelled(pending, model);
    }
    pending_destroy(pending);
    free(model);
}

static void any_sequence_holds_what_the_model_holds(void **state) {
    struct fixture *fixture = *state;
    static const uint32_t keys[] = {1, 4, 30, 500};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        run_model(fixture, true, keys[seed - 1], seed);
        run_model(fixture, false, keys[seed - 1], seed);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(all_items_are_held_in_their_order),
        TEST(only_the_newest_of_each_key_is_held),
        TEST(equal_keys_of_two_topics_are_two_keys),
        TEST(a_key_that_repeats_its_topic_is_the_topic),
        TEST(first_and_last_span_all_that_was_ever_held),
        TEST(packing_leaves_an_array_without_gaps),
        TEST(popping_what_is_empty_does_nothing),
        TEST(one_key_for_ever_takes_no_more_room),
        TEST(a_queue_that_moves_on_takes_no_more_room),
        TEST(the_size_is_that_of_the_texts_where_all_are_held),
        TEST(the_size_of_the_newest_is_without_their_texts),
        TEST(twelve_thousand_keys_fit_into_half_of_the_default_limit),
        TEST(any_sequence_holds_what_the_model_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
