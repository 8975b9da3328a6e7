/* SPDX-License-Identifier: MIT */
#include "overseer_fixture.h"

/* A row as the io thread makes it, of a client with one subscription. */
static void add_row(struct census_message *message, uint64_t id, uint64_t conn) {
    struct census_row *row = &message->rows[message->count++];
    assert_true(message->count <= message->limit);
    message->conns = realloc(message->conns, message->count * sizeof(uint64_t));
    assert_non_null(message->conns);
    row->id = id;
    row->start = sentio_written(&message->text).size;
    sentio_write_format(&message->text, "{\"id\":\"%llu\"", (unsigned long long)id);
    row->end = sentio_written(&message->text).size;
    row->first = message->conn_count;
    row->count = 1;
    message->conns[message->conn_count++] = conn;
    message->total++;
    message->later++;
}

static void what_is_asked_for_goes_to_the_io_thread(void **state) {
    struct overseer *overseer = *state;
    assert_asked(
        overseer, census_ask,
        "{\"channel\":\"a\",\"user\":\"me\",\"slow\":\"true\",\"limit\":\"7\",\"after\":\"256\"}",
        "");
    struct census_message *message = overseer_take(overseer, MESSAGE_CENSUS);
    assert_true(sentio_is(message->channel, "a"));
    assert_true(sentio_is(message->user, "me"));
    assert_true(message->slow);
    assert_int_equal(message->limit, 7);
    assert_int_equal(message->after, 256);
    message_destroy(&message->head);
}

static void an_answer_has_what_the_hub_knows_of_subscriptions(void **state) {
    struct overseer *overseer = *state;
    struct hub_fixture *fixture = overseer->fixture;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 3, .a = "A"},
           {EFFECT_ACCEPT, .id = 3});
    fixture_subscribe(fixture, 0, 3);
    assert_asked(
        overseer, census_ask, "{\"user\":\"\"}",
        "joined 3 A at 0 {\"type\":\"ok\",\"id\":1,\"offset\":0,\"epoch\":\"E\",\"symbols\":"
        "[\"A\"],\"timestamp\":\"T\"}\n");
    struct census_message *message = overseer_take(overseer, MESSAGE_CENSUS);
    assert_int_equal(message->limit, CENSUS_LIMIT);
    add_row(message, 256, 3);
    add_row(message, 512, 4); /* which has left */
    fixture_send(fixture, &message->head);
    assert_sent(fixture,
                "response 2 200 {\"clients\":[{\"id\":\"256\",\"channels\":[{\"name\":\"a\","
                "\"topics\":1,\"all\":false,\"symbols\":[\"A\"],\"filters\":{}}]},"
                "{\"id\":\"512\",\"channels\":[]}],\"count\":2,\"total\":2,\"next\":null,"
                "\"timestamp\":\"T\"}\n");
}

static void a_full_page_names_the_next_one(void **state) {
    struct overseer *overseer = *state;
    assert_asked(overseer, census_ask, "{\"limit\":\"1\"}", "");
    struct census_message *message = overseer_take(overseer, MESSAGE_CENSUS);
    add_row(message, 256, 3);
    message->total = 5;
    message->later = 2;
    fixture_send(overseer->fixture, &message->head);
    assert_sent(overseer->fixture,
                "response 2 200 {\"clients\":[{\"id\":\"256\",\"channels\":[]}],\"count\":1,"
                "\"total\":5,\"next\":\"256\",\"timestamp\":\"T\"}\n");
}

static void an_answer_that_lacks_memory_is_503(void **state) {
    struct overseer *overseer = *state;
    assert_asked(overseer, census_ask, "{}", "");
    struct census_message *message = overseer_take(overseer, MESSAGE_CENSUS);
    message->failed = true;
    fixture_send(overseer->fixture, &message->head);
    assert_sent(overseer->fixture, "response 2 503 {\"detail\":\"the host is out of memory\"}\n");
}

static void answers_of_several_questions_are_told_apart(void **state) {
    struct overseer *overseer = *state;
    struct census_message *messages[2];
    for (int i = 0; i < 2; i++) {
        assert_asked(overseer, census_ask, "{}", "");
        messages[i] = overseer_take(overseer, MESSAGE_CENSUS);
    }
    assert_int_not_equal(messages[0]->census, messages[1]->census);
    add_row(messages[1], 256, 3);
    fixture_send(overseer->fixture, &messages[1]->head);
    char *text = fixture_sent(overseer->fixture);
    assert_non_null(strstr(text, "\"256\""));
    free(text);
    fixture_send(overseer->fixture, &messages[0]->head);
    text = fixture_sent(overseer->fixture);
    assert_non_null(strstr(text, "{\"clients\":[],"));
    free(text);
}

static void an_answer_that_nobody_waits_for_is_dropped(void **state) {
    struct overseer *overseer = *state;
    struct census_message *message =
        census_message_create(sentio_text(""), sentio_text(""), CENSUS_LIMIT);
    assert_non_null(message);
    fixture_send(overseer->fixture, &message->head);
    assert_sent(overseer->fixture, "");
}

static void a_question_that_makes_no_sense_is_refused(void **state) {
    assert_asked(*state, census_ask, "{\"limit\":\"0\"}",
                 "response 2 422 {\"detail\":\"\\\"limit\\\" must be a number from 1 to 1000\"}\n");
    assert_asked(*state, census_ask, "{\"slow\":\"1\"}",
                 "response 2 422 {\"detail\":\"\\\"slow\\\" must be true or false\"}\n");
    assert_asked(*state, census_ask, "{\"channel\":\"c\"}",
                 "response 2 404 {\"detail\":\"there is no such channel\"}\n");
    assert_nothing_kept(*state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        OVERSEER_TEST(what_is_asked_for_goes_to_the_io_thread),
        OVERSEER_TEST(an_answer_has_what_the_hub_knows_of_subscriptions),
        OVERSEER_TEST(a_full_page_names_the_next_one),
        OVERSEER_TEST(an_answer_that_lacks_memory_is_503),
        OVERSEER_TEST(answers_of_several_questions_are_told_apart),
        OVERSEER_TEST(an_answer_that_nobody_waits_for_is_dropped),
        OVERSEER_TEST(a_question_that_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
