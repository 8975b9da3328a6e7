/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

/* What disk_settle() gets to know, one after the other. */
struct script {
    const struct disk_told *told;
    size_t count;
    size_t at;
};

static bool next_told(void *context, const char *channel, struct disk_told *told) {
    struct script *script = context;
    assert_string_equal(channel, "c");
    if (script->at == script->count)
        return false;
    *told = script->told[script->at++];
    return true;
}

static struct script nothing;

/* 1 u, 2 v, 3 u, 4 *, 5 u; from then on the disk follows. */
static void follow(struct disk_fixture *fixture, struct script *script) {
    static const char *const topics[] = {"u", "v", "u", "*", "u"};
    for (size_t i = 0; i < 5; i++)
        fixture_add(fixture, topics[i]);
    disk_follow(fixture->disk, next_told, script);
    fixture->next = 0;
}

static struct disk_told told(enum disk_op request, uint64_t about, const uint64_t *offsets,
                             size_t count) {
    return (struct disk_told){
        .request = request,
        .channel = sentio_text("c"),
        .about = about,
        .complete = true,
        .offsets = sentio_bytes((const char *)offsets, count * sizeof(*offsets)),
    };
}

static void take(struct disk_fixture *fixture, const struct disk_told *what, const char *expected) {
    assert_true(disk_take_told(fixture->disk, what));
    assert_answers(fixture, expected);
}

static void ask_for(struct disk_fixture *fixture, const char *topic, uint64_t after) {
    const struct disk_asker asker = fixture_asker(fixture);
    const struct sentio_bytes name = sentio_text(topic);
    const struct disk_range range = {.topics = &name, .topic_count = 1, .after = after, .until = 5};
    disk_read(fixture->channel, &range, &asker);
}

static void a_request_waits_until_it_is_told(void **state) {
    struct disk_fixture *fixture = *state;
    struct script script = nothing;
    follow(fixture, &script);
    assert_false(disk_take_told(fixture->disk, NULL));
    fixture_append(fixture, "u");
    fixture_ack(fixture, "u", "", 3);
    fixture_append(fixture, "u");
    disk_pump(fixture->disk);
    assert_int_equal(sentio_written(&fixture->answers).size, 0);
    assert_true(disk_take_told(fixture->disk, NULL));
    assert_true(sentio_is(sentio_written(&fixture->answers), "1 ok\n"));
    assert_true(disk_take_told(fixture->disk, NULL));
    assert_false(disk_take_told(fixture->disk, NULL));
    assert_answers(fixture, "1 ok\n2 ok\n");
    assert_pending(fixture, "u", "", "ok 4 5 6 7");
}

static void an_answer_is_what_was_told(void **state) {
    struct disk_fixture *fixture = *state;
    struct script script = nothing;
    const uint64_t last = 5;
    follow(fixture, &script);
    struct disk_told dropped = told(DISK_READ, 5, &last, 1);
    dropped.complete = false;
    ask_for(fixture, "u", 0);
    take(fixture, &dropped, "1 ok 5 incomplete\n");
    struct disk_told piece = told(DISK_READ, 5, (const uint64_t[]){1, 3}, 2);
    piece.more = true;
    ask_for(fixture, "u", 0);
    take(fixture, &piece, "2 ok 1 3 more\n");
    ask_for(fixture, "u", 0);
    const struct disk_told none = told(DISK_READ, 5, NULL, 0);
    take(fixture, &none, "3 ok\n");
}

static void what_was_refused_is_not_written(void **state) {
    struct disk_fixture *fixture = *state;
    struct script script = nothing;
    struct disk_told full = told(DISK_APPEND, 6, NULL, 0);
    full.error = sentio_bytes("no room, and more", 7);
    follow(fixture, &script);
    fixture_append(fixture, "u");
    take(fixture, &full, "1 failed\n");
    fixture->offset = 5;
    fixture_append(fixture, "v");
    const struct disk_told well = told(DISK_APPEND, 6, NULL, 0);
    take(fixture, &well, "2 ok\n");
    assert_read(fixture, "v", &(struct disk_range){0}, "ok 2 6");
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 1 3 5");
}

