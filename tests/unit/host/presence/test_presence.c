/* SPDX-License-Identifier: MIT */
#include "presence/presence.h"

#include "presence_fixture.h"

static void a_user_joins_with_the_first_connection_and_leaves_with_the_last(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "watcher", "A", HEAR);
    assert_told(fixture, 0, "notice 1\n" EVENT("A", "join", "watcher", "1"));
    enter(fixture, 2, "u", "A", "{}");
    assert_told(fixture, 0, "notice 1\n" EVENT("A", "join", "u", "2"));
    enter(fixture, 3, "u", "A", "{}");
    assert_told(fixture, 0, "");
    fixture_leave(fixture, 2);
    assert_told(fixture, 2 * GRACE, "");
    fixture_leave(fixture, 3);
    assert_told(fixture, 2 * GRACE, "notice 1\n" EVENT("A", "leave", "u", "1"));
    assert_int_equal(present(fixture), 1);
}

static void a_reconnect_within_the_grace_is_neither_leave_nor_join(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "watcher", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    tick(fixture, 0);
    fixture_leave(fixture, 2);
    assert_told(fixture, 0, "");
    assert_int_equal(present(fixture), 2);
    enter(fixture, 3, "u", "A", "{}");
    assert_told(fixture, 2 * GRACE, "");
    assert_int_equal(present(fixture), 2);
}

static void who_unsubscribes_leaves_those_topics(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "watcher", "A", HEAR);
    enter(fixture, 1, "watcher", "B", "{}");
    enter(fixture, 2, "u", "A", "{}");
    enter(fixture, 2, "u", "B", "{}");
    tick(fixture, 0);
    SCRIPT(fixture_state(fixture, 0), CALL_UNSUBSCRIBE, 0, {EFFECT_LEAVE, .id = 2, .a = "A"},
           {EFFECT_ACCEPT, .id = 2});
    fixture_command(fixture, &(struct command_message){.conn = 2, .what = COMMAND_UNSUBSCRIBE});
    assert_told(fixture, 2 * GRACE, "notice 1\n" EVENT("A", "leave", "u", "1"));
    assert_int_equal(present(fixture), 2);
}

static void a_refused_subscribe_is_no_presence(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "No."});
    fixture_subscribe(fixture, 0, 1);
    assert_int_equal(present(fixture), 0);
}

static void who_has_no_user_counts_for_each_connection(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "watcher", "A", HEAR);
    tick(fixture, 0);
    enter(fixture, 2, NULL, "A", "{}");
    enter(fixture, 3, NULL, "A", "{}");
    enter(fixture, 4, "anonymous", "A", "{}");
    enter(fixture, 5, "anonymous", "A", "{}");
    assert_told(fixture, 0,
                "notice 1\n" COUNT_EVENT("A", "join", "2") COUNT_EVENT("A", "join", "3")
                    COUNT_EVENT("A", "join", "4") COUNT_EVENT("A", "join", "5"));
    assert_int_equal(present(fixture), 5);
    fixture_leave(fixture, 2);
    assert_told(fixture, 2 * GRACE, "notice 1\n" COUNT_EVENT("A", "leave", "4"));
}

static void nobody_who_names_itself_later_becomes_that_user_at_once(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "watcher", "A", HEAR);
    enter(fixture, 2, NULL, "A", "{}");
    tick(fixture, 0);
    enter(fixture, 2, "u", "A", "{}");
    assert_told(fixture, 0,
                "notice 1\n" EVENT("A", "join", "u", "3") COUNT_EVENT("A", "leave", "2"));
    assert_int_equal(present(fixture), 2);
}

static void subscribers_of_everything_are_present_on_the_star(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "watcher", "*", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    assert_told(fixture, 0, "notice 1\n" EVENT("*", "join", "watcher", "1"));
    enter(fixture, 2, "u", "*", "{}");
    assert_told(fixture, 2 * GRACE, "notice 1\n" EVENT("*", "join", "u", "2"));
    assert_int_equal(present(fixture), 2);
}

static void hearing_is_turned_on_and_off_by_later_subscribes(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", "{}");
    tick(fixture, 0);
    enter(fixture, 1, "w", "B", HEAR);
    assert_told(fixture, 0, "notice 1\n" EVENT("B", "join", "w", "1"));
    enter(fixture, 2, "u", "A", "{}");
    assert_told(fixture, 0, "notice 1\n" EVENT("A", "join", "u", "2"));
    enter(fixture, 1, "w", "A", "{\"presence\":null}");
    enter(fixture, 3, "v", "A", "{}");
    assert_told(fixture, 0, "");
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 1, "w", "A", "{}");
    enter(fixture, 4, "x", "A", "{}");
    assert_told(fixture, 0, "notice 1\n" EVENT("A", "join", "x", "4"));
    enter(fixture, 1, "w", "A", "{\"presence\":false}");
    enter(fixture, 5, "y", "A", "{}");
    assert_told(fixture, 0, "");
}

