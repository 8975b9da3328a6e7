/* SPDX-License-Identifier: MIT */
#include "journal/tape_disk.h"

#include "disk/disk_internal.h"
#include "durable_fixture.h"
#include "noted.h"

#define EPOCH "0123456789abcdef"

/* Takes the disk's entries down as lines; while playing, gives out its own one after the other. */
struct fake_tape {
    struct tape tape; /* first */
    struct sentio_writer text;
    const struct tape_entry *entries;
    size_t count;
    size_t at;
};

static struct fake_tape fake;

static void write_offsets(struct sentio_writer *text, struct sentio_bytes offsets) {
    for (size_t at = 0; at < offsets.size; at += sizeof(uint64_t)) {
        uint64_t offset;
        memcpy(&offset, offsets.data + at, sizeof(offset));
        sentio_write_format(text, " %llu", (unsigned long long)offset);
    }
}

static void on_note(struct tape *tape, const struct tape_entry *entry) {
    struct sentio_writer *text = &((struct fake_tape *)tape)->text;
    const struct sentio_bytes *texts = entry->texts;
    struct disk_told told;
    if (entry->kind == TAPE_LOADED) {
        sentio_write_format(text, "loaded %.*s trimmed %llu:", (int)texts[0].size, texts[0].data,
                            (unsigned long long)entry->number);
        write_offsets(text, texts[1]);
        sentio_write_text(text, "\n");
    }
    if (entry->kind != TAPE_DISK)
        return;
    assert_true(tape_disk_told(entry, &told));
    sentio_write_format(text, "%.*s %u about %llu:", (int)told.channel.size, told.channel.data,
                        told.request, (unsigned long long)told.about);
    write_offsets(text, told.offsets);
    if (told.error.size > 0)
        sentio_write_text(text, " failed");
    sentio_write_format(text, "%s%s after %llu\n", told.complete ? "" : " incomplete",
                        told.more ? " more" : "", (unsigned long long)told.after);
}

static void on_keep(struct tape *tape, const char *path, const char *digest) {
    (void)tape;
    (void)path;
    (void)digest;
}

static bool on_pull(struct tape *tape, enum tape_kind kind, const char *name,
                    struct tape_entry *entry) {
    struct fake_tape *playing = (struct fake_tape *)tape;
    const struct tape_entry *next = &playing->entries[playing->at];
    if (playing->at == playing->count || next->kind != (uint32_t)kind ||
        !sentio_is(next->texts[0], name))
        return false;
    *entry = *next;
    playing->at++;
    return true;
}

static const char *on_plugin(struct tape *tape, const char *channel, struct sentio_bytes digest) {
    (void)tape;
    (void)channel;
    (void)digest;
    return "/plugins/scripted.so";
}

static void on_sent(struct tape *tape, const struct message *message) {
    (void)tape;
    (void)message;
}

static void on_ordered(struct tape *tape, const struct update *update) {
    (void)tape;
    (void)update;
}

static int prepare(void **state, bool playing) {
    if (durable_prepare(state) != 0)
        return -1;
    struct hub_fixture *fixture = *state;
    fake = (struct fake_tape){.tape = {.playing = playing,
                                       .note = on_note,
                                       .keep = on_keep,
                                       .pull = on_pull,
                                       .plugin = on_plugin,
                                       .sent = on_sent,
                                       .ordered = on_ordered}};
    sentio_writer_init(&fake.text, NULL, 0);
    fixture->host.tape = &fake.tape;
    return 0;
}

static int setup_recording(void **state) {
    return prepare(state, false) == 0 && fixture_open(*state) ? 0 : -1;
}

static int setup_playing(void **state) {
    return prepare(state, true);
}

static int teardown(void **state) {
    int left = durable_teardown(state);
    sentio_writer_finish(&fake.text);
    return left;
}

static void assert_noted(const char *expected) {
    noted_assert(&fake.text, expected);
}

static void what_the_disk_answers_is_noted(void **state) {
    struct hub_fixture *fixture = *state;
    assert_noted("loaded a trimmed 0:\n");
    durable_publish(fixture, "u");
    durable_publish(fixture, "v");
    assert_noted("a 1 about 1: after 0\na 1 about 2: after 0\n");
    durable_subscribe(fixture, 7, "u", "{\"ack\":true}");
    assert_noted("a 4 about 2: 1 after 0\n");
    durable_ack(fixture, 7, 1, 1);
    assert_noted("a 3 about 1: after 1\n");
    free(fixture_sent(fixture));
}

static void what_was_left_is_noted_at_the_next_start(void **state) {
    struct hub_fixture *fixture = *state;
    durable_publish(fixture, "u");
    durable_publish(fixture, "u");
    fixture_close(fixture);
    assert_noted("loaded a trimmed 0:\na 1 about 1: after 0\na 1 about 2: after 0\n");
    assert_true(fixture_open(fixture));
    assert_noted("loaded a trimmed 0: 1 2\n");
}

