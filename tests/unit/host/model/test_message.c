/* SPDX-License-Identifier: MIT */
#include "model/message.h"

#include "hub/view.h"
#include "stream_fixture.h"

struct fixture {
    struct topic_table topics;
    struct interest_table interests;
    struct stream *stream;
    char text[8]; /* overwritten after each create: messages have copies */
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    topic_table_init(&fixture->topics, 1);
    interest_table_init(&fixture->interests);
    fixture->stream = fixture_stream(SENTIO_ARRAY);
    memcpy(fixture->text, "abcdefg", 8);
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    interest_table_finish(&fixture->interests);
    topic_table_finish(&fixture->topics);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

/* Handles that are never looked into. */
static struct member *a_member(struct fixture *fixture) {
    return (struct member *)(void *)fixture;
}

static struct request *a_request(struct fixture *fixture) {
    return (struct request *)(void *)fixture;
}

static void a_publish_has_its_body(void **state) {
    struct fixture *fixture = *state;
    struct publish_message *message = publish_message_create(
        sentio_bytes(fixture->text, 3), sentio_text(""), sentio_bytes(fixture->text, 7));
    memset(fixture->text, 'x', 7);
    assert_int_equal(message->head.kind, MESSAGE_PUBLISH);
    assert_text(message->publisher, "abc");
    assert_text(message->body, "abcdefg");
    assert_int_equal(message->head.size, sizeof(*message) + 10);
    message_destroy(&message->head);
}

static void a_query_has_user_path_and_parameters(void **state) {
    struct fixture *fixture = *state;
    struct query_message *message = query_message_create(
        sentio_bytes(fixture->text, 1), sentio_bytes(fixture->text + 6, 1),
        sentio_bytes(fixture->text + 1, 2), sentio_bytes(fixture->text + 3, 3));
    memset(fixture->text, 'x', 7);
    assert_int_equal(message->head.kind, MESSAGE_QUERY);
    assert_text(message->user, "a");
    assert_text(message->pattern, "g");
    assert_text(message->path, "bc");
    assert_text(message->parameters, "def");
    assert_int_equal(message->head.size, sizeof(*message) + 7);
    message_destroy(&message->head);
}

static void a_command_has_user_id_action_and_request(void **state) {
    struct fixture *fixture = *state;
    struct command_message *message =
        command_message_create(sentio_bytes(NULL, 0), sentio_bytes(fixture->text, 1),
                               sentio_bytes(fixture->text + 1, 2), sentio_bytes(fixture->text, 7));
    memset(fixture->text, 'x', 7);
    assert_int_equal(message->head.kind, MESSAGE_COMMAND);
    assert_text(message->user, "");
    assert_text(message->id, "a");
    assert_text(message->action, "bc");
    assert_text(message->request, "abcdefg");
    assert_int_equal(message->head.size, sizeof(*message) + 10);
    message_destroy(&message->head);
}

static void leaving_and_being_gone_name_the_member(void **state) {
    struct fixture *fixture = *state;
    struct message *left = left_message_create(2, 77, a_member(fixture));
    struct message *gone = gone_message_create(a_member(fixture));
    struct message *stop = stop_message_create();
    const struct left_message *whole = (const struct left_message *)left;
    assert_int_equal(left->kind, MESSAGE_LEFT);
    assert_int_equal(whole->io, 2);
    assert_int_equal(whole->conn, 77);
    assert_ptr_equal(whole->member, a_member(fixture));
    assert_int_equal(gone->kind, MESSAGE_GONE);
    assert_ptr_equal(((const struct gone_message *)gone)->member, a_member(fixture));
    assert_int_equal(stop->kind, MESSAGE_STOP);
    assert_true(stop->size > 0);
    message_destroy(left);
    message_destroy(gone);
    message_destroy(stop);
    message_destroy(NULL);
}

static void an_update_message_takes_the_reference_over_and_counts_the_items(void **state) {
    struct fixture *fixture = *state;
    struct item *item = fixture_plain_item(&fixture->topics, "A", "{\"price\":1}", 1);
    struct update *update = fixture_update(fixture->stream, &item, 1);
    struct message *message = update_message_create(update_ref(update));
    assert_int_equal(message->kind, MESSAGE_UPDATE);
    assert_ptr_equal(((const struct update_message *)message)->update, update);
    assert_true(message->size >= update_size(update));
    assert_int_equal(atomic_load(&update->refs), 2);
    message_destroy(message);
    assert_int_equal(atomic_load(&update->refs), 1);
    update_unref(update);
}

static void a_joined_message_holds_its_snapshot_and_lets_go_of_its_interest(void **state) {
    struct fixture *fixture = *state;
    const struct interest_key key = {.all = true};
    struct interest *interest =
        fixture_interest(&fixture->interests, &fixture->topics, fixture->stream, &key, NULL, 0);
    struct item *items[] = {fixture_plain_item(&fixture->topics, "A", "1", 1),
                            fixture_plain_item(&fixture->topics, "B", "2", 2)};
    const struct joined_parts parts = {
        .text = sentio_bytes(fixture->text, 7), .snapshot = items, .snapshot_count = 2};
    struct joined_message *message = joined_message_create(&parts);
    memset(fixture->text, 'x', 7);
    message->interest = interest_ref(interest);
    assert_int_equal(message->head.kind, MESSAGE_JOINED);
    assert_text(message->text, "abcdefg");
    assert_int_equal(message->snapshot_count, 2);
    assert_ptr_equal(message->snapshot[1], items[1]);
    assert_int_equal(atomic_load(&items[0]->refs), 2);
    message_destroy(&message->head);
    assert_int_equal(atomic_load(&items[0]->refs), 1);
    assert_int_equal(atomic_load(&interest->refs), 2);
    interest_unref(interest);
    item_unref(items[0]);
    item_unref(items[1]);
}

static void a_joined_message_may_be_empty(void **state) {
    (void)state;
    const struct joined_parts parts = {.snapshot_count = 0};
    struct joined_message *message = joined_message_create(&parts);
    assert_int_equal(message->text.size, 0);
    assert_int_equal(message->snapshot_count, 0);
    assert_null(message->interest);
    assert_false(joined_replays(message));
    message_destroy(&message->head);
}

static void a_joined_message_holds_its_replay_behind_the_snapshot(void **state) {
    struct fixture *fixture = *state;
    struct item *items[] = {fixture_plain_item(&fixture->topics, "A", "1", 1),
                            fixture_plain_item(&fixture->topics, "B", "2", 2)};
    const struct joined_parts parts = {
        .text = sentio_bytes(fixture->text, 2),
        .end = sentio_bytes(fixture->text + 2, 3),
        .snapshot = items,
        .snapshot_count = 1,
        .replay = items,
        .replay_count = 2,
    };
    struct joined_message *message = replay_message_create(&parts);
    memset(fixture->text, 'x', 7);
    assert_int_equal(message->head.kind, MESSAGE_REPLAY);
    assert_text(message->text, "ab");
    assert_text(message->end, "cde");
    assert_true(joined_replays(message));
    assert_int_equal(message->replay_count, 2);
    assert_ptr_equal(message->snapshot[0], items[0]);
    assert_ptr_equal(message->replay[0], items[0]);
    assert_ptr_equal(message->replay[1], items[1]);
    assert_int_equal(atomic_load(&items[0]->refs), 3);
    message_destroy(&message->head);
    assert_int_equal(atomic_load(&items[0]->refs), 1);
    item_unref(items[0]);
    item_unref(items[1]);
}

static void a_lost_message_names_the_subscription(void **state) {
    (void)state;
    struct message *message = lost_message_create(77);
    assert_int_equal(message->kind, MESSAGE_LOST);
    assert_int_equal(((const struct lost_message *)message)->conn, 77);
    message_destroy(message);
}

static void text_and_close_have_copies(void **state) {
    struct fixture *fixture = *state;
    struct message *text =
        text_message_create(a_member(fixture), true, sentio_bytes(fixture->text, 7));
    struct message *close =
        close_message_create(a_member(fixture), 1008, sentio_bytes(fixture->text, 3));
    memset(fixture->text, 'x', 7);
    assert_int_equal(text->kind, MESSAGE_TEXT);
    assert_true(((const struct text_message *)text)->error);
    assert_ptr_equal(((const struct text_message *)text)->member, a_member(fixture));
    assert_text(((const struct text_message *)text)->text, "abcdefg");
    assert_int_equal(close->kind, MESSAGE_CLOSE);
    assert_int_equal(((const struct close_message *)close)->code, 1008);
    assert_ptr_equal(((const struct close_message *)close)->member, a_member(fixture));
    assert_text(((const struct close_message *)close)->reason, "abc");
    message_destroy(text);
    message_destroy(close);
}

static void a_notice_has_copies_of_its_text_and_its_members(void **state) {
    struct fixture *fixture = *state;
    struct member *members[] = {a_member(fixture), NULL, a_member(fixture)};
    struct message *message = notice_message_create(sentio_bytes(fixture->text, 7), members, 3);
    const struct notice_message *notice = (const struct notice_message *)message;
    memset(fixture->text, 'x', 7);
    members[0] = NULL;
    assert_int_equal(message->kind, MESSAGE_NOTICE);
    assert_int_equal(notice->count, 3);
    assert_ptr_equal(notice->members[0], a_member(fixture));
    assert_null(notice->members[1]);
    assert_ptr_equal(notice->members[2], a_member(fixture));
    assert_text(notice->text, "abcdefg");
    assert_true(message->size >= sizeof(*notice) + sizeof(members) + 7);
    message_destroy(message);
}

static void a_view_message_takes_the_reference_over(void **state) {
    (void)state;
    struct view *view = view_create(NULL, NULL, NULL);
    assert_non_null(view);
    struct message *message = view_message_create(view_ref(view));
    assert_int_equal(message->kind, MESSAGE_VIEW);
    assert_ptr_equal(((const struct view_message *)message)->view, view);
    message_destroy(message);
    assert_int_equal(atomic_load(&view->refs), 1);
    view_unref(view);
}

static void a_response_has_status_type_and_body(void **state) {
    struct fixture *fixture = *state;
    struct message *message =
        response_message_create(a_request(fixture), 422, sentio_bytes(fixture->text, 2),
                                sentio_bytes(fixture->text + 2, 5));
    const struct response_message *response = (const struct response_message *)message;
    memset(fixture->text, 'x', 7);
    assert_int_equal(message->kind, MESSAGE_RESPONSE);
    assert_int_equal(response->status, 422);
    assert_ptr_equal(response->request, a_request(fixture));
    assert_text(response->type, "ab");
    assert_text(response->body, "cdefg");
    assert_int_equal(message->size, sizeof(*response) + 7);
    message_destroy(message);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_publish_has_its_body),
        TEST(a_query_has_user_path_and_parameters),
        TEST(a_command_has_user_id_action_and_request),
        TEST(leaving_and_being_gone_name_the_member),
        TEST(an_update_message_takes_the_reference_over_and_counts_the_items),
        TEST(a_joined_message_holds_its_snapshot_and_lets_go_of_its_interest),
        TEST(a_joined_message_may_be_empty),
        TEST(a_joined_message_holds_its_replay_behind_the_snapshot),
        TEST(a_lost_message_names_the_subscription),
        TEST(text_and_close_have_copies),
        TEST(a_notice_has_copies_of_its_text_and_its_members),
        TEST(a_view_message_takes_the_reference_over),
        TEST(a_response_has_status_type_and_body),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
