/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_DISK_FIXTURE_H
#define SENTIO_TESTS_DISK_FIXTURE_H

/*
 * A disk in a folder of its own, with one channel, "c". What it answers is read as text: for each
 * request its number, "ok" or "failed", and the items by their offsets.
 */

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "disk/disk_internal.h"
#include "folder.h"
#include "stream_fixture.h"

struct disk_fixture {
    char folder[64];
    char path[80];
    uv_loop_t loop; /* of the hub: turned by the test */
    struct topic_table topics;
    struct stream *stream;
    struct disk_limits limits;
    struct disk *disk;
    struct disk_channel *channel;
    uint64_t offset;
    int64_t time;
    uint64_t next; /* request */
    struct sentio_writer answers;
    bool with_texts; /* of items */
    bool held;
};

static inline void fixture_answered(void *context, uint64_t id, const struct disk_answer *answer) {
    struct disk_fixture *fixture = context;
    struct sentio_writer *out = &fixture->answers;
    sentio_write_format(out, "%llu %s", (unsigned long long)id, answer->error ? "failed" : "ok");
    for (size_t i = 0; i < answer->count; i++) {
        const struct item *item = answer->items[i];
        assert_non_null(item->topic);
        sentio_write_format(out, " %llu", (unsigned long long)item->offset);
        if (fixture->with_texts)
            sentio_write(out, item->json);
    }
    sentio_write_text(out, answer->complete ? "" : " incomplete");
    sentio_write_text(out, answer->more ? " more" : "");
    sentio_write_text(out, "\n");
}

static inline struct disk_asker fixture_asker(struct disk_fixture *fixture) {
    return (struct disk_asker){.over = fixture_answered, .context = fixture, .id = ++fixture->next};
}

static inline void fixture_deliver(void *context, struct message *message) {
    struct disk_fixture *fixture = context;
    disk_deliver(fixture->disk, message);
    disk_message_destroy(message);
}

static inline bool fixture_hold(void *context) {
    return ((struct disk_fixture *)context)->held;
}

static inline void fixture_forget_answers(struct disk_fixture *fixture) {
    sentio_writer_finish(&fixture->answers);
    sentio_writer_init(&fixture->answers, NULL, 0);
}

/* Everything asked so far is answered like this, in this order. */
static inline void assert_answers(struct disk_fixture *fixture, const char *expected) {
    disk_settle(fixture->disk);
    struct sentio_bytes written = sentio_written(&fixture->answers);
    bool same = sentio_is(written, expected);
    if (!same)
        print_error("answered:\n%.*sinstead of:\n%s", (int)written.size, written.data, expected);
    fixture_forget_answers(fixture);
    assert_true(same);
}

static inline void fixture_open_channel(struct disk_fixture *fixture) {
    fixture->channel = disk_open(fixture->disk, "c", &fixture->limits, &fixture->topics);
    assert_non_null(fixture->channel);
    fixture->offset = disk_offset(fixture->channel);
}

/* The test says when time goes on. */
static inline void fixture_stop_clock(struct disk *disk, void *context) {
    (void)context;
    uv_timer_stop(&disk->tick);
}

static inline void fixture_open(struct disk_fixture *fixture) {
    fixture->disk = disk_create(fixture->folder, &fixture->loop, 1 << 20, fixture_deliver,
                                fixture_hold, fixture);
    assert_non_null(fixture->disk);
    disk_call(fixture->disk, fixture_stop_clock, NULL);
    fixture_open_channel(fixture);
}

static inline void fixture_close(struct disk_fixture *fixture) {
    if (fixture->disk)
        disk_settle(fixture->disk);
    disk_close(fixture->channel);
    disk_stop(fixture->disk);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    disk_destroy(fixture->disk);
    fixture->channel = NULL;
    fixture->disk = NULL;
}

static inline void fixture_reopen(struct disk_fixture *fixture) {
    fixture_close(fixture);
    fixture_open(fixture);
}