static void who_asks_to_hear_where_presence_is_off_is_told_so(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_command(fixture, &(struct command_message){.channel = 1,
                                                       .conn = 1,
                                                       .id = sentio_text("1"),
                                                       .request = sentio_text(HEAR)});
    assert_sent(fixture,
                "error 1 {\"type\":\"error\",\"id\":1,\"message\":\"presence is off on this "
                "channel\",\"code\":\"presence_off\",\"timestamp\":\"T\"}\n");
    assert_recorded(fixture, "");
    assert_int_equal(fixture->hub->channels[1]->subscribers, 0);
    fixture_command(fixture,
                    &(struct command_message){
                        .channel = 1, .conn = 1, .request = sentio_text("{\"presence\":false}")});
    assert_recorded(fixture, "b subscribe 1 \"\" roles=0 topics=0 {\"presence\":false}\n");
}

static void what_is_no_truth_value_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "u", "A", "{\"presence\":1}");
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "\"code\":\"invalid_field\""));
    assert_non_null(strstr(sent, "\\\"presence\\\""));
    free(sent);
    assert_int_equal(present(fixture), 0);
}

static void configure(struct hub_fixture *fixture, enum config_presence how) {
    fixture->channels[0].presence = how;
    assert_int_equal(presence_configure(fixture->hub->channels[0]), 0);
}

static void presence_turned_off_ends_and_those_who_listen_are_told(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    drop_sent(fixture);
    configure(fixture, CONFIG_PRESENCE_OFF);
    assert_sent(fixture, "text 1 {\"type\":\"error\",\"message\":\"presence was turned off on this "
                         "channel\",\"code\":\"presence_off\",\"timestamp\":\"T\"}\n");
    assert_null(fixture->hub->channels[0]->presence);
    fixture_leave(fixture, 2);
    assert_told(fixture, 2 * GRACE, "");
}

static void presence_turned_on_counts_those_who_are_there_and_tells_of_no_join(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    configure(fixture, CONFIG_PRESENCE_OFF);
    enter(fixture, 3, "u", "A", "{}");
    enter(fixture, 4, NULL, "B", "{}");
    configure(fixture, CONFIG_PRESENCE_USERS);
    assert_int_equal(present(fixture), 3);
    assert_told(fixture, 0, "");
    fixture_leave(fixture, 2);
    assert_told(fixture, 2 * GRACE, "");
    fixture_leave(fixture, 3);
    assert_told(fixture, 2 * GRACE, "notice 1\n" EVENT("A", "leave", "u", "1"));
}

static void a_change_of_mode_goes_on_with_the_same_persons(void **state) {
    struct hub_fixture *fixture = *state;
    configure(fixture, CONFIG_PRESENCE_COUNT);
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    assert_told(fixture, 0, "notice 1\n" COUNT_EVENT("A", "join", "2"));
    configure(fixture, CONFIG_PRESENCE_USERS);
    fixture_leave(fixture, 2);
    assert_told(fixture, 2 * GRACE, "notice 1\n" EVENT("A", "leave", "u", "1"));
}

static void a_channel_that_goes_takes_its_presence_along(void **state) {
    struct hub_fixture *fixture = *state;
    enter(fixture, 1, "w", "A", HEAR);
    enter(fixture, 2, "u", "A", "{}");
    enter(fixture, 2, "u", "B", "{}");
    fixture_leave(fixture, 2);
    drop_sent(fixture);
    fixture_close(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PRESENCE_TEST(a_user_joins_with_the_first_connection_and_leaves_with_the_last),
        PRESENCE_TEST(a_reconnect_within_the_grace_is_neither_leave_nor_join),
        PRESENCE_TEST(who_unsubscribes_leaves_those_topics),
        PRESENCE_TEST(a_refused_subscribe_is_no_presence),
        PRESENCE_TEST(who_has_no_user_counts_for_each_connection),
        PRESENCE_TEST(nobody_who_names_itself_later_becomes_that_user_at_once),
        PRESENCE_TEST(subscribers_of_everything_are_present_on_the_star),
        PRESENCE_TEST(hearing_is_turned_on_and_off_by_later_subscribes),
        PRESENCE_TEST(who_asks_to_hear_where_presence_is_off_is_told_so),
        PRESENCE_TEST(what_is_no_truth_value_is_refused),
        PRESENCE_TEST(presence_turned_off_ends_and_those_who_listen_are_told),
        PRESENCE_TEST(presence_turned_on_counts_those_who_are_there_and_tells_of_no_join),
        PRESENCE_TEST(a_change_of_mode_goes_on_with_the_same_persons),
        PRESENCE_TEST(a_channel_that_goes_takes_its_presence_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
