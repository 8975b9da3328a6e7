/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

static void epochs_are_drawn_once_and_differ(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_channel *other = disk_open(fixture->disk, "d", &fixture->limits, &fixture->topics);
    assert_int_equal(strlen(disk_epoch(other)), EPOCH_SIZE - 1);
    assert_string_not_equal(disk_epoch(other), disk_epoch(fixture->channel));
    disk_close(other);
    char epoch[EPOCH_SIZE];
    memcpy(epoch, disk_epoch(fixture->channel), EPOCH_SIZE);
    disk_close(fixture->channel);
    fixture_open_channel(fixture);
    assert_string_equal(disk_epoch(fixture->channel), epoch);
}

static void channels_number_their_items_themselves(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_channel *first = fixture->channel;
    fixture_add(fixture, "u");
    fixture->channel = disk_open(fixture->disk, "d", &fixture->limits, &fixture->topics);
    fixture->offset = 0;
    fixture_add(fixture, "u");
    fixture_add(fixture, "u");
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 1 2");
    disk_close(fixture->channel);
    fixture->channel = first;
    assert_read(fixture, NULL, &(struct disk_range){.until = 9}, "ok 1");
}

static void assert_load(struct disk_fixture *fixture, const char *offsets, uint64_t trimmed) {
    struct disk_answer answer;
    struct sentio_writer out;
    uint64_t found;
    sentio_writer_init(&out, NULL, 0);
    assert_int_equal(disk_load(fixture->channel, &answer, &found), 0);
    for (size_t i = 0; i < answer.count; i++)
        sentio_write_format(&out, " %llu", (unsigned long long)answer.items[i]->offset);
    assert_text(sentio_written(&out), offsets);
    assert_int_equal(found, trimmed);
    sentio_writer_finish(&out);
    disk_answer_finish(&answer);
}

static void load_gives_the_newest_that_there_is_room_for(void **state) {
    struct disk_fixture *fixture = *state;
    assert_load(fixture, "", 0);
    for (int i = 0; i < 5; i++)
        fixture_add(fixture, "u");
    assert_load(fixture, " 1 2 3 4 5", 0);
    fixture->limits.history_bytes = 2 * (int64_t)(sizeof(struct item) + 8);
    disk_limit(fixture->channel, &fixture->limits);
    assert_load(fixture, " 4 5", 3);
}

static void load_says_what_was_dropped_before(void **state) {
    struct disk_fixture *fixture = *state;
    fixture->limits.history = 1;
    fixture->limits.queue = 1;
    disk_limit(fixture->channel, &fixture->limits);
    fixture_add(fixture, "u");
    fixture_add(fixture, "u");
    fixture_add(fixture, "v");
    fixture_prune(fixture);
    fixture_reopen(fixture);
    assert_load(fixture, " 2 3", 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(epochs_are_drawn_once_and_differ),
        TEST(channels_number_their_items_themselves),
        TEST(load_gives_the_newest_that_there_is_room_for),
        TEST(load_says_what_was_dropped_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