/* Not open. */
static inline int fixture_prepare(void **state) {
    struct disk_fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL || uv_loop_init(&fixture->loop) != 0)
        return -1;
    /* What is meant to fail is no news. */
    log_start(LOG_LEVEL_ERROR + 1, LOG_FORMAT_TEXT);
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sentio-disk-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->path, sizeof(fixture->path), "%s/sentio.db", fixture->folder);
    topic_table_init(&fixture->topics, 1);
    fixture->stream = fixture_stream(SENTIO_OBJECT);
    fixture->limits = (struct disk_limits){.history = 100,
                                           .history_age = 3600000,
                                           .history_bytes = 1 << 20,
                                           .queue = 1000,
                                           .ttl = 7 * 86400000};
    fixture->time = FIXTURE_TIME;
    sentio_writer_init(&fixture->answers, NULL, 0);
    return 0;
}

static inline int fixture_setup(void **state) {
    if (fixture_prepare(state) != 0)
        return -1;
    fixture_open(*state);
    return 0;
}

static inline int fixture_teardown(void **state) {
    struct disk_fixture *fixture = *state;
    fixture_close(fixture);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&fixture->loop);
    sentio_writer_finish(&fixture->answers);
    topic_table_finish(&fixture->topics);
    stream_unref(fixture->stream);
    folder_remove(fixture->folder);
    free(fixture);
    return left;
}

/* An update of one item, numbered and stamped as an engine does. */
static inline struct update *fixture_numbered(struct disk_fixture *fixture, const char *topic,
                                              const char *json) {
    const struct sentio_item emitted = {.topic = sentio_text(topic), .json = sentio_text(json)};
    struct item *item = fixture_item(&fixture->topics, &emitted, ++fixture->offset);
    item->time = fixture->time;
    struct update *update = fixture_update(fixture->stream, &item, 1);
    update->time = fixture->time;
    return update;
}

static inline void fixture_append(struct disk_fixture *fixture, const char *topic) {
    const struct disk_asker asker = fixture_asker(fixture);
    struct update *update = fixture_numbered(fixture, topic, "{}");
    disk_append(fixture->channel, update, NULL, &asker);
    update_unref(update);
}

/* The same, and it is on the disk. */
static inline void fixture_add(struct disk_fixture *fixture, const char *topic) {
    char expected[32];
    fixture_append(fixture, topic);
    snprintf(expected, sizeof(expected), "%llu ok\n", (unsigned long long)fixture->next);
    assert_answers(fixture, expected);
}

/* Asks for items of the topic (NULL: of all) and says how that is answered, without its number. */
static inline void assert_read(struct disk_fixture *fixture, const char *topic,
                               const struct disk_range *range, const char *expected) {
    const struct disk_asker asker = fixture_asker(fixture);
    const struct sentio_bytes name = sentio_text(topic ? topic : "");
    struct disk_range wanted = *range;
    char text[256];
    wanted.topics = &name;
    wanted.topic_count = topic != NULL;
    if (wanted.until == 0)
        wanted.until = fixture->offset;
    disk_read(fixture->channel, &wanted, &asker);
    snprintf(text, sizeof(text), "%llu %s\n", (unsigned long long)fixture->next, expected);
    assert_answers(fixture, text);
}

static inline void fixture_ack(struct disk_fixture *fixture, const char *user, const char *consumer,
                               uint64_t offset) {
    const struct disk_place place = {sentio_text(user), sentio_text(consumer)};
    disk_ack(fixture->channel, &place, offset, NULL);
}

/* What waits for the user. */
static inline void assert_pending(struct disk_fixture *fixture, const char *user,
                                  const char *consumer, const char *expected) {
    const struct disk_asker asker = fixture_asker(fixture);
    const struct disk_wait wait = {.place = {sentio_text(user), sentio_text(consumer)},
                                   .until = fixture->offset,
                                   .now = fixture->time};
    char text[256];
    disk_pending(fixture->channel, &wait, &asker);
    snprintf(text, sizeof(text), "%llu %s\n", (unsigned long long)fixture->next, expected);
    assert_answers(fixture, text);
}

/* Runs in the disk's thread until there is nothing more to prune. */
static inline void fixture_prune_all(struct disk *disk, void *context) {
    const struct disk_fixture *fixture = context;
    bool more = true;
    while (more)
        more = disk_prune_step(disk, fixture->time);
    disk_group_end(disk);
}

static inline void fixture_prune(struct disk_fixture *fixture) {
    disk_call(fixture->disk, fixture_prune_all, fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define TEST_CLOSED(name) cmocka_unit_test_setup_teardown(name, fixture_prepare, fixture_teardown)

#endif