static void nothing_is_dropped_before_it_is_copied(void **state) {
    struct hub_fixture *fixture = *state;
    char path[128];
    struct stat copy;
    snprintf(path, sizeof(path), "%s/copy.db", fixture->host.state_dir);
    fake.tape.database = path;
    assert_true(fixture->hub->disk->still);
    tape_started(fixture->hub);
    assert_false(fixture->hub->disk->still);
    assert_int_equal(stat(path, &copy), 0);
}

static void a_disk_that_a_reload_brings_is_copied_at_once(void **state) {
    struct hub_fixture *fixture = *state;
    char path[128];
    struct stat copy;
    snprintf(path, sizeof(path), "%s/copy.db", fixture->host.state_dir);
    fake.tape.database = path;
    fake.tape.started = true;
    fixture_close(fixture);
    assert_int_equal(stat(path, &copy), -1);
    assert_true(fixture_open(fixture));
    assert_int_equal(stat(path, &copy), 0);
    assert_false(fixture->hub->disk->still);
}

/* What a hub with the two channels asks for. */
static const struct tape_entry begin[] = {
    {.kind = TAPE_OPEN, .texts = {{"a", 1}}},
    {.kind = TAPE_OPEN, .texts = {{"b", 1}}},
    {.kind = TAPE_EPOCH, .texts = {{"a", 1}, {"ffffffffffffffff", 16}}},
    {.kind = TAPE_EPOCH, .texts = {{"a", 1}, {EPOCH, 16}}},
    {.kind = TAPE_LOADED, .number = 4, .texts = {{"a", 1}}},
    {.kind = TAPE_EPOCH, .texts = {{"b", 1}, {"ffffffffffffffff", 16}}},
};

static void open_playing(struct hub_fixture *fixture) {
    fake.entries = begin;
    fake.count = sizeof(begin) / sizeof(begin[0]);
    assert_true(fixture_open(fixture));
    assert_int_equal(fake.at, fake.count);
}

static void a_durable_channel_begins_as_it_did(void **state) {
    struct hub_fixture *fixture = *state;
    open_playing(fixture);
    assert_string_equal(fixture->hub->channels[0]->stream->epoch, EPOCH);
    assert_int_equal(fixture->hub->channels[0]->log.trimmed, 4);
}

static void what_is_settled_is_answered_as_it_was(void **state) {
    struct hub_fixture *fixture = *state;
    const uint64_t after = 0;
    const struct sentio_bytes number = sentio_bytes((const char *)&after, sizeof(after));
    const struct tape_entry entries[] = {
        {.kind = TAPE_DISK,
         .what = DISK_APPEND,
         .flags = 1,
         .number = 1,
         .texts = {sentio_text("a"), sentio_text("it is full"), number}},
        {.kind = TAPE_DISK,
         .what = DISK_APPEND,
         .flags = 1,
         .number = 1,
         .time = 12345,
         .texts = {sentio_text("a"), sentio_text(""), number}},
    };
    open_playing(fixture);
    /* The plugin itself is run. */
    fixture->hub->channels[0]->instance->taped = false;
    fixture_publish_item(fixture, 0, "u");
    fake.entries = entries;
    fake.count = 2;
    fake.at = 0;
    disk_settle(fixture->hub->disk);
    assert_int_equal(fake.at, 1);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 0);
    fixture_publish_item(fixture, 0, "u");
    disk_settle(fixture->hub->disk);
    assert_int_equal(fake.at, 2);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 1);
    assert_true(hub_time(fixture->hub) >= 12345);
    free(fixture_sent(fixture));
}

static void an_entry_of_version_1_tells_nothing(void **state) {
    const struct tape_entry old = {.kind = TAPE_DISK};
    const struct tape_entry cut = {.kind = TAPE_DISK, .what = DISK_READ};
    struct disk_told told;
    (void)state;
    assert_false(tape_disk_told(&old, &told));
    assert_false(tape_disk_told(&cut, &told));
}

#define RECORDING(name) cmocka_unit_test_setup_teardown(name, setup_recording, teardown)
#define PLAYING(name) cmocka_unit_test_setup_teardown(name, setup_playing, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RECORDING(what_the_disk_answers_is_noted),
        RECORDING(what_was_left_is_noted_at_the_next_start),
        RECORDING(nothing_is_dropped_before_it_is_copied),
        RECORDING(a_disk_that_a_reload_brings_is_copied_at_once),
        PLAYING(a_durable_channel_begins_as_it_did),
        PLAYING(what_is_settled_is_answered_as_it_was),
        cmocka_unit_test(an_entry_of_version_1_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
