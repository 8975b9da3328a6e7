/* SPDX-License-Identifier: MIT */
#include "model/item.h"

#include "stream_fixture.h"

struct fixture {
    struct topic_table topics;
    struct stream *stream;
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    topic_table_init(&fixture->topics, 2);
    fixture->stream = fixture_stream(SENTIO_ARRAY);
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    topic_table_finish(&fixture->topics);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

static void an_item_is_a_copy_of_everything_that_was_emitted(void **state) {
    (void)state;
    char topic[] = "AAPL";
    char key[] = "AAPL:1";
    char type[] = "quote";
    char json[] = "{\"price\":1}";
    char text[] = "buy";
    struct sentio_value values[] = {{.type = SENTIO_NUMBER, .number = 0.5},
                                    {.type = SENTIO_TEXT, .text = {text, 3}},
                                    {.type = SENTIO_NONE}};
    const struct sentio_item emitted = {.topic = sentio_text(topic),
                                        .key = sentio_text(key),
                                        .type = sentio_text(type),
                                        .json = sentio_text(json),
                                        .attributes = values,
                                        .attribute_count = 3,
                                        .offset = 77,
                                        .time = 78};
    struct item *item = item_create(&emitted);
    assert_non_null(item);
    memset(topic, 'x', 4);
    memset(key, 'x', 6);
    memset(type, 'x', 5);
    memset(json, 'x', 11);
    memset(text, 'x', 3);
    memset(values, 0xff, sizeof(values));
    assert_text(item->topic_name, "AAPL");
    assert_text(item->key, "AAPL:1");
    assert_text(item->type, "quote");
    assert_text(item->json, "{\"price\":1}");
    assert_int_equal(item->attribute_count, 3);
    assert_true(item->attributes[0].number == 0.5);
    assert_text(item->attributes[1].text, "buy");
    assert_int_equal(item->attributes[2].type, SENTIO_NONE);
    assert_null(item->topic);
    assert_int_equal(item->offset, 0);
    assert_int_equal(item->time, 0);
    item_unref(item);
}

static void an_item_without_a_key_has_its_topic_as_the_key(void **state) {
    (void)state;
    const struct sentio_item emitted = {.topic = sentio_text("AAPL"), .json = sentio_text("1")};
    struct item *item = item_create(&emitted);
    assert_text(item->key, "AAPL");
    assert_int_equal(item->type.size, 0);
    item_unref(item);
}

static void assert_with_id(const char *json, uint64_t offset, const char *expected) {
    const struct sentio_item emitted = {
        .topic = sentio_text("u"), .json = sentio_text(json), .flags = SENTIO_ADD_ID};
    struct item *item = item_create(&emitted);
    assert_non_null(item);
    item->offset = offset;
    item_add_id(item, FIXTURE_EPOCH);
    assert_text(item->json, expected);
    item_unref(item);
}

static void the_id_comes_first_in_the_object(void **state) {
    (void)state;
    assert_with_id("{\"title\":\"x\"}", 12, "{\"id\":\"" FIXTURE_EPOCH ":12\",\"title\":\"x\"}");
    assert_with_id("{ \"a\":1}", UINT64_MAX,
                   "{\"id\":\"" FIXTURE_EPOCH ":18446744073709551615\", \"a\":1}");
}

static void an_empty_object_gets_an_id_without_a_comma(void **state) {
    (void)state;
    assert_with_id("{}", 1, "{\"id\":\"" FIXTURE_EPOCH ":1\"}");
    assert_with_id("{ \t\r\n}", 1, "{\"id\":\"" FIXTURE_EPOCH ":1\" \t\r\n}");
}

static void the_view_shows_what_the_item_has(void **state) {
    struct fixture *fixture = *state;
    const struct sentio_value value = {.type = SENTIO_NUMBER, .number = 3};
    const struct sentio_item emitted = {.topic = sentio_text("AAPL"),
                                        .type = sentio_text("quote"),
                                        .json = sentio_text("{}"),
                                        .attributes = &value,
                                        .attribute_count = 1,
                                        .flags = SENTIO_ADD_ID};
    struct item *item = fixture_item(&fixture->topics, &emitted, 9);
    struct sentio_item view = item_view(item);
    assert_text(view.topic, "AAPL");
    assert_text(view.key, "AAPL");
    assert_text(view.type, "quote");
    assert_text(view.json, "{}");
    assert_int_equal(view.attribute_count, 1);
    assert_true(view.attributes[0].number == 3);
    assert_int_equal(view.flags, SENTIO_ADD_ID);
    assert_int_equal(view.offset, 9);
    assert_int_equal(view.time, FIXTURE_TIME + 9);
    item_unref(item);
}

static void the_size_counts_the_texts(void **state) {
    (void)state;
    struct sentio_item emitted = {.topic = sentio_text("AAPL"), .json = sentio_text("{}")};
    struct item *small = item_create(&emitted);
    emitted.json = sentio_text("{\"price\":187.25}");
    struct item *large = item_create(&emitted);
    assert_int_equal(item_size(large) - item_size(small), 14);
    assert_true(item_size(small) >= sizeof(struct item) + 4 + 2);
    item_unref(small);
    item_unref(large);
}

static void the_last_reference_ends_the_item_and_its_hold_on_the_topic(void **state) {
    struct fixture *fixture = *state;
    struct item *item = fixture_plain_item(&fixture->topics, "AAPL", "1", 1);
    struct topic *topic = item->topic;
    assert_int_equal(atomic_load(&topic->refs), 2);
    assert_ptr_equal(item_ref(item), item);
    item_unref(item);
    assert_text(item->json, "1");
    assert_int_equal(atomic_load(&topic->refs), 2);
    item_unref(item);
    assert_int_equal(atomic_load(&topic->refs), 1);
    item_unref(NULL);
}

static void an_update_holds_its_items_and_its_stream(void **state) {
    struct fixture *fixture = *state;
    struct item *items[] = {fixture_plain_item(&fixture->topics, "A", "1", 1),
                            fixture_plain_item(&fixture->topics, "B", "22", 2)};
    struct update *update = fixture_update(fixture->stream, items, 2);
    assert_int_equal(atomic_load(&fixture->stream->refs), 2);
    assert_true(update_size(update) >= item_size(items[0]) + item_size(items[1]));
    item_ref(items[0]);
    update_ref(update);
    update_unref(update);
    assert_int_equal(atomic_load(&items[0]->refs), 2);
    update_unref(update);
    assert_int_equal(atomic_load(&items[0]->refs), 1);
    assert_int_equal(atomic_load(&fixture->stream->refs), 1);
    item_unref(items[0]);
    update_unref(NULL);
}

static void an_update_that_was_not_filled_up_can_be_let_go(void **state) {
    struct fixture *fixture = *state;
    struct update *update = update_create(fixture->stream, 3);
    assert_non_null(update);
    assert_int_equal(update->count, 0);
    update->items[update->count++] = fixture_plain_item(&fixture->topics, "A", "1", 1);
    update_unref(update);
    assert_int_equal(atomic_load(&fixture->stream->refs), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_item_is_a_copy_of_everything_that_was_emitted),
        TEST(an_item_without_a_key_has_its_topic_as_the_key),
        TEST(the_id_comes_first_in_the_object),
        TEST(an_empty_object_gets_an_id_without_a_comma),
        TEST(the_view_shows_what_the_item_has),
        TEST(the_size_counts_the_texts),
        TEST(the_last_reference_ends_the_item_and_its_hold_on_the_topic),
        TEST(an_update_holds_its_items_and_its_stream),
        TEST(an_update_that_was_not_filled_up_can_be_let_go),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
