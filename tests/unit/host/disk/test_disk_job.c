/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

static void texts_are_copied_when_they_are_handed_over(void **state) {
    struct disk_fixture *fixture = *state;
    char topic[] = "u";
    char user[] = "u";
    char consumer[] = "phone";
    const struct sentio_bytes topics[] = {sentio_text(topic)};
    const struct disk_range range = {.topics = topics, .topic_count = 1, .until = 1};
    const struct disk_place place = {sentio_text(user), sentio_text(consumer)};
    fixture_add(fixture, "u");
    const struct disk_asker asker = fixture_asker(fixture);
    disk_read(fixture->channel, &range, &asker);
    disk_ack(fixture->channel, &place, 1, NULL);
    memset(topic, 'x', sizeof(topic) - 1);
    memset(user, 'x', sizeof(user) - 1);
    memset(consumer, 'x', sizeof(consumer) - 1);
    assert_answers(fixture, "2 ok 1\n");
    assert_pending(fixture, "u", "phone", "ok");
    assert_pending(fixture, "u", "", "ok 1");
}

static void update_is_held_until_it_is_written(void **state) {
    struct disk_fixture *fixture = *state;
    struct update *update = fixture_numbered(fixture, "u", "{}");
    const struct disk_asker asker = fixture_asker(fixture);
    disk_append(fixture->channel, update, NULL, &asker);
    assert_true(atomic_load(&update->refs) == 2);
    assert_answers(fixture, "1 ok\n");
    assert_int_equal(atomic_load(&update->refs), 1);
    update_unref(update);
}

static void what_nobody_asked_about_is_not_answered(void **state) {
    struct disk_fixture *fixture = *state;
    struct update *update = fixture_numbered(fixture, "u", "{}");
    disk_append(fixture->channel, update, NULL, NULL);
    update_unref(update);
    disk_limit(fixture->channel, &fixture->limits);
    disk_forget_keys(fixture->channel, 0);
    assert_int_equal(fixture->disk->asked, 0);
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(texts_are_copied_when_they_are_handed_over),
        TEST(update_is_held_until_it_is_written),
        TEST(what_nobody_asked_about_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
