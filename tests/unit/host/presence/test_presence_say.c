/* SPDX-License-Identifier: MIT */
#include "presence_fixture.h"

static void topics_are_told_of_in_the_order_of_their_names(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "B", HEAR);
    enter(fixture, 1, "w", "C", "{}");
    enter(fixture, 1, "w", "A", "{}");
    tick(fixture, 0);
    enter(fixture, 2, "v", "C", "{}");
    enter(fixture, 3, "u", "A", "{}");
    enter(fixture, 3, "u", "B", "{}");
    enter(fixture, 2, "v", "A", "{}");
    assert_told(fixture, 0,
                "notice 1\n" EVENT("A", "join", "u", "2")
                    EVENT("A", "join", "v", "3") "notice 1\n" EVENT(
                        "B", "join", "u", "2") "notice 1\n" EVENT("C", "join", "v", "2"));
}

static void one_message_brings_it_to_all_who_listen(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "w", "A", HEAR);
    enter(fixture, 3, "v", "B", HEAR);
    drop_sent(fixture);
    tick(fixture, 0);
    char *sent = fixture_sent(fixture);
    /* In which order, nobody can tell. */
    bool both = strstr(sent, "notice 1 2\n" EVENT("A", "join", "w", "1")) ||
                strstr(sent, "notice 2 1\n" EVENT("A", "join", "w", "1"));
    assert_true(both);
    assert_non_null(strstr(sent, "notice 3\n" EVENT("B", "join", "v", "1")));
    free(sent);
}

static void over_ws_events_name_their_channel(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(
        fixture, &(struct command_message){.conn = 1, .named = true, .request = sentio_text(HEAR)});
    enter(fixture, 2, "u", "A", HEAR);
    assert_told(
        fixture, 0,
        "notice 2\n" COUNT_EVENT("A", "join", "1") EVENT(
            "A", "join", "u",
            "2") "notice 1\n"
                 "{\"type\":\"presence\",\"channel\":\"a\",\"event\":\"join\",\"count\":1,"
                 "\"topic\":\"A\",\"timestamp\":\"T\"}\n"
                 "{\"type\":\"presence\",\"channel\":\"a\",\"event\":\"join\",\"user_id\":\"u\","
                 "\"count\":2,\"topic\":\"A\",\"timestamp\":\"T\"}\n");
}

static void in_numbers_a_second_has_one_message_and_none_when_nothing_is_left_of_it(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->channels[0].presence = CONFIG_PRESENCE_COUNT;
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    enter(fixture, 3, "v", "A", "{}");
    assert_told(fixture, 0, "notice 1\n" COUNT_EVENT("A", "join", "3"));
    fixture_leave(fixture, 2);
    enter(fixture, 4, "x", "A", "{}");
    assert_told(fixture, 2 * GRACE, "");
    fixture_leave(fixture, 3);
    fixture_leave(fixture, 4);
    assert_told(fixture, 2 * GRACE, "notice 1\n" COUNT_EVENT("A", "leave", "1"));
}

static void in_one_second_users_who_come_and_go_are_all_told_of(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    tick(fixture, 0);
    fixture_leave(fixture, 2);
    enter(fixture, 3, "v", "A", "{}");
    assert_told(fixture, 2 * GRACE,
                "notice 1\n" EVENT("A", "join", "v", "3") EVENT("A", "leave", "u", "2"));
}

static void who_left_and_came_again_before_it_was_told_is_no_event(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.connections = 0; /* none may be in its grace */
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    tick(fixture, 0);
    fixture_leave(fixture, 2);
    assert_int_equal(present(fixture), 1);
    enter(fixture, 3, "u", "A", "{}");
    assert_told(fixture, 0, "");
    enter(fixture, 4, "v", "A", "{}");
    fixture_leave(fixture, 4);
    assert_told(fixture, 0, "");
    assert_int_equal(present(fixture), 2);
}

static void enter_many(struct hub_fixture *fixture, size_t count, const char *topic) {
    for (size_t i = 0; i < count; i++)
        enter_user(fixture, i, topic);
}

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (const char *at = strchr(text, '\n'); at; at = strchr(at + 1, '\n'))
        count++;
    return count;
}

static void a_hundred_events_of_a_topic_are_told_one_by_one(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", HEAR);
    tick(fixture, 0);
    enter_many(fixture, 100, "A");
    drop_sent(fixture);
    tick(fixture, 0);
    char *sent = fixture_sent(fixture);
    assert_int_equal(count_lines(sent), 1 + 100);
    assert_non_null(strstr(sent, EVENT("A", "join", "u000099", "101")));
    free(sent);
}

#define MERGED(event, count, merged)                                                               \
    "notice 1\n{\"type\":\"presence\",\"event\":\"" event "\",\"count\":" count                    \
    ",\"topic\":\"A\",\"merged\":" merged ",\"timestamp\":\"T\"}\n"

static void more_of_them_are_one_message(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.connections = 1000;
    enter(fixture, 1, "w", "A", HEAR);
    tick(fixture, 0);
    enter_many(fixture, 101, "A");
    assert_told(fixture, 0, MERGED("join", "102", "101"));
    for (size_t i = 0; i < 101; i++)
        fixture_send(fixture, left_message_create(0, 1000 + i, &fixture->members[2]));
    assert_told(fixture, 2 * GRACE, MERGED("leave", "1", "101"));
}

static void when_a_thousand_come_to_a_channel_each_topic_has_one_message(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", HEAR);
    tick(fixture, 0);
    enter_many(fixture, 1000, "B");
    enter(fixture, 2, "u", "A", "{}");
    enter(fixture, 3, "v", "A", "{}");
    assert_told(fixture, 0, MERGED("join", "3", "2"));
}

static void beyond_the_connections_of_the_host_the_first_in_grace_leaves_early(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.limits.connections = 2;
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "t", "A", "{}");
    enter(fixture, 3, "u", "A", "{}");
    enter(fixture, 4, "v", "A", "{}");
    tick(fixture, 0);
    fixture_leave(fixture, 3);
    fixture_leave(fixture, 2);
    fixture_leave(fixture, 4);
    assert_told(fixture, 0, "notice 1\n" EVENT("A", "leave", "u", "3"));
    assert_told(fixture, 2 * GRACE,
                "notice 1\n" EVENT("A", "leave", "t", "2") EVENT("A", "leave", "v", "1"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PRESENCE_TEST(topics_are_told_of_in_the_order_of_their_names),
        PRESENCE_TEST(one_message_brings_it_to_all_who_listen),
        PRESENCE_TEST(over_ws_events_name_their_channel),
        PRESENCE_TEST(in_numbers_a_second_has_one_message_and_none_when_nothing_is_left_of_it),
        PRESENCE_TEST(in_one_second_users_who_come_and_go_are_all_told_of),
        PRESENCE_TEST(who_left_and_came_again_before_it_was_told_is_no_event),
        PRESENCE_TEST(a_hundred_events_of_a_topic_are_told_one_by_one),
        PRESENCE_TEST(more_of_them_are_one_message),
        PRESENCE_TEST(when_a_thousand_come_to_a_channel_each_topic_has_one_message),
        PRESENCE_TEST(beyond_the_connections_of_the_host_the_first_in_grace_leaves_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
