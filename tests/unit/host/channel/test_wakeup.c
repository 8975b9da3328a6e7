/* SPDX-License-Identifier: MIT */
#include "channel/wakeup.h"

#include <unistd.h>

#include "hub_fixture.h"

static void turn_until_called(struct hub_fixture *fixture) {
    while (fixture->record.size == 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
}

static void wake_in_place_of_an_earlier_one_comes_once(void **state) {
    struct hub_fixture *fixture = *state;
    wakeup_set(fixture->hub->channels[0], 3600000);
    wakeup_set(fixture->hub->channels[0], 1);
    turn_until_called(fixture);
    assert_recorded(fixture, "a woken\n");
    assert_false(uv_is_active((uv_handle_t *)fixture->hub->channels[0]->wake));
}

static void zero_cancels_a_wake(void **state) {
    struct hub_fixture *fixture = *state;
    wakeup_set(fixture->hub->channels[0], 1);
    wakeup_set(fixture->hub->channels[0], 0);
    wakeup_set(fixture->hub->channels[1], 2);
    turn_until_called(fixture);
    assert_recorded(fixture, "b woken\n");
}

static void woken_may_emit_and_ask_again(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_WOKEN, 0, {EFFECT_EMIT, .a = "A", .b = "1"},
           {EFFECT_WAKE, .number = 1});
    wakeup_set(fixture->hub->channels[0], 1);
    while (fixture->hub->channels[0]->engine.offset < 3)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    assert_true(uv_is_active((uv_handle_t *)fixture->hub->channels[0]->wake));
}

static void readable_descriptor_is_told_until_the_watch_ends(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    int ends[2];
    char expected[64];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "xy", 2), 2);
    SCRIPT(fixture_state(fixture, 0), CALL_READY, 0, {EFFECT_WATCH, .number = ends[0], .on = 0});
    wakeup_watch(channel, ends[0], true);
    wakeup_watch(channel, ends[0], true);
    turn_until_called(fixture);
    snprintf(expected, sizeof(expected), "a ready %d\n", ends[0]);
    assert_recorded(fixture, expected);
    assert_null(channel->watches);
    wakeup_watch(channel, ends[0], false);
    close(ends[0]);
    close(ends[1]);
}

static void at_most_sixteen_descriptors_are_watched(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    int ends[17][2];
    for (int i = 0; i < 17; i++) {
        assert_int_equal(pipe(ends[i]), 0);
        wakeup_watch(channel, ends[i][0], true);
    }
    assert_int_equal(write(ends[16][1], "x", 1), 1);
    assert_int_equal(write(ends[15][1], "x", 1), 1);
    turn_until_called(fixture);
    char expected[64];
    snprintf(expected, sizeof(expected), "a ready %d\n", ends[15][0]);
    assert_recorded(fixture, expected);
    wakeup_watch(channel, ends[0][0], false);
    wakeup_watch(channel, ends[15][0], false);
    wakeup_watch(channel, ends[16][0], true);
    turn_until_called(fixture);
    snprintf(expected, sizeof(expected), "a ready %d\n", ends[16][0]);
    assert_recorded(fixture, expected);
    wakeup_finish(channel);
    uv_run(&fixture->hub->loop, UV_RUN_NOWAIT);
    for (int i = 0; i < 17; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

static void descriptor_that_can_not_be_polled_is_not_watched(void **state) {
    struct hub_fixture *fixture = *state;
    FILE *file = tmpfile();
    assert_non_null(file);
    wakeup_watch(fixture->hub->channels[0], fileno(file), true);
    assert_null(fixture->hub->channels[0]->watches);
    wakeup_watch(fixture->hub->channels[0], 1 << 20, true);
    assert_null(fixture->hub->channels[0]->watches);
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(wake_in_place_of_an_earlier_one_comes_once),
        TEST(zero_cancels_a_wake),
        TEST(woken_may_emit_and_ask_again),
        TEST(readable_descriptor_is_told_until_the_watch_ends),
        TEST(at_most_sixteen_descriptors_are_watched),
        TEST(descriptor_that_can_not_be_polled_is_not_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
