/* SPDX-License-Identifier: MIT */
#include "channel/log_memory.h"

#include <stdio.h>

#include "stream_fixture.h"

struct fixture {
    struct topic_table topics;
    struct stream *stream;
    struct log_memory memory;
    uint64_t offset;
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    topic_table_init(&fixture->topics, 1);
    fixture->stream = fixture_stream(SENTIO_ARRAY);
    log_memory_init(&fixture->memory, &fixture->topics);
    fixture->memory.limit_bytes = SIZE_MAX;
    fixture->memory.limit_items = 100;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    log_memory_finish(&fixture->memory);
    assert_int_equal(fixture->memory.bytes, 0);
    assert_int_equal(fixture->memory.latest_count, 0);
    for (size_t i = 0; i < fixture->topics.table.capacity; i++) {
        const struct topic *topic = fixture->topics.table.slots[i].value;
        if (topic)
            assert_int_equal(atomic_load(&topic->refs), 1);
    }
    topic_table_finish(&fixture->topics);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

/* One item as an update at `time`; its text is its offset. An empty key is the topic. */
static void append_at(struct fixture *fixture, const char *topic, const char *key, int64_t time) {
    char json[24];
    snprintf(json, sizeof(json), "%llu", (unsigned long long)++fixture->offset);
    const struct sentio_item emitted = {
        .topic = sentio_text(topic), .key = sentio_text(key), .json = sentio_text(json)};
    struct item *item = fixture_item(&fixture->topics, &emitted, fixture->offset);
    item->time = time;
    struct update *update = fixture_update(fixture->stream, &item, 1);
    log_memory_append(&fixture->memory, update);
    update_unref(update);
}

static void append(struct fixture *fixture, const char *topic, const char *key) {
    append_at(fixture, topic, key, FIXTURE_TIME);
}

static struct topic *topic_of(struct fixture *fixture, const char *name) {
    struct topic *topic = topic_find(&fixture->topics, sentio_text(name));
    assert_non_null(topic);
    return topic;
}

/* The items' texts with spaces between; the items are let go. */
static void assert_items(struct log_items *items, const char *expected) {
    char text[512] = "";
    size_t at = 0;
    for (size_t i = 0; i < items->count; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s", i ? " " : "",
                               (int)items->items[i]->json.size, items->items[i]->json.data);
    assert_string_equal(text, expected);
    log_items_finish(items);
    assert_null(items->items);
}

/* `topic` NULL: of all. */
static void assert_latest(struct fixture *fixture, const char *topic, const char *expected) {
    struct log_items items = {0};
    assert_int_equal(
        log_memory_latest(&fixture->memory, topic ? topic_of(fixture, topic) : NULL, &items), 0);
    if (topic)
        log_items_sort(&items);
    assert_items(&items, expected);
}

/* `names`: of these topics; empty: of all. */
static void assert_history(struct fixture *fixture, const char *names, size_t count, int64_t now,
                           const char *expected) {
    struct topic *topics[8];
    struct log_items items = {0};
    size_t topic_count = 0;
    for (; names[topic_count] != '\0'; topic_count++)
        topics[topic_count] = topic_find(&fixture->topics, sentio_bytes(names + topic_count, 1));
    assert_int_equal(log_memory_history(&fixture->memory, topics, topic_count, count, now, &items),
                     0);
    assert_items(&items, expected);
}

static void the_latest_is_the_newest_item_of_each_key(void **state) {
    struct fixture *fixture = *state;
    append(fixture, "A", "");
    append(fixture, "B", "x");
    append(fixture, "B", "y");
    append(fixture, "A", "");
    append(fixture, "B", "x");
    assert_latest(fixture, "A", "4");
    assert_latest(fixture, "B", "3 5");
    assert_latest(fixture, NULL, "3 4 5");
    assert_int_equal(fixture->memory.latest_count, 3);
}

static void one_key_of_two_topics_is_two_things(void **state) {
    struct fixture *fixture = *state;
    append(fixture, "A", "k");
    append(fixture, "B", "k");
    assert_latest(fixture, NULL, "1 2");
}

static void a_key_that_is_the_topics_name_is_the_topic(void **state) {
    struct fixture *fixture = *state;
    append(fixture, "A", "");
    append(fixture, "A", "A");
    assert_latest(fixture, "A", "2");
}

static void many_keys_of_a_topic_are_all_remembered(void **state) {
    struct fixture *fixture = *state;
    struct log_items items = {0};
    char key[16];
    for (int i = 0; i < 600; i++) {
        snprintf(key, sizeof(key), "k%d", i % 300);
        append(fixture, "A", key);
    }
    assert_int_equal(log_memory_latest(&fixture->memory, topic_of(fixture, "A"), &items), 0);
    log_items_sort(&items);
    assert_int_equal(items.count, 300);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(items.items[i]->offset, 301 + i);
    log_items_finish(&items);
}

static void history_of_several_topics_is_in_the_order_of_offsets(void **state) {
    struct fixture *fixture = *state;
    const char *names[] = {"A", "B", "A", "C", "B", "C", "A"};
    for (size_t i = 0; i < 7; i++)
        append(fixture, names[i], "");
    assert_history(fixture, "A", 100, FIXTURE_TIME, "1 3 7");
    assert_history(fixture, "BA", 100, FIXTURE_TIME, "1 2 3 5 7");
    assert_history(fixture, "", 100, FIXTURE_TIME, "1 2 3 4 5 6 7");
}

static void history_gives_the_last_ones_of_all_the_topics_together(void **state) {
    struct fixture *fixture = *state;
    const char *names[] = {"A", "B", "A", "C", "B", "C", "A"};
    for (size_t i = 0; i < 7; i++)
        append(fixture, names[i], "");
    assert_history(fixture, "AB", 3, FIXTURE_TIME, "3 5 7");
    assert_history(fixture, "", 2, FIXTURE_TIME, "6 7");
    assert_history(fixture, "B", 0, FIXTURE_TIME, "");
}

static void each_topic_keeps_its_last_items_and_knows_what_it_dropped(void **state) {
    struct fixture *fixture = *state;
    fixture->memory.limit_items = 2;
    append(fixture, "A", "");
    append(fixture, "B", "");
    append(fixture, "A", "");
    assert_int_equal(topic_of(fixture, "A")->trimmed, 0);
    append(fixture, "A", "");
    append(fixture, "A", "");
    assert_history(fixture, "A", 100, FIXTURE_TIME, "4 5");
    assert_history(fixture, "B", 100, FIXTURE_TIME, "2");
    assert_history(fixture, "", 100, FIXTURE_TIME, "2 4 5");
    assert_int_equal(topic_of(fixture, "A")->trimmed, 3);
    assert_int_equal(topic_of(fixture, "A")->history_count, 2);
    assert_int_equal(topic_of(fixture, "B")->trimmed, 0);
}

static void without_history_everything_is_trimmed_and_the_latest_stays(void **state) {
    struct fixture *fixture = *state;
    fixture->memory.limit_items = 0;
    append(fixture, "A", "");
    append(fixture, "A", "");
    assert_history(fixture, "A", 100, FIXTURE_TIME, "");
    assert_latest(fixture, "A", "2");
    assert_int_equal(topic_of(fixture, "A")->trimmed, 2);
}

static void items_leave_history_when_they_are_older_than_the_limit(void **state) {
    struct fixture *fixture = *state;
    fixture->memory.limit_age = 1000;
    append_at(fixture, "A", "", FIXTURE_TIME);
    append_at(fixture, "A", "", FIXTURE_TIME + 1);
    append_at(fixture, "B", "", FIXTURE_TIME + 1000);
    assert_int_equal(topic_of(fixture, "A")->history_count, 2);
    append_at(fixture, "B", "", FIXTURE_TIME + 1001);
    assert_int_equal(topic_of(fixture, "A")->history_count, 1);
    assert_int_equal(topic_of(fixture, "A")->trimmed, 1);
    assert_history(fixture, "", 100, FIXTURE_TIME + 1001, "2 3 4");
    assert_latest(fixture, "A", "2");
}

static void what_has_grown_too_old_since_the_last_update_is_not_given(void **state) {
    struct fixture *fixture = *state;
    fixture->memory.limit_age = 1000;
    append_at(fixture, "A", "", FIXTURE_TIME);
    append_at(fixture, "A", "", FIXTURE_TIME + 1);
    assert_history(fixture, "A", 100, FIXTURE_TIME + 1000, "1 2");
    assert_history(fixture, "A", 100, FIXTURE_TIME + 1001, "2");
    assert_history(fixture, "", 100, FIXTURE_TIME + 1002, "");
}

static void over_the_bytes_history_goes_first_and_the_oldest_of_it(void **state) {
    struct fixture *fixture = *state;
    append(fixture, "A", "");
    append(fixture, "B", "");
    append(fixture, "C", "");
    fixture->memory.limit_bytes = fixture->memory.bytes;
    append(fixture, "A", "");
    assert_true(fixture->memory.bytes <= fixture->memory.limit_bytes);
    assert_history(fixture, "", 100, FIXTURE_TIME, "2 3 4");
    assert_int_equal(topic_of(fixture, "A")->trimmed, 1);
    assert_latest(fixture, NULL, "2 3 4");
}

static void over_the_bytes_without_history_the_quietest_key_goes(void **state) {
    struct fixture *fixture = *state;
    fixture->memory.limit_items = 0;
    append(fixture, "A", "");
    append(fixture, "B", "");
    append(fixture, "A", "");
    fixture->memory.limit_bytes = fixture->memory.bytes;
    append(fixture, "C", "");
    assert_latest(fixture, NULL, "3 4");
    assert_latest(fixture, "B", "");
    assert_true(fixture->memory.bytes <= fixture->memory.limit_bytes);
    append(fixture, "B", "");
    assert_latest(fixture, NULL, "4 5");
}

static void an_item_over_the_limit_empties_the_memory(void **state) {
    struct fixture *fixture = *state;
    append(fixture, "A", "");
    fixture->memory.limit_bytes = 8;
    append(fixture, "A", "");
    assert_history(fixture, "", 100, FIXTURE_TIME, "");
    assert_latest(fixture, NULL, "");
    assert_int_equal(fixture->memory.bytes, 0);
    assert_int_equal(topic_of(fixture, "A")->trimmed, 2);
}

static void the_items_of_one_update_are_all_noted(void **state) {
    struct fixture *fixture = *state;
    struct item *items[] = {fixture_plain_item(&fixture->topics, "A", "1", 1),
                            fixture_plain_item(&fixture->topics, "B", "2", 2),
                            fixture_plain_item(&fixture->topics, "A", "3", 3)};
    struct update *update = fixture_update(fixture->stream, items, 3);
    log_memory_append(&fixture->memory, update);
    update_unref(update);
    assert_latest(fixture, NULL, "2 3");
    assert_history(fixture, "", 100, FIXTURE_TIME, "1 2 3");
}

static void assert_since(struct fixture *fixture, const char *names, uint64_t since,
                         const char *expected) {
    struct topic *topics[8];
    struct log_items items = {0};
    size_t count = 0;
    for (; names[count] != '\0'; count++)
        topics[count] = topic_find(&fixture->topics, sentio_bytes(names + count, 1));
    assert_int_equal(
        log_memory_since(&fixture->memory, count ? topics : NULL, count, since, &items), 0);
    log_items_sort(&items);
    assert_items(&items, expected);
}

static void since_gives_all_that_is_newer(void **state) {
    struct fixture *fixture = *state;
    const char *names[] = {"A", "B", "A", "C", "B", "C", "A"};
    for (size_t i = 0; i < 7; i++)
        append(fixture, names[i], "");
    assert_since(fixture, "A", 0, "1 3 7");
    assert_since(fixture, "AB", 1, "2 3 5 7");
    assert_since(fixture, "A", 3, "7");
    assert_since(fixture, "B", 5, "");
    assert_since(fixture, "", 4, "5 6 7");
    assert_since(fixture, "", 7, "");
}

static void items_are_added_with_references_of_their_own(void **state) {
    struct fixture *fixture = *state;
    struct item *items[] = {fixture_plain_item(&fixture->topics, "A", "7", 7),
                            fixture_plain_item(&fixture->topics, "B", "4", 4)};
    struct log_items list = {0};
    assert_int_equal(log_items_add(&list, items, 2), 0);
    assert_int_equal(atomic_load(&items[0]->refs), 2);
    item_unref(items[0]);
    item_unref(items[1]);
    log_items_sort(&list);
    log_items_keep_last(&list, 5);
    assert_int_equal(list.count, 2);
    log_items_keep_last(&list, 1);
    assert_items(&list, "7");
}

static void the_log_knows_the_newest_that_any_topic_dropped(void **state) {
    struct fixture *fixture = *state;
    fixture->memory.limit_items = 1;
    append(fixture, "A", "");
    append(fixture, "B", "");
    assert_int_equal(fixture->memory.trimmed, 0);
    append(fixture, "B", "");
    append(fixture, "A", "");
    assert_int_equal(fixture->memory.trimmed, 2);
    assert_int_equal(topic_of(fixture, "A")->trimmed, 1);
}

static void what_is_too_old_can_be_forgotten_at_any_time(void **state) {
    struct fixture *fixture = *state;
    append_at(fixture, "A", "", FIXTURE_TIME);
    append_at(fixture, "A", "", FIXTURE_TIME + 1);
    log_memory_expire(&fixture->memory, FIXTURE_TIME + 100000);
    assert_int_equal(fixture->memory.trimmed, 0);
    fixture->memory.limit_age = 1000;
    log_memory_expire(&fixture->memory, FIXTURE_TIME + 1001);
    assert_int_equal(topic_of(fixture, "A")->trimmed, 1);
    assert_int_equal(fixture->memory.trimmed, 1);
    assert_since(fixture, "A", 0, "2");
}

static void what_is_restored_without_room_is_known_to_be_dropped(void **state) {
    struct fixture *fixture = *state;
    struct item *items[] = {fixture_plain_item(&fixture->topics, "A", "1", 4),
                            fixture_plain_item(&fixture->topics, "A", "2", 6)};
    items[0]->topic->trimmed = 3;
    log_memory_restore(&fixture->memory, items[0], true, true);
    assert_int_equal(fixture->memory.trimmed, 3);
    fixture->memory.limit_items = 0;
    log_memory_restore(&fixture->memory, items[1], true, true);
    assert_int_equal(topic_of(fixture, "A")->trimmed, 6);
    assert_int_equal(fixture->memory.trimmed, 6);
    item_unref(items[0]);
    item_unref(items[1]);
}

/* The offsets that should be in the history of topic `topic`, of `count` appended so far. */
static void expect_history(char *text, size_t size, const uint8_t *topics, int count, int topic,
                           int limit) {
    int kept[64];
    int found = 0;
    size_t at = 0;
    for (int i = count; i > 0 && found < limit; i--)
        if (topics[i] == topic)
            kept[found++] = i;
    text[0] = '\0';
    while (found > 0)
        at += (size_t)snprintf(text + at, size - at, "%s%d", at ? " " : "", kept[--found]);
}

static void a_random_life_keeps_what_a_list_of_everything_says(void **state) {
    struct fixture *fixture = *state;
    uint64_t random = 5;
    uint8_t topics[501];
    fixture->memory.limit_items = 7;
    for (int i = 1; i <= 500; i++) {
        const char name[] = {(char)('A' + fixture_random(&random, 5)), '\0'};
        char expected[512];
        topics[i] = (uint8_t)name[0];
        append(fixture, name, "");
        expect_history(expected, sizeof(expected), topics, i, name[0], 7);
        assert_history(fixture, name, 100, FIXTURE_TIME, expected);
        expect_history(expected, sizeof(expected), topics, i, name[0], 1);
        assert_latest(fixture, name, expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_latest_is_the_newest_item_of_each_key),
        TEST(one_key_of_two_topics_is_two_things),
        TEST(a_key_that_is_the_topics_name_is_the_topic),
        TEST(many_keys_of_a_topic_are_all_remembered),
        TEST(history_of_several_topics_is_in_the_order_of_offsets),
        TEST(history_gives_the_last_ones_of_all_the_topics_together),
        TEST(each_topic_keeps_its_last_items_and_knows_what_it_dropped),
        TEST(without_history_everything_is_trimmed_and_the_latest_stays),
        TEST(items_leave_history_when_they_are_older_than_the_limit),
        TEST(what_has_grown_too_old_since_the_last_update_is_not_given),
        TEST(over_the_bytes_history_goes_first_and_the_oldest_of_it),
        TEST(over_the_bytes_without_history_the_quietest_key_goes),
        TEST(an_item_over_the_limit_empties_the_memory),
        TEST(the_items_of_one_update_are_all_noted),
        TEST(since_gives_all_that_is_newer),
        TEST(items_are_added_with_references_of_their_own),
        TEST(the_log_knows_the_newest_that_any_topic_dropped),
        TEST(what_is_too_old_can_be_forgotten_at_any_time),
        TEST(what_is_restored_without_room_is_known_to_be_dropped),
        TEST(a_random_life_keeps_what_a_list_of_everything_says),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
