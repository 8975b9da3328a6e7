/* SPDX-License-Identifier: MIT */
#include "channel/batch.h"

#include "hub_fixture.h"

#define ANSWER(accepted, offset, rest)                                                             \
    "response 0 200 {\"channel\":\"a\",\"accepted\":" #accepted ",\"offset\":" #offset             \
    ",\"epoch\":\"E\"" rest "}\n"
#define INVALID                                                                                    \
    "\"detail\":\"the update is not valid; nothing of it was published\",\"errors\":["             \
    "{\"item\":0,\"field\":\"f\",\"message\":\"m\"}]}"

static struct channel *first(struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

static void emit(struct hub_fixture *fixture) {
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"},
           {EFFECT_EMIT, .a = "B", .b = "2"});
}

static void publish(struct hub_fixture *fixture, const char *key, const char *body) {
    const struct fixture_publish like = {.name = "one", .key = key, .lines = true};
    fixture_publish_as(fixture, &like, body);
}

static void each_line_is_published_in_its_order_and_all_are_answered_once(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, NULL, "{\"n\":1}\n{\"n\":2}\r\n{\"n\":3}");
    assert_sent(fixture, ANSWER(6, 6, ""));
    assert_recorded(fixture, "a publish publisher one {\"n\":1}\n"
                             "a publish publisher one {\"n\":2}\n"
                             "a publish publisher one {\"n\":3}\n");
    assert_int_equal(first(fixture)->published, 3);
}

static void empty_lines_are_passed_over_and_counted_in_line_numbers(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, NULL, "\n \t\r\n{\"n\":1}\n\n[1]\n\n");
    assert_sent(fixture, ANSWER(2, 2,
                                ",\"refused\":1,\"errors\":[{\"line\":5,\"status\":422,"
                                "\"detail\":\"the body must be a JSON object\"}]"));
}

static void body_without_an_update_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    publish(fixture, NULL, "\n\r\n  \n");
    assert_sent(fixture, "response 0 422 {\"detail\":\"the body has no update in it\"}\n");
}

static void what_is_wrong_with_a_line_is_told_and_the_others_are_published(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_REJECT, .number = 0, .a = "f", .b = "m"});
    publish(fixture, NULL, "{}\n{");
    char *sent = fixture_sent(fixture);
    static const char expected[] =
        "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":0,\"epoch\":\"E\","
        "\"refused\":2,\"errors\":[{\"line\":1,\"status\":422," INVALID
        ",{\"line\":2,\"status\":400,\"detail\":\"the body is not valid JSON: ";
    assert_true(strncmp(sent, expected, sizeof(expected) - 1) == 0);
    free(sent);
}

static void only_the_first_hundred_errors_are_listed(void **state) {
    struct hub_fixture *fixture = *state;
    char body[1024] = "";
    for (size_t i = 0; i < 150; i++)
        memcpy(body + 3 * i, "[]\n", 4);
    publish(fixture, NULL, body);
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "\"refused\":150,"));
    assert_non_null(strstr(sent, "{\"line\":100,"));
    assert_null(strstr(sent, "{\"line\":101,"));
    free(sent);
}

static void answer_waits_for_the_last_line(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    channel_hold(first(fixture));
    publish(fixture, NULL, "{}\n[]\n{}");
    assert_sent(fixture, "");
    channel_let_go(first(fixture));
    assert_sent(fixture, ANSWER(4, 4,
                                ",\"refused\":1,\"errors\":[{\"line\":2,\"status\":422,"
                                "\"detail\":\"the body must be a JSON object\"}]"));
    assert_null(fixture->hub->batches);
}

static void batch_that_nothing_was_taken_of_for_want_of_room_may_be_sent_again(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    channel_hold(first(fixture));
    first(fixture)->failed = true;
    publish(fixture, NULL, "{}\n{}");
    char *sent = fixture_sent(fixture);
    assert_true(strncmp(sent, "response 0 503 {\"channel\":\"a\",\"accepted\":0,", 43) == 0);
    assert_non_null(strstr(sent, "\"detail\":\"no line was published; try again\""));
    assert_non_null(strstr(sent, "{\"line\":2,\"status\":503,"));
    free(sent);
    publish(fixture, NULL, "{}\n[]");
    sent = fixture_sent(fixture);
    assert_true(strncmp(sent, "response 0 200 ", 15) == 0);
    free(sent);
}

