/* SPDX-License-Identifier: MIT */
#include "channel/engine.h"

#include "disk_fixture.h"

/* An engine on the fixture's disk; what becomes of its updates is written to `answers`. */
struct engine_fixture {
    struct disk_fixture *disk;
    struct engine engine;
    int64_t now;
};

static void note(void *context, const struct update *update, const char *what, const char *token) {
    struct engine_fixture *fixture = context;
    sentio_write_format(&fixture->disk->answers, "%s %s", token, what);
    for (uint32_t i = 0; i < update->count; i++)
        sentio_write_format(&fixture->disk->answers, " %llu",
                            (unsigned long long)update->items[i]->offset);
    sentio_write_format(&fixture->disk->answers, ", now at %llu\n",
                        (unsigned long long)fixture->engine.offset);
}

static void ordered(void *context, struct update *update, void *token) {
    note(context, update, "ordered", token);
    update_unref(update);
}

static void failed(void *context, struct update *update, void *token, const char *why) {
    assert_true(strlen(why) > 0);
    note(context, update, "failed", token);
    update_unref(update);
}

static int setup(void **state) {
    struct engine_fixture *fixture = calloc(1, sizeof(*fixture));
    if (fixture == NULL || fixture_setup(state) != 0)
        return -1;
    fixture->disk = *state;
    fixture->now = FIXTURE_TIME;
    fixture->engine = (struct engine){
        .ordered = ordered, .failed = failed, .context = fixture, .clock = &fixture->now};
    *state = fixture;
    return engine_disk_init(&fixture->engine, fixture->disk->channel);
}

static int teardown(void **state) {
    struct engine_fixture *fixture = *state;
    *state = fixture->disk;
    disk_settle(fixture->disk->disk);
    engine_finish(&fixture->engine);
    free(fixture);
    return fixture_teardown(state);
}

static struct update *make_update(struct engine_fixture *fixture, uint32_t count, uint32_t flags) {
    struct item *items[4];
    const struct sentio_item emitted = {
        .topic = sentio_text("u"), .json = sentio_text("{\"a\":1}"), .flags = flags};
    for (uint32_t i = 0; i < count; i++)
        items[i] = fixture_item(&fixture->disk->topics, &emitted, 0);
    return fixture_update(fixture->disk->stream, items, count);
}

static void publish(struct engine_fixture *fixture, uint32_t count, const char *token) {
    struct update *update = make_update(fixture, count, 0);
    fixture->engine.publish(&fixture->engine, update, NULL, (void *)(uintptr_t)token);
}

static void updates_are_ordered_when_they_are_on_the_disk(void **state) {
    struct engine_fixture *fixture = *state;
    publish(fixture, 2, "a");
    publish(fixture, 1, "b");
    assert_int_equal(fixture->engine.offset, 0);
    assert_answers(fixture->disk, "a ordered 1 2, now at 2\nb ordered 3, now at 3\n");
    fixture->disk->offset = 3;
    assert_read(fixture->disk, "u", &(struct disk_range){0}, "ok 1 2 3");
}

static void items_get_time_and_id_before_they_are_written(void **state) {
    struct engine_fixture *fixture = *state;
    struct update *update = make_update(fixture, 1, SENTIO_ADD_ID);
    fixture->engine.publish(&fixture->engine, update, NULL, (char[]){"a"});
    fixture->now -= 1000;
    publish(fixture, 1, "b");
    assert_answers(fixture->disk, "a ordered 1, now at 1\nb ordered 2, now at 2\n");
    assert_true(fixture->engine.time == FIXTURE_TIME);
    fixture->disk->offset = 2;
    fixture->disk->with_texts = true;
    assert_read(fixture->disk, "u", &(struct disk_range){0},
                "ok 1{\"id\":\"" FIXTURE_EPOCH ":1\",\"a\":1} 2{\"a\":1}");
}

/* From within the disk's thread. */
static void forbid_growth(struct disk *disk, void *context) {
    (void)context;
    sqlite3_exec(disk->database, "PRAGMA max_page_count = 1", NULL, NULL, NULL);
}

static void allow_growth(struct disk *disk, void *context) {
    (void)context;
    sqlite3_exec(disk->database, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
}

/* Pages that are there already are filled. */
static void fill_up(struct engine_fixture *fixture) {
    struct sentio_bytes written = sentio_text("");
    while (memmem(written.data, written.size, "failed", 6) == NULL) {
        publish(fixture, 1, "f");
        disk_settle(fixture->disk->disk);
        written = sentio_written(&fixture->disk->answers);
    }
    fixture_forget_answers(fixture->disk);
}

static void full_disk_refuses_all_on_their_way_and_gives_their_numbers_again(void **state) {
    struct engine_fixture *fixture = *state;
    char expected[256];
    disk_call(fixture->disk->disk, forbid_growth, NULL);
    fill_up(fixture);
    unsigned long long at = fixture->engine.offset;
    assert_non_null(strstr(disk_reason(fixture->disk->channel), "make room on the disk"));
    /* The three fill a page; what is behind the failure has numbers that are never used. */
    for (int i = 0; i < 100; i++)
        publish(fixture, 4, "x");
    disk_settle(fixture->disk->disk);
    assert_int_equal(fixture->engine.offset, at);
    fixture_forget_answers(fixture->disk);
    disk_call(fixture->disk->disk, allow_growth, NULL);
    publish(fixture, 2, "y");
    snprintf(expected, sizeof(expected), "y ordered %llu %llu, now at %llu\n", at + 1, at + 2,
             at + 2);
    assert_answers(fixture->disk, expected);
    assert_string_equal(disk_reason(fixture->disk->channel), "");
    fixture->disk->offset = at + 2;
    snprintf(expected, sizeof(expected), "ok %llu %llu", at + 1, at + 2);
    assert_read(fixture->disk, "u", &(struct disk_range){.after = at}, expected);
}

static void updates_behind_a_failure_do_not_take_numbers_back_again(void **state) {
    struct engine_fixture *fixture = *state;
    disk_call(fixture->disk->disk, forbid_growth, NULL);
    fill_up(fixture);
    unsigned long long at = fixture->engine.offset;
    char expected[256];
    /* The hub hears of the first failure, publishes, and then hears of the second. */
    fixture->disk->held = true;
    publish(fixture, 4, "a");
    publish(fixture, 4, "b");
    disk_call(fixture->disk->disk, allow_growth, NULL);
    fixture->disk->held = false;
    disk_settle(fixture->disk->disk);
    publish(fixture, 1, "c");
    publish(fixture, 1, "d");
    disk_settle(fixture->disk->disk);
    snprintf(expected, sizeof(expected), "d ordered %llu, now at %llu\n",
             (unsigned long long)fixture->engine.offset,
             (unsigned long long)fixture->engine.offset);
    assert_true(fixture->engine.offset >= at + 2);
    struct sentio_bytes written = sentio_written(&fixture->disk->answers);
    assert_non_null(memmem(written.data, written.size, expected, strlen(expected)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(updates_are_ordered_when_they_are_on_the_disk),
        TEST(items_get_time_and_id_before_they_are_written),
        TEST(full_disk_refuses_all_on_their_way_and_gives_their_numbers_again),
        TEST(updates_behind_a_failure_do_not_take_numbers_back_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
