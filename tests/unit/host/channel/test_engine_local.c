/* SPDX-License-Identifier: MIT */
#include "channel/engine.h"

#include "stream_fixture.h"

struct fixture {
    struct topic_table topics;
    struct stream *stream;
    struct engine engine;
    int64_t clock;
    struct update *ordered; /* the last one, which is ours */
    void *token;
    int count;
};

static void keep(void *context, struct update *update, void *token) {
    struct fixture *fixture = context;
    update_unref(fixture->ordered);
    fixture->ordered = update;
    fixture->token = token;
    fixture->count++;
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    topic_table_init(&fixture->topics, 1);
    fixture->stream = fixture_stream(SENTIO_ARRAY);
    engine_local_init(&fixture->engine);
    fixture->clock = 1000;
    fixture->engine.clock = &fixture->clock;
    fixture->engine.ordered = keep;
    fixture->engine.context = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    update_unref(fixture->ordered);
    topic_table_finish(&fixture->topics);
    assert_int_equal(atomic_load(&fixture->stream->refs), 1);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

static struct update *make_update(struct fixture *fixture, uint32_t count, uint32_t flags) {
    struct item *items[4];
    const struct sentio_item emitted = {
        .topic = sentio_text("A"), .json = sentio_text("{\"a\":1}"), .flags = flags};
    for (uint32_t i = 0; i < count; i++)
        items[i] = fixture_item(&fixture->topics, &emitted, 0);
    return fixture_update(fixture->stream, items, count);
}

static void publish(struct fixture *fixture, struct update *update, void *token) {
    assert_int_equal(fixture->engine.publish(&fixture->engine, update, NULL, token), 0);
}

static void items_are_numbered_one_after_the_other_from_1(void **state) {
    struct fixture *fixture = *state;
    publish(fixture, make_update(fixture, 2, 0), NULL);
    assert_int_equal(fixture->ordered->items[0]->offset, 1);
    assert_int_equal(fixture->ordered->items[1]->offset, 2);
    assert_int_equal(fixture->ordered->last, 2);
    publish(fixture, make_update(fixture, 3, 0), NULL);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(fixture->ordered->items[i]->offset, 3 + i);
    assert_int_equal(fixture->ordered->last, 5);
    assert_int_equal(fixture->engine.offset, 5);
}

static void numbers_go_on_from_where_the_engine_stands(void **state) {
    struct fixture *fixture = *state;
    fixture->engine.offset = 41;
    publish(fixture, make_update(fixture, 1, 0), NULL);
    assert_int_equal(fixture->ordered->last, 42);
}

static void each_update_is_ordered_once_with_its_token(void **state) {
    struct fixture *fixture = *state;
    int token;
    struct update *update = make_update(fixture, 1, 0);
    publish(fixture, update, &token);
    assert_int_equal(fixture->count, 1);
    assert_ptr_equal(fixture->ordered, update);
    assert_ptr_equal(fixture->token, &token);
    assert_int_equal(atomic_load(&update->refs), 1);
}

static void an_update_and_its_items_have_the_time_of_ordering(void **state) {
    struct fixture *fixture = *state;
    publish(fixture, make_update(fixture, 2, 0), NULL);
    assert_true(fixture->ordered->time == fixture->clock);
    assert_true(fixture->ordered->items[0]->time == fixture->ordered->time);
    assert_true(fixture->ordered->items[1]->time == fixture->ordered->time);
}

static void time_does_not_go_back_when_the_clock_does(void **state) {
    struct fixture *fixture = *state;
    int64_t future = fixture->clock + 1000 * 1000;
    fixture->engine.time = future;
    publish(fixture, make_update(fixture, 1, 0), NULL);
    assert_true(fixture->ordered->time == future);
    assert_true(fixture->engine.time == future);
}

static void items_that_ask_for_an_id_get_epoch_and_offset(void **state) {
    struct fixture *fixture = *state;
    publish(fixture, make_update(fixture, 2, SENTIO_ADD_ID), NULL);
    assert_text(fixture->ordered->items[1]->json, "{\"id\":\"" FIXTURE_EPOCH ":2\",\"a\":1}");
    publish(fixture, make_update(fixture, 1, 0), NULL);
    assert_text(fixture->ordered->items[0]->json, "{\"a\":1}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(items_are_numbered_one_after_the_other_from_1),
        TEST(numbers_go_on_from_where_the_engine_stands),
        TEST(each_update_is_ordered_once_with_its_token),
        TEST(an_update_and_its_items_have_the_time_of_ordering),
        TEST(time_does_not_go_back_when_the_clock_does),
        TEST(items_that_ask_for_an_id_get_epoch_and_offset),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
