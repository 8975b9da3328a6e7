/* SPDX-License-Identifier: MIT */
#include "presence/presence_internal.h"

#include "presence_fixture.h"

static struct presence *presence_of(void **state) {
    struct hub_fixture *fixture = *state;
    return fixture->hub->channels[0]->presence;
}

static void a_room_is_there_as_long_as_somebody_is_or_was_not_told_to_have_left(void **state) {
    struct presence *presence = presence_of(state);
    struct topic_table *topics = &presence->channel->topics;
    struct topic *topic = topic_obtain(topics, sentio_text("A"));
    struct person *person = person_obtain(&presence->persons, sentio_text("u"));
    struct room *room = room_obtain(presence, topic);
    assert_non_null(room);
    assert_ptr_equal(room_obtain(presence, topic), room);
    assert_true(sentio_is(room_name(room), "A"));
    assert_int_equal(room_take(presence, room, person), 0);
    room_settle_all(presence);
    room_leave(presence, room, person, 1000, true);
    room_drop(presence, room);
    assert_ptr_equal(room_find(presence, topic), room);
    room_settle_all(presence);
    assert_null(room_find(presence, topic));
    assert_int_equal(person->refs, 1);
    person_release(&presence->persons, person);
    topic_unref(topic);
}

static void an_empty_room_goes_at_once(void **state) {
    struct presence *presence = presence_of(state);
    struct room *room = room_obtain(presence, NULL);
    assert_non_null(room);
    assert_true(sentio_is(room_name(room), "*"));
    room_drop(presence, room);
    assert_null(room_find(presence, NULL));
}

static void a_leave_of_somebody_who_is_not_there_is_nothing(void **state) {
    struct presence *presence = presence_of(state);
    struct person *person = person_obtain(&presence->persons, sentio_text("u"));
    struct room *room = room_obtain(presence, NULL);
    room_leave(presence, room, person, 1000, false);
    assert_int_equal(room_take(presence, room, person), 0);
    room_leave(presence, room, person, 1000, false);
    room_leave(presence, room, person, 1000, false);
    assert_int_equal(presence_count(presence), 1);
    assert_int_equal(presence->leaving, 1);
    person_release(&presence->persons, person);
}

static void who_came_back_goes_to_the_end_of_the_line(void **state) {
    struct presence *presence = presence_of(state);
    struct room *room = room_obtain(presence, NULL);
    struct person *persons[3];
    for (int i = 0; i < 3; i++) {
        persons[i] = person_obtain(&presence->persons, sentio_text(""));
        assert_int_equal(room_take(presence, room, persons[i]), 0);
        room_leave(presence, room, persons[i], 1000, false);
    }
    assert_int_equal(room_take(presence, room, persons[1]), 0);
    room_leave(presence, room, persons[1], 2000, false);
    presence_tick(presence, 999 + GRACE);
    assert_int_equal(presence_count(presence), 3);
    presence_tick(presence, 1000 + GRACE);
    assert_int_equal(presence_count(presence), 1);
    presence_tick(presence, 2000 + GRACE);
    assert_int_equal(presence_count(presence), 0);
    assert_int_equal(presence->seats.count, 0);
    for (int i = 0; i < 3; i++)
        person_release(&presence->persons, persons[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PRESENCE_TEST(a_room_is_there_as_long_as_somebody_is_or_was_not_told_to_have_left),
        PRESENCE_TEST(an_empty_room_goes_at_once),
        PRESENCE_TEST(a_leave_of_somebody_who_is_not_there_is_nothing),
        PRESENCE_TEST(who_came_back_goes_to_the_end_of_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