static void consequences_of_a_line_come_before_the_next_line(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_observes(fixture, 1, "a");
    emit(fixture);
    publish(fixture, NULL, "{\"n\":1}\n{\"n\":2}");
    assert_recorded(fixture, "a publish publisher one {\"n\":1}\n"
                             "b observe a 1 2\n"
                             "a publish publisher one {\"n\":2}\n"
                             "b observe a 1 2\n");
    free(fixture_sent(fixture));
}

static void line_with_an_id_is_published_once(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, NULL, "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"a\"}");
    assert_sent(fixture, ANSWER(6, 4, ""));
    assert_int_equal(first(fixture)->published, 2);
    fixture_publish_as(fixture, &(struct fixture_publish){.name = "one"}, "{\"id\":\"b\"}");
    assert_sent(fixture, ANSWER(2, 4, ""));
}

static void batch_with_a_key_is_published_once(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, "k", "{\"n\":1}\n[]\n{\"n\":3}");
    free(fixture_sent(fixture));
    publish(fixture, NULL, "{}");
    free(fixture_sent(fixture));
    publish(fixture, "k", "{\"n\":1}\n[]\n{\"n\":3}");
    assert_sent(fixture, ANSWER(4, 4,
                                ",\"refused\":1,\"errors\":[{\"line\":2,\"status\":422,"
                                "\"detail\":\"the body must be a JSON object\"}]"));
    assert_int_equal(first(fixture)->published, 3);
}

static void nothing_of_another_batch_with_the_same_key_is_published(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, "k", "[]\n{\"n\":2}");
    free(fixture_sent(fixture));
    publish(fixture, "k", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}");
    assert_sent(fixture, "response 0 422 {\"detail\":\"the idempotency key \\\"k\\\" was given "
                         "with another body\"}\n");
    assert_int_equal(first(fixture)->published, 1);
    assert_null(fixture->hub->batches);
}

static void rest_of_a_batch_that_was_cut_off_is_published_when_it_comes_again(void **state) {
    struct hub_fixture *fixture = *state;
    static const char body[] = "{\"n\":1}\n{\"n\":2}\n";
    uint8_t digest[KEY_DIGEST];
    emit(fixture);
    assert_int_equal(publish_key_digest(sentio_text(body), digest), 0);
    struct publish_key *key =
        publish_keys_add(&first(fixture)->keys, sentio_text("one"), sentio_text("k\n1"), digest);
    key->accepted = 1;
    key->offset = 7;
    publish_keys_keep(&first(fixture)->keys, key, io_time());
    first(fixture)->engine.offset = 7;
    publish(fixture, "k", body);
    assert_sent(fixture, ANSWER(3, 9, ""));
    assert_recorded(fixture, "a publish publisher one {\"n\":2}\n");
}

static void duplicate_of_a_batch_under_way_waits_for_it(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    channel_hold(first(fixture));
    publish(fixture, "k", "{\"n\":1}\n{\"n\":2}");
    publish(fixture, "k", "{\"n\":1}\n{\"n\":2}");
    assert_sent(fixture, "");
    channel_let_go(first(fixture));
    assert_sent(fixture, ANSWER(4, 4, "") ANSWER(4, 4, ""));
    assert_int_equal(first(fixture)->published, 2);
}

static void batch_under_way_at_the_end_is_freed(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(first(fixture));
    publish(fixture, "k", "{}\n{}");
    publish(fixture, "k", "{}\n{}");
    assert_non_null(fixture->hub->batches);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_line_is_published_in_its_order_and_all_are_answered_once),
        TEST(empty_lines_are_passed_over_and_counted_in_line_numbers),
        TEST(body_without_an_update_is_refused),
        TEST(what_is_wrong_with_a_line_is_told_and_the_others_are_published),
        TEST(only_the_first_hundred_errors_are_listed),
        TEST(answer_waits_for_the_last_line),
        TEST(batch_that_nothing_was_taken_of_for_want_of_room_may_be_sent_again),
        TEST(consequences_of_a_line_come_before_the_next_line),
        TEST(line_with_an_id_is_published_once),
        TEST(batch_with_a_key_is_published_once),
        TEST(nothing_of_another_batch_with_the_same_key_is_published),
        TEST(rest_of_a_batch_that_was_cut_off_is_published_when_it_comes_again),
        TEST(duplicate_of_a_batch_under_way_waits_for_it),
        TEST(batch_under_way_at_the_end_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
