/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

/* An item from a row whose attributes are these bytes. */
static struct item *item_with(struct disk_fixture *fixture, struct sentio_bytes attributes) {
    sqlite3 *database;
    sqlite3_stmt *row;
    (void)fixture;
    assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT 1, 2, 0, 't', NULL, NULL, ?, '{}'", -1, &row, NULL),
        SQLITE_OK);
    sqlite3_bind_blob64(row, 1, attributes.data, attributes.size, SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    struct item *item = disk_item(row);
    sqlite3_finalize(row);
    sqlite3_close(database);
    return item;
}

static void attributes_survive(void **state) {
    const struct sentio_value values[] = {
        {.type = SENTIO_TEXT, .text = sentio_text("")},
        {.type = SENTIO_NUMBER, .number = -1e300},
        {.type = SENTIO_TEXT, .text = sentio_text("hold")},
        {.type = SENTIO_NONE},
    };
    const struct sentio_item emitted = {.topic = sentio_text("t"),
                                        .json = sentio_text("{}"),
                                        .attributes = values,
                                        .attribute_count = 4};
    struct item *item = item_create(&emitted);
    struct sentio_bytes bytes;
    assert_int_equal(disk_attributes_write(item, &bytes), 0);
    struct item *copy = item_with(*state, bytes);
    assert_non_null(copy);
    assert_int_equal(copy->attribute_count, 4);
    assert_int_equal(copy->attributes[0].type, SENTIO_TEXT);
    assert_int_equal(copy->attributes[0].text.size, 0);
    assert_true(copy->attributes[1].number == -1e300);
    assert_text(copy->attributes[2].text, "hold");
    assert_int_equal(copy->attributes[3].type, SENTIO_NONE);
    assert_text(copy->key, "t");
    /* Every way to cut it is found. */
    for (size_t size = 1; size < bytes.size; size++) {
        struct item *cut = item_with(*state, sentio_bytes(bytes.data, size));
        if (cut != NULL)
            assert_true(cut->attribute_count < 4);
        item_unref(cut);
    }
    free((char *)(uintptr_t)bytes.data);
    item_unref(item);
    item_unref(copy);
}

static void damaged_attributes_are_no_item(void **state) {
    static const char text_too_long[12] = {SENTIO_TEXT, 0, 0, 0, 1};
    static const char unknown_type[12] = {9};
    assert_null(item_with(*state, sentio_bytes(text_too_long, 12)));
    assert_null(item_with(*state, sentio_bytes(unknown_type, 12)));
    assert_null(item_with(*state, sentio_bytes(unknown_type, 5)));
}

static void answers_grow(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_answer answer = {.error = NULL};
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(
            disk_answer_add(&answer, fixture_plain_item(&fixture->topics, "t", "{}", i)), 0);
    assert_int_equal(answer.count, 100);
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(answer.items[i]->offset, i);
    disk_answer_finish(&answer);
    assert_null(answer.items);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_CLOSED(attributes_survive),
        TEST_CLOSED(damaged_attributes_are_no_item),
        TEST_CLOSED(answers_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