static void what_was_told_of_something_else_is_not_taken(void **state) {
    struct disk_fixture *fixture = *state;
    struct script script = nothing;
    const uint64_t third = 3;
    const uint64_t gone = 9;
    struct disk_told others[] = {
        told(DISK_PENDING, 5, &third, 1), told(DISK_READ, 5, &third, 1),
        told(DISK_READ, 4, &third, 1),    told(DISK_READ, 5, &gone, 1),
        told(DISK_READ, 5, &third, 1),
    };
    others[1].channel = sentio_text("d");
    follow(fixture, &script);
    for (size_t i = 0; i < 4; i++) {
        ask_for(fixture, "u", 0);
        fixture->next = 1;
        take(fixture, &others[i], "1 ok 1 3 5\n");
        fixture->next = 0;
    }
    /* Another topic's, and one that it has already. */
    ask_for(fixture, "v", 0);
    take(fixture, &others[4], "1 ok 2\n");
    ask_for(fixture, "u", 3);
    take(fixture, &others[4], "2 ok 5\n");
}

static void what_waits_for_a_user_is_what_was_told(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_told dropped = told(DISK_PENDING, 5, (const uint64_t[]){4, 5}, 2);
    struct disk_told of_v = told(DISK_PENDING, 5, (const uint64_t[]){4}, 1);
    const struct disk_told all[] = {dropped, of_v};
    struct script script = {.told = all, .count = 2};
    follow(fixture, &script);
    assert_pending(fixture, "u", "", "ok 4 5");
    assert_pending(fixture, "v", "", "ok 4");
    assert_pending(fixture, "v", "", "ok 2");
    assert_int_equal(script.at, 2);
}

static void what_an_answer_was_is_told(void **state) {
    struct disk_fixture *fixture = *state;
    struct update *update = fixture_numbered(fixture, "u", "{}");
    struct disk_job job = {
        .op = DISK_READ,
        .channel = fixture->channel,
        .answer = {.items = update->items, .count = 1, .more = true, .after = 7},
        .read = {.until = 9},
    };
    struct sentio_writer offsets;
    struct disk_told what;
    sentio_writer_init(&offsets, NULL, 0);
    disk_tell(&job.head, &what, &offsets);
    assert_int_equal(what.request, DISK_READ);
    assert_true(sentio_is(what.channel, "c"));
    assert_int_equal(what.about, 9);
    assert_int_equal(what.error.size, 0);
    assert_false(what.complete);
    assert_true(what.more);
    assert_int_equal(what.after, 7);
    assert_int_equal(what.offsets.size, 8);
    assert_memory_equal(what.offsets.data, &update->items[0]->offset, 8);
    sentio_writer_finish(&offsets);
    update_unref(update);
}

static void assert_loaded(const struct disk_answer *answer, const uint64_t *offsets, size_t count) {
    assert_int_equal(answer->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(answer->items[i]->offset, offsets[i]);
        assert_non_null(answer->items[i]->topic);
    }
}

static void what_was_loaded_is_loaded_again(void **state) {
    struct disk_fixture *fixture = *state;
    struct script script = nothing;
    struct disk_answer answer;
    uint64_t trimmed = 0;
    const uint64_t left[] = {2, 5};
    const uint64_t gone[] = {2, 9};
    follow(fixture, &script);
    assert_int_equal(disk_load(fixture->channel, &answer, &trimmed), 0);
    assert_int_equal(answer.count, 5);
    const struct sentio_bytes offsets = sentio_bytes((const char *)left, sizeof(left));
    assert_int_equal(disk_load_told(fixture->channel, offsets, &answer), 0);
    assert_int_equal(disk_load_told(fixture->channel, offsets, &answer), 0);
    assert_loaded(&answer, left, 2);
    const struct sentio_bytes missing = sentio_bytes((const char *)gone, sizeof(gone));
    assert_int_equal(disk_load_told(fixture->channel, missing, &answer), SENTIO_FAILED);
    assert_loaded(&answer, left, 2);
    disk_answer_finish(&answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_request_waits_until_it_is_told),
        TEST(an_answer_is_what_was_told),
        TEST(what_was_refused_is_not_written),
        TEST(what_was_told_of_something_else_is_not_taken),
        TEST(what_waits_for_a_user_is_what_was_told),
        TEST(what_an_answer_was_is_told),
        TEST(what_was_loaded_is_loaded_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
