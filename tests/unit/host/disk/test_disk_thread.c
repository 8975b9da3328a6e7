/* SPDX-License-Identifier: MIT */
#include "disk_fixture.h"

static void look(struct disk *disk, void *context) {
    const struct disk_fixture *fixture = context;
    assert_false(disk->group.open);
    assert_int_equal(fixture->channel->committed, 2);
}

static void call_finds_what_was_asked_before_it_done(void **state) {
    struct disk_fixture *fixture = *state;
    fixture_append(fixture, "u");
    fixture_append(fixture, "u");
    disk_call(fixture->disk, look, fixture);
    assert_answers(fixture, "1 ok\n2 ok\n");
}

static void what_waits_at_the_end_is_committed(void **state) {
    struct disk_fixture *fixture = *state;
    fixture_add(fixture, "u");
    fixture_ack(fixture, "u", "", 1);
    fixture_reopen(fixture);
    assert_pending(fixture, "u", "", "ok");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(call_finds_what_was_asked_before_it_done),
        TEST(what_waits_at_the_end_is_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
