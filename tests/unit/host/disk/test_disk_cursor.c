/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

static void fill(struct disk_fixture *fixture, const char *const *topics) {
    for (; *topics; topics++)
        fixture_add(fixture, *topics);
}

#define FILL(...) fill(fixture, (const char *const[]){__VA_ARGS__, NULL})

static void what_was_not_acknowledged_waits(void **state) {
    struct disk_fixture *fixture = *state;
    FILL("u", "v", "u");
    assert_pending(fixture, "u", "", "ok 1 3");
    assert_pending(fixture, "u", "", "ok 1 3");
    fixture_ack(fixture, "u", "", 1);
    assert_pending(fixture, "u", "", "ok 3");
    fixture_ack(fixture, "u", "", 3);
    assert_pending(fixture, "u", "", "ok");
    assert_pending(fixture, "v", "", "ok 2");
}

static void cursor_never_goes_back(void **state) {
    struct disk_fixture *fixture = *state;
    FILL("u", "u");
    fixture_ack(fixture, "u", "", 2);
    fixture_ack(fixture, "u", "", 1);
    assert_pending(fixture, "u", "", "ok");
}

static void nobody_acknowledges_what_is_not_there_yet(void **state) {
    struct disk_fixture *fixture = *state;
    FILL("u");
    fixture_ack(fixture, "u", "", 1000);
    FILL("u");
    assert_pending(fixture, "u", "", "ok 2");
}

static void items_to_a_user_wait_before_his_first_visit(void **state) {
    struct disk_fixture *fixture = *state;
    FILL("u", "*", "u");
    assert_pending(fixture, "u", "", "ok 1 3");
}

static void items_to_everyone_wait_for_those_who_are_known(void **state) {
    struct disk_fixture *fixture = *state;
    FILL("*");
    assert_pending(fixture, "u", "", "ok");
    FILL("*", "u");
    assert_pending(fixture, "u", "", "ok 2 3");
    assert_pending(fixture, "v", "", "ok");
    fixture_ack(fixture, "u", "", 2);
    assert_pending(fixture, "u", "", "ok 3");
    fixture_reopen(fixture);
    FILL("*");
    assert_pending(fixture, "v", "", "ok 4");
}

static void consumers_have_places_of_their_own(void **state) {
    struct disk_fixture *fixture = *state;
    FILL("u", "u", "u");
    fixture_ack(fixture, "u", "", 1);
    assert_pending(fixture, "u", "phone", "ok 2 3");
    fixture_ack(fixture, "u", "phone", 3);
    assert_pending(fixture, "u", "phone", "ok");
    assert_pending(fixture, "u", "", "ok 2 3");
}

static void at_most_a_queue_waits_and_the_user_is_told(void **state) {
    struct disk_fixture *fixture = *state;
    fixture->limits.queue = 2;
    disk_limit(fixture->channel, &fixture->limits);
    FILL("u", "u");
    assert_pending(fixture, "u", "", "ok 1 2");
    FILL("*", "u");
    assert_pending(fixture, "u", "", "ok 3 4 incomplete");
    fixture_ack(fixture, "u", "", 2);
    assert_pending(fixture, "u", "", "ok 3 4");
}

static void what_waits_too_long_is_given_up_and_the_user_is_told(void **state) {
    struct disk_fixture *fixture = *state;
    fixture->limits.ttl = 1000;
    disk_limit(fixture->channel, &fixture->limits);
    FILL("u");
    fixture->time += 600;
    FILL("u");
    assert_pending(fixture, "u", "", "ok 1 2");
    fixture->time += 600;
    assert_pending(fixture, "u", "", "ok 2 incomplete");
    fixture_ack(fixture, "u", "", 1);
    assert_pending(fixture, "u", "", "ok 2");
}

static void acknowledgement_with_an_asker_is_on_the_disk(void **state) {
    struct disk_fixture *fixture = *state;
    const struct disk_place place = {sentio_text("u"), sentio_text("")};
    struct disk_status status;
    FILL("u");
    const struct disk_asker asker = fixture_asker(fixture);
    disk_ack(fixture->channel, &place, 1, &asker);
    assert_answers(fixture, "2 ok\n");
    disk_status(fixture->disk, &status);
    assert_int_equal(status.commits, 3);
    fixture_reopen(fixture);
    assert_pending(fixture, "u", "", "ok");
}

static void long_answer_is_asked_for_in_parts(void **state) {
    struct disk_fixture *fixture = *state;
    struct disk_wait wait = {.place = {sentio_text("u"), sentio_text("")},
                             .until = 3,
                             .max_items = 2,
                             .now = FIXTURE_TIME};
    FILL("u", "u", "u", "u");
    struct disk_asker asker = fixture_asker(fixture);
    disk_pending(fixture->channel, &wait, &asker);
    wait.after = 2;
    asker = fixture_asker(fixture);
    disk_pending(fixture->channel, &wait, &asker);
    assert_answers(fixture, "5 ok 1 2 more\n6 ok 3\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_was_not_acknowledged_waits),
        TEST(cursor_never_goes_back),
        TEST(nobody_acknowledges_what_is_not_there_yet),
        TEST(items_to_a_user_wait_before_his_first_visit),
        TEST(items_to_everyone_wait_for_those_who_are_known),
        TEST(consumers_have_places_of_their_own),
        TEST(at_most_a_queue_waits_and_the_user_is_told),
        TEST(what_waits_too_long_is_given_up_and_the_user_is_told),
        TEST(acknowledgement_with_an_asker_is_on_the_disk),
        TEST(long_answer_is_asked_for_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
