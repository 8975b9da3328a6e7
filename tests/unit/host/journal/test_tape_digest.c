/* SPDX-License-Identifier: MIT */
#include "journal/tape_digest.h"

#include <stdlib.h>

#include "stream_fixture.h"

#include "model/message.h"

static uint64_t of_message(struct message *message) {
    struct tape_digest digest = {0};
    assert_non_null(message);
    tape_digest_sent(&digest, message);
    message_destroy(message);
    return digest.count == 1 ? digest.hash : 0;
}

static uint64_t of_text(bool error, const char *text) {
    return of_message(text_message_create(NULL, error, sentio_text(text)));
}

static uint64_t of_response(uint32_t status, const char *type, const char *body) {
    return of_message(response_message_create(NULL, status, sentio_text(type), sentio_text(body)));
}

static uint64_t of_joined(const char *text, uint64_t offset, int64_t time, bool more) {
    const struct joined_parts parts = {.text = sentio_text(text)};
    struct joined_message *message = joined_message_create(&parts);
    assert_non_null(message);
    message->offset = offset;
    message->time = time;
    message->more = more;
    return of_message(&message->head);
}

static void whatever_a_client_could_notice_counts(void **state) {
    (void)state;
    assert_true(of_text(false, "{}") == of_text(false, "{}"));
    assert_true(of_text(false, "{}") != of_text(true, "{}"));
    assert_true(of_text(false, "123456789") != of_text(false, "123456780"));
    assert_true(of_text(false, "") != of_text(false, "\1"));
    assert_true(of_response(200, "", "a") != of_response(201, "", "a"));
    assert_true(of_response(200, "", "a") != of_response(200, "a", ""));
    assert_true(of_message(close_message_create(NULL, 1008, sentio_text("x"))) !=
                of_message(close_message_create(NULL, 1001, sentio_text("x"))));
    assert_true(of_joined("", 1, 2, false) != of_joined("", 2, 2, false));
    assert_true(of_joined("", 1, 2, false) != of_joined("", 1, 3, false));
    assert_true(of_joined("", 1, 2, false) != of_joined("a", 1, 2, false));
    assert_true(of_joined("", 1, 2, false) != of_joined("", 1, 2, true));
}

static void order_counts(void **state) {
    struct tape_digest one = {0};
    struct tape_digest two = {0};
    struct message *a = text_message_create(NULL, false, sentio_text("a"));
    struct message *b = text_message_create(NULL, false, sentio_text("b"));
    (void)state;
    tape_digest_sent(&one, a);
    tape_digest_sent(&one, b);
    tape_digest_sent(&two, b);
    tape_digest_sent(&two, a);
    assert_int_equal(one.count, 2);
    assert_int_equal(two.count, 2);
    assert_true(one.hash != two.hash);
    message_destroy(a);
    message_destroy(b);
}

/* Each io thread with listeners gets it. */
static void a_notice_counts_once(void **state) {
    struct tape_digest one = {0};
    struct tape_digest two = {0};
    struct message *notice = notice_message_create(sentio_text("{}"), NULL, 0);
    struct message *other = notice_message_create(sentio_text("{ }"), NULL, 0);
    (void)state;
    tape_digest_sent(&one, notice);
    tape_digest_sent(&two, notice);
    tape_digest_sent(&two, notice);
    assert_int_equal(two.count, 1);
    assert_true(one.hash == two.hash);
    tape_digest_sent(&two, other);
    assert_int_equal(two.count, 2);
    message_destroy(notice);
    message_destroy(other);
}

static void what_no_client_notices_does_not_count(void **state) {
    struct tape_digest digest = {0};
    struct message *gone = gone_message_create(NULL);
    (void)state;
    tape_digest_sent(&digest, gone);
    assert_int_equal(digest.count, 0);
    assert_true(digest.hash == 0);
    message_destroy(gone);
}

static uint64_t of_update(const char *topic, const char *json, uint64_t last) {
    struct topic_table topics;
    struct tape_digest digest = {0};
    struct stream *stream = fixture_stream(SENTIO_ARRAY);
    const struct sentio_item emitted = {.topic = sentio_text(topic), .json = sentio_text(json)};
    topic_table_init(&topics, 1);
    struct item *items[] = {fixture_item(&topics, &emitted, 0)};
    struct update *update = fixture_update(stream, items, 1);
    update->last = last;
    tape_digest_ordered(&digest, update);
    update_unref(update);
    topic_table_finish(&topics);
    stream_unref(stream);
    assert_int_equal(digest.count, 1);
    return digest.hash;
}

static void updates_count_with_offset_topics_and_texts(void **state) {
    (void)state;
    assert_true(of_update("A", "1", 1) == of_update("A", "1", 1));
    assert_true(of_update("A", "1", 1) != of_update("B", "1", 1));
    assert_true(of_update("A", "1", 1) != of_update("A", "2", 1));
    assert_true(of_update("A", "1", 1) != of_update("A", "1", 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_client_could_notice_counts),
        cmocka_unit_test(order_counts),
        cmocka_unit_test(a_notice_counts_once),
        cmocka_unit_test(what_no_client_notices_does_not_count),
        cmocka_unit_test(updates_count_with_offset_topics_and_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
