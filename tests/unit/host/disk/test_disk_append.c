/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

static void items_keep_everything_they_had(void **state) {
    struct disk_fixture *fixture = *state;
    const struct sentio_value values[] = {
        {.type = SENTIO_NUMBER, .number = 0.85},
        {.type = SENTIO_TEXT, .text = sentio_text("buy")},
        {.type = SENTIO_NONE},
    };
    const struct sentio_item emitted = {
        .topic = sentio_text("u"),
        .key = sentio_text("k"),
        .type = sentio_text("admin_x"),
        .json = sentio_text("{\"a\":\"\xc3\xa4\"}"),
        .attributes = values,
        .attribute_count = 3,
        .flags = SENTIO_ADD_ID,
    };
    struct item *item = fixture_item(&fixture->topics, &emitted, ++fixture->offset);
    item_add_id(item, "00000000000000ff");
    struct update *update = fixture_update(fixture->stream, &item, 1);
    const struct disk_asker asker = fixture_asker(fixture);
    struct disk_answer answer;
    uint64_t trimmed;
    disk_append(fixture->channel, update, NULL, &asker);
    assert_answers(fixture, "1 ok\n");
    update_unref(update);
    fixture_reopen(fixture);
    assert_int_equal(disk_load(fixture->channel, &answer, &trimmed), 0);
    assert_int_equal(answer.count, 1);
    const struct item *kept = answer.items[0];
    assert_int_equal(kept->offset, 1);
    assert_true(kept->time == FIXTURE_TIME + 1);
    assert_int_equal(kept->flags, SENTIO_ADD_ID);
    assert_text(kept->topic_name, "u");
    assert_text(kept->key, "k");
    assert_text(kept->type, "admin_x");
    assert_text(kept->json, "{\"id\":\"00000000000000ff:1\",\"a\":\"\xc3\xa4\"}");
    assert_int_equal(kept->attribute_count, 3);
    assert_true(kept->attributes[0].number == 0.85);
    assert_text(kept->attributes[1].text, "buy");
    assert_int_equal(kept->attributes[2].type, SENTIO_NONE);
    disk_answer_finish(&answer);
}

static void what_follows_a_gap_fails(void **state) {
    struct disk_fixture *fixture = *state;
    fixture_append(fixture, "u");
    fixture->offset++;
    fixture_append(fixture, "u");
    fixture->offset = 1;
    fixture_append(fixture, "v");
    assert_answers(fixture, "1 ok\n2 failed\n3 ok\n");
    assert_read(fixture, NULL, &(struct disk_range){0}, "ok 1 2");
    assert_read(fixture, "v", &(struct disk_range){0}, "ok 2");
}

static void key_in(const char *publisher, const char *text, struct disk_key *key) {
    *key = (struct disk_key){.publisher = sentio_text(publisher), .key = sentio_text(text)};
    memset(key->hash, text[0], sizeof(key->hash));
}

static void append_with_key(struct disk_fixture *fixture, const char *publisher, const char *text) {
    struct disk_key key;
    const struct disk_asker asker = fixture_asker(fixture);
    struct update *update = fixture_numbered(fixture, "u", "{}");
    key_in(publisher, text, &key);
    disk_append(fixture->channel, update, &(struct disk_extra){.key = &key}, &asker);
    update_unref(update);
}

static void take_key(void *context, const struct disk_key *key) {
    sentio_write_format(context, "%.*s/%.*s %c %u at %llu, %lld\n", (int)key->publisher.size,
                        key->publisher.data, (int)key->key.size, key->key.data, key->hash[31],
                        key->accepted, (unsigned long long)key->offset,
                        (long long)(key->time - FIXTURE_TIME));
}

static void assert_keys(struct disk_fixture *fixture, int64_t since, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    assert_int_equal(disk_load_keys(fixture->channel, since, take_key, &out), 0);
    assert_text(sentio_written(&out), expected);
    sentio_writer_finish(&out);
}

static void keys_are_there_after_a_restart_and_go_when_they_are_old(void **state) {
    struct disk_fixture *fixture = *state;
    append_with_key(fixture, "p", "first");
    fixture_append(fixture, "u");
    fixture->time += 1000;
    append_with_key(fixture, "q", "second");
    assert_answers(fixture, "1 ok\n2 ok\n3 ok\n");
    fixture_reopen(fixture);
    assert_keys(fixture, 0, "p/first f 1 at 1, 0\nq/second s 1 at 3, 1000\n");
    assert_keys(fixture, FIXTURE_TIME + 1, "q/second s 1 at 3, 1000\n");
    disk_forget_keys(fixture->channel, FIXTURE_TIME + 1);
    assert_keys(fixture, 0, "q/second s 1 at 3, 1000\n");
}

static void key_of_a_failed_update_is_not_kept(void **state) {
    struct disk_fixture *fixture = *state;
    fixture->offset = 7;
    append_with_key(fixture, "p", "never");
    assert_answers(fixture, "1 failed\n");
    assert_keys(fixture, 0, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(items_keep_everything_they_had),
        TEST(what_follows_a_gap_fails),
        TEST(keys_are_there_after_a_restart_and_go_when_they_are_old),
        TEST(key_of_a_failed_update_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
