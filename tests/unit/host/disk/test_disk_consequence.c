/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

/* What is found, a line each. */
static void note(void *context, const struct disk_consequence *consequence) {
    sentio_write_format(context, "%.*s", (int)consequence->target.size, consequence->target.data);
    if (consequence->body.size)
        sentio_write_format(context, " %.*s", (int)consequence->body.size, consequence->body.data);
    else
        sentio_write_format(context, " %llu to %llu", (unsigned long long)consequence->first,
                            (unsigned long long)consequence->last);
    sentio_write_format(context, " tried %lld\n", (long long)consequence->tries);
}

static void assert_left(struct disk_fixture *fixture, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    assert_int_equal(disk_load_consequences(fixture->channel, note, &out), 0);
    assert_text(sentio_written(&out), expected);
    sentio_writer_finish(&out);
}

/* An item on "u", with these and what it settles. */
static void append(struct disk_fixture *fixture, struct disk_consequence *consequences,
                   int64_t settles) {
    const struct disk_extra extra = {.consequences = consequences, .settles = settles};
    const struct disk_asker asker = fixture_asker(fixture);
    struct update *update = fixture_numbered(fixture, "u", "{}");
    disk_append(fixture->channel, update, &extra, &asker);
    update_unref(update);
}

static void consequences_are_there_until_they_are_settled(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_consequence forward = {.target = sentio_text("d"), .body = sentio_text("{}")};
    struct disk_consequence observe = {.next = &forward, .target = sentio_text("e")};
    struct disk_consequence later = {.target = sentio_text("f"), .body = sentio_text("{\"n\":1}")};
    fixture_append(fixture, "u");
    append(fixture, &observe, 0);
    append(fixture, &later, 0);
    assert_answers(fixture, "1 ok\n2 ok\n3 ok\n");
    fixture_reopen(fixture);
    assert_left(fixture, "e 2 to 2 tried 0\nd {} tried 0\nf {\"n\":1} tried 0\n");
    disk_settle_consequence(fixture->disk, forward.id);
    append(fixture, NULL, observe.id);
    assert_left(fixture, "f {\"n\":1} tried 1\n");
    assert_answers(fixture, "4 ok\n");
    assert_left(fixture, "f {\"n\":1} tried 2\n");
    fixture_reopen(fixture);
    assert_left(fixture, "f {\"n\":1} tried 0\n");
}

static void failed_update_neither_leads_to_anything_nor_settles_anything(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_consequence first = {.target = sentio_text("d"), .body = sentio_text("{}")};
    struct disk_consequence second = {.target = sentio_text("e"), .body = sentio_text("{}")};
    append(fixture, &first, 0);
    assert_answers(fixture, "1 ok\n");
    fixture->offset++;
    append(fixture, &second, first.id);
    assert_answers(fixture, "2 failed\n");
    assert_left(fixture, "d {} tried 0\n");
}

static void update_without_items_leads_to_something_as_well(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_consequence forward = {.target = sentio_text("d"), .body = sentio_text("{}")};
    const struct disk_extra extra = {.consequences = &forward};
    const struct disk_asker asker = fixture_asker(fixture);
    fixture_add(fixture, "u");
    struct update *update = update_create(fixture->stream, 0);
    update->last = fixture->offset;
    update->time = fixture->time;
    disk_append(fixture->channel, update, &extra, &asker);
    update_unref(update);
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 ok\n3 ok\n");
    assert_left(fixture, "d {} tried 0\n");
    fixture_reopen(fixture);
    assert_int_equal(fixture->offset, 2);
}

static void items_that_are_to_be_observed_are_not_dropped(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_consequence observe = {.target = sentio_text("d")};
    struct disk_answer answer;
    fixture->limits.history = 1;
    fixture->limits.queue = 1;
    fixture_reopen(fixture);
    fixture_append(fixture, "u");
    append(fixture, &observe, 0);
    fixture_append(fixture, "u");
    fixture_append(fixture, "u");
    assert_answers(fixture, "1 ok\n2 ok\n3 ok\n4 ok\n");
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 2 3 4 incomplete");
    /* After a start as well. */
    fixture_reopen(fixture);
    fixture_append(fixture, "u");
    assert_answers(fixture, "6 ok\n");
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 2 3 4 5 incomplete");
    assert_int_equal(disk_load_items(fixture->channel, 2, 2, &answer), 0);
    assert_int_equal(answer.count, 1);
    assert_int_equal(answer.items[0]->offset, 2);
    assert_non_null(answer.items[0]->topic);
    disk_answer_finish(&answer);
    disk_settle_consequence(fixture->disk, observe.id);
    fixture_append(fixture, "u");
    assert_answers(fixture, "8 ok\n");
    fixture_prune(fixture);
    assert_read(fixture, "u", &(struct disk_range){0}, "ok 6 incomplete");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(consequences_are_there_until_they_are_settled),
        TEST(failed_update_neither_leads_to_anything_nor_settles_anything),
        TEST(update_without_items_leads_to_something_as_well),
        TEST(items_that_are_to_be_observed_are_not_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
