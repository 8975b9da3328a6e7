/* SPDX-License-Identifier: MIT */
#include "model/interest.h"

#include <stdio.h>

#include "stream_fixture.h"

enum { SWEEP_AT = 1024 };

struct fixture {
    struct topic_table topics;
    struct interest_table interests;
    struct stream *stream;
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    topic_table_init(&fixture->topics, 2);
    interest_table_init(&fixture->interests);
    fixture->stream = fixture_stream(SENTIO_ARRAY);
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    interest_table_finish(&fixture->interests);
    topic_table_finish(&fixture->topics);
    assert_int_equal(atomic_load(&fixture->stream->refs), 1);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

static struct interest *obtain(struct fixture *fixture, const struct interest_key *wanted,
                               const char *const *names, uint32_t count) {
    return fixture_interest(&fixture->interests, &fixture->topics, fixture->stream, wanted, names,
                            count);
}

static struct interest *obtain_topics(struct fixture *fixture, const char *const *names,
                                      uint32_t count) {
    const struct interest_key key = {.interval = 0};
    return obtain(fixture, &key, names, count);
}

static struct interest *obtain_number(struct fixture *fixture, uint32_t number) {
    const struct interest_key key = {.all = true, .interval = number};
    return obtain(fixture, &key, NULL, 0);
}

/* The interest in everything that passes these filters of one plugin. */
static struct interest *obtain_filtered(struct fixture *fixture, const char *request) {
    static const struct sentio_filter filters[] = {
        {.field = "min", .attribute = 0, .predicate = SENTIO_AT_LEAST},
        {.field = "in", .attribute = 1, .predicate = SENTIO_ONE_OF},
        {.field = "max", .attribute = 0, .predicate = SENTIO_AT_MOST},
    };
    const struct sentio_plugin plugin = {.filters = filters, .filter_count = 3};
    struct predicates predicates = {.count = 0};
    const struct interest_key key = {.all = true, .predicates = &predicates};
    struct sentio_json json;
    char why[64];
    assert_int_equal(sentio_json_parse(sentio_text(request), &json, NULL), 0);
    assert_int_equal(predicates_update(&predicates, &plugin, &json, why, sizeof(why)), 0);
    struct interest *interest = obtain(fixture, &key, NULL, 0);
    predicates_finish(&predicates);
    return interest;
}

static void equal_topics_are_one_interest_in_whatever_order_they_were_named(void **state) {
    struct fixture *fixture = *state;
    struct interest *a = obtain_topics(fixture, (const char *[]){"A", "B", "C"}, 3);
    struct interest *b = obtain_topics(fixture, (const char *[]){"C", "A", "B"}, 3);
    struct interest *c = obtain_topics(fixture, (const char *[]){"A", "B"}, 2);
    assert_ptr_equal(a, b);
    assert_ptr_not_equal(a, c);
    assert_int_equal(atomic_load(&a->refs), 3);
    assert_int_equal(a->topic_count, 3);
    assert_true(a->topics[0] < a->topics[1] && a->topics[1] < a->topics[2]);
    assert_null(a->filters[0]);
    assert_null(a->filters[1]);
    interest_unref(a);
    interest_unref(b);
    interest_unref(c);
    interest_unref(NULL);
}

static void whatever_differs_makes_another_interest(void **state) {
    struct fixture *fixture = *state;
    const char *names[] = {"A"};
    const struct interest_key keys[] = {
        {.interval = 0}, {.all = true}, {.named = true}, {.interval = 1000}, {.interval = 2000},
    };
    struct interest *all[6];
    for (uint32_t i = 0; i < 5; i++)
        all[i] = obtain(fixture, &keys[i], names, 1);
    all[5] = obtain(fixture, &keys[0], (const char *[]){"B"}, 1);
    for (uint32_t i = 0; i < 6; i++)
        for (uint32_t n = 0; n < i; n++)
            assert_ptr_not_equal(all[i], all[n]);
    assert_true(all[1]->all);
    assert_true(all[2]->named);
    assert_int_equal(all[3]->interval, 1000);
    for (uint32_t i = 0; i < 6; i++)
        interest_unref(all[i]);
}

static void interests_of_two_streams_are_apart(void **state) {
    struct fixture *fixture = *state;
    struct stream *other = fixture_stream(SENTIO_OBJECT);
    const struct interest_key key = {.all = true};
    struct interest *a = obtain(fixture, &key, NULL, 0);
    struct interest *b =
        fixture_interest(&fixture->interests, &fixture->topics, other, &key, NULL, 0);
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(b->stream, other);
    interest_unref(a);
    interest_unref(b);
    stream_unref(other);
}

static void assert_same(struct fixture *fixture, const char *one, const char *two, bool same) {
    struct interest *a = obtain_filtered(fixture, one);
    struct interest *b = obtain_filtered(fixture, two);
    if (same != (a == b))
        print_error("%s and %s\n", one, two);
    assert_int_equal(a == b, same);
    interest_unref(a);
    interest_unref(b);
}

static void equal_filters_are_one_interest_and_others_are_not(void **state) {
    struct fixture *fixture = *state;
    assert_same(fixture, "{\"min\":0.5}", "{\"min\":5e-1}", true);
    assert_same(fixture, "{\"in\":[\"a\",\"b\"]}", "{\"in\":[\"b\",\"a\"]}", true);
    assert_same(fixture, "{\"min\":1,\"in\":[]}", "{\"in\":[],\"min\":1.0}", true);
    assert_same(fixture, "{\"min\":0.5}", "{\"min\":0.6}", false);
    assert_same(fixture, "{\"min\":0.5}", "{\"max\":0.5}", false);
    assert_same(fixture, "{\"min\":0.5}", "{}", false);
    assert_same(fixture, "{\"in\":[\"a\"]}", "{\"in\":[\"b\"]}", false);
    assert_same(fixture, "{\"in\":[\"a\"]}", "{\"in\":[\"a\",\"b\"]}", false);
    assert_same(fixture, "{\"in\":[]}", "{}", false);
}

static void minus_zero_is_zero(void **state) {
    assert_same(*state, "{\"min\":0}", "{\"min\":-0.0}", true);
}

/* Clients choose these texts: were the hashes equal, each lookup would go through all of them. */
static void texts_of_the_same_length_do_not_collide(void **state) {
    struct fixture *fixture = *state;
    struct interest *interests[64];
    for (int i = 0; i < 64; i++) {
        char request[32];
        snprintf(request, sizeof(request), "{\"in\":[\"x%02d\"]}", i);
        interests[i] = obtain_filtered(fixture, request);
        for (int n = 0; n < i; n++)
            assert_true(interests[n]->hash != interests[i]->hash);
    }
    for (int i = 0; i < 64; i++)
        interest_unref(interests[i]);
}

static void wanting_an_item_is_a_matter_of_the_filters(void **state) {
    struct fixture *fixture = *state;
    const struct sentio_value values[] = {{.type = SENTIO_NUMBER, .number = 0.5}, {.type = 0}};
    const struct sentio_item emitted = {.topic = sentio_text("A"),
                                        .json = sentio_text("1"),
                                        .attributes = values,
                                        .attribute_count = 2};
    struct item *item = fixture_item(&fixture->topics, &emitted, 1);
    struct interest *low = obtain_filtered(fixture, "{\"min\":0.4}");
    struct interest *high = obtain_filtered(fixture, "{\"min\":0.6}");
    struct interest *any = obtain_filtered(fixture, "{}");
    assert_true(interest_wants(low, item));
    assert_false(interest_wants(high, item));
    assert_true(interest_wants(any, item));
    interest_unref(low);
    interest_unref(high);
    interest_unref(any);
    item_unref(item);
}

static void an_interest_holds_its_topics_and_its_stream(void **state) {
    struct fixture *fixture = *state;
    struct interest *interest = obtain_topics(fixture, (const char *[]){"A"}, 1);
    struct topic *topic = interest->topics[0];
    assert_int_equal(atomic_load(&topic->refs), 2);
    assert_int_equal(atomic_load(&fixture->stream->refs), 2);
    interest_table_finish(&fixture->interests);
    assert_int_equal(atomic_load(&topic->refs), 2);
    assert_ptr_equal(interest_ref(interest), interest);
    interest_unref(interest);
    interest_unref(interest);
    assert_int_equal(atomic_load(&topic->refs), 1);
}

static void what_nobody_holds_is_swept_and_what_is_held_stays(void **state) {
    struct fixture *fixture = *state;
    struct interest *held = obtain_number(fixture, 0);
    for (uint32_t i = 1; i < SWEEP_AT; i++)
        interest_unref(obtain_number(fixture, i));
    assert_int_equal(fixture->interests.table.count, SWEEP_AT);
    interest_unref(obtain_number(fixture, 5));
    assert_int_equal(fixture->interests.table.count, SWEEP_AT);
    interest_unref(obtain_number(fixture, SWEEP_AT));
    assert_int_equal(fixture->interests.table.count, 2);
    struct interest *again = obtain_number(fixture, 0);
    assert_ptr_equal(again, held);
    interest_unref(again);
    interest_unref(held);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(equal_topics_are_one_interest_in_whatever_order_they_were_named),
        TEST(whatever_differs_makes_another_interest),
        TEST(interests_of_two_streams_are_apart),
        TEST(equal_filters_are_one_interest_and_others_are_not),
        TEST(minus_zero_is_zero),
        TEST(texts_of_the_same_length_do_not_collide),
        TEST(wanting_an_item_is_a_matter_of_the_filters),
        TEST(an_interest_holds_its_topics_and_its_stream),
        TEST(what_nobody_holds_is_swept_and_what_is_held_stays),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
