/* SPDX-License-Identifier: MIT */
#include "shadow_fixture.h"

static void publish(struct hub_fixture *fixture) {
    fixture_publish(fixture, 0, "{}");
    settle(fixture);
}

/* The connection has topic A of the channel; the plugin is here. */
static void join(struct hub_fixture *fixture, uint64_t conn) {
    SCRIPT_BOTH(fixture, CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = "A"},
                {EFFECT_ACCEPT, .id = conn});
    fixture_command(fixture, &(struct command_message){.conn = conn, .id = sentio_text("1")});
    free(fixture_sent(fixture));
}

/* The plugin is in a worker, and may answer later. */
static void join_remote(struct hub_fixture *fixture, uint64_t conn) {
    SCRIPT_OLD(CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = "A"}, {EFFECT_ACCEPT, .id = conn});
    SCRIPT_NEW(CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = "A"}, {EFFECT_ACCEPT, .id = conn});
    fixture_command(fixture, &(struct command_message){.conn = conn, .id = sentio_text("1")});
    settle(fixture);
}

static void save_here(struct hub_fixture *fixture, const char *saved) {
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = saved});
}

static void assert_new_recorded(const char *expected) {
    struct record *record = &cast()->new.record;
    if (strcmp(record->text, expected) != 0)
        print_error("called:\n%sinstead of:\n%s", record->text, expected);
    assert_string_equal(record->text, expected);
    record->size = 0;
    record->text[0] = '\0';
}

#define SUBSCRIBED(conn) "new subscribe " conn " \"\" roles=0 topics=0 {}\n"

static void it_begins_with_the_state_of_the_old_one(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1);
    save_here(fixture, "so far");
    shadow_started(fixture);
    publish(fixture);
    assert_string_equal(cast()->new.state, "so far");
    assert_int_equal(cast()->new.format, 7);
    assert_new_recorded("new publish publisher key {}\n");
}

static void where_nothing_is_saved_it_hears_of_the_subscriptions(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1);
    shadow_started(fixture);
    assert_new_recorded(SUBSCRIBED("1"));
    assert_sent(fixture, "");
    publish(fixture);
    assert_compared(fixture, 1, 0);
    assert_int_equal(shadow_of(fixture)->calls, 1);
}

static void one_that_does_not_restore_hears_of_the_subscriptions(void **state) {
    struct hub_fixture *fixture = *state;
    join(fixture, 1);
    save_here(fixture, "so far");
    cast()->plugin.restore = NULL;
    shadow_started(fixture);
    assert_new_recorded(SUBSCRIBED("1"));
}

/* It dies of the call that comes now, in which two more wait behind it. */
static void kill_new_in_a_publish(struct hub_fixture *fixture) {
    struct fake_process *fake = fake_new();
    fake->stuck = true;
    fakes()->fatal = (struct fatal){.kind = CALL_PUBLISH, .signal = SIGSEGV, .times = 1};
    fixture_publish(fixture, 0, "{\"n\":1}");
    shadow_flush(shadow_of(fixture));
    fake->stuck = false;
}

static void after_a_death_it_hears_of_those_who_are_there_now(void **state) {
    struct hub_fixture *fixture = *state;
    cast()->plugin.save = NULL;
    join(fixture, 1);
    join(fixture, 2);
    shadow_started(fixture);
    kill_new_in_a_publish(fixture);
    fixture_leave(fixture, 1);
    join(fixture, 3);
    fixture_publish(fixture, 0, "{\"n\":2}");
    cast()->new.record.size = 0;
    settle(fixture);
    const char *text = cast()->new.record.text;
    assert_non_null(strstr(text, SUBSCRIBED("2")));
    assert_non_null(strstr(text, SUBSCRIBED("3")));
    assert_int_equal(strlen(text), 2 * strlen(SUBSCRIBED("2")));
    publish(fixture);
    assert_compared(fixture, 1, 1);
    assert_string_equal(example(fixture, 0)->answers[SIDE_NEW], "{\"result\":\"died\"}");
    assert_non_null(strstr(example(fixture, 0)->input, "\"payload\":{\"n\":1}"));
    assert_null(shadow_of(fixture)->pairs.first);
    assert_int_equal(new_worker(fixture)->waiting, 0);
}

static void after_a_death_it_gets_what_the_old_one_has_not_answered(void **state) {
    struct hub_fixture *fixture = *state;
    cast()->plugin.save = NULL;
    join_remote(fixture, 1);
    shadow_started(fixture);
    cast()->new.record.size = 0;
    struct fake_process *old = fake_old();
    publish(fixture);
    old->stuck = true;
    kill_new_in_a_publish(fixture);
    fixture_leave(fixture, 1);
    join_remote(fixture, 2);
    assert_non_null(strstr(cast()->new.record.text, "{\"n\":1}\n" SUBSCRIBED("2")));
    assert_null(strstr(cast()->new.record.text, "left"));
    fake_release(old);
    settle(fixture);
    /* The publish before the one it died of, and the subscribe. In that one he was still there. */
    assert_compared(fixture, 2, 0);
    assert_null(shadow_of(fixture)->pairs.first);
}

/* The old one knows him in the first publish, and not in the second. */
static void who_leaves_while_the_state_is_awaited_is_nobody_to_it(void **state) {
    struct hub_fixture *fixture = *state;
    join_remote(fixture, 1);
    struct fake_process *old = fake_old();
    old->stuck = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_int_equal(shadow_of(fixture)->state, SHADOW_SAVING);
    fixture_publish(fixture, 0, "{\"n\":1}");
    fixture_leave(fixture, 1);
    fixture_publish(fixture, 0, "{\"n\":2}");
    fake_release(old);
    settle(fixture);
    assert_new_recorded("new publish publisher key {\"n\":1}\n"
                        "new publish publisher key {\"n\":2}\n");
    assert_compared(fixture, 1, 0);
    assert_null(shadow_of(fixture)->pairs.first);
}

static void who_comes_and_leaves_while_the_state_is_awaited_is_heard_of(void **state) {
    struct hub_fixture *fixture = *state;
    struct fake_process *old = fake_old();
    old->stuck = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    join_remote(fixture, 1);
    fake_release(old);
    while (cast()->old.record.size < strlen("old save\nold subscribe"))
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    settle(fixture);
    fixture_leave(fixture, 1);
    settle(fixture);
    assert_new_recorded(SUBSCRIBED("1") "new left 1\n");
    assert_compared(fixture, 2, 0);
}

/* Asked again after a death, the old one has answered more by then. */
static void what_the_state_has_already_is_not_given_to_it(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT_OLD(CALL_SAVE, 0, {EFFECT_KEEP, .b = "so far"});
    struct fake_process *old = fake_old();
    old->stuck = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    fakes()->fatal = (struct fatal){.kind = CALL_SAVE, .signal = SIGSEGV, .times = 1};
    fixture_publish(fixture, 0, "{\"n\":1}");
    fake_release(old);
    settle(fixture);
    assert_int_equal(shadow_of(fixture)->state, SHADOW_RUNNING);
    assert_int_equal(shadow_channel(fixture)->instance->worker->death_count, 1);
    fixture_publish(fixture, 0, "{\"n\":2}");
    settle(fixture);
    assert_new_recorded("new publish publisher key {\"n\":2}\n");
    assert_string_equal(cast()->new.state, "so far");
    assert_compared(fixture, 1, 0);
    assert_null(shadow_of(fixture)->pairs.first);
}

struct saved {
    bool over;
    char text[64];
};

static void on_saved(void *context, const struct answer *answer) {
    struct saved *saved = context;
    saved->over = true;
    snprintf(saved->text, sizeof(saved->text), "%.*s", (int)answer->state.size, answer->state.data);
}

/* The state that the comparison waited for is older. */
static void after_a_reload_has_asked_the_state_is_the_one_that_was_asked_for(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = {.over = on_saved, .context = &saved};
    SCRIPT_OLD(CALL_SAVE, 0, {EFFECT_KEEP, .b = "first"});
    struct fake_process *old = fake_old();
    old->stuck = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    shadow_end(shadow_of(fixture), "a reload");
    publish(fixture);
    channel_save(shadow_channel(fixture), &wait);
    old->stuck = false;
    assert_true(fake_step(old));
    SCRIPT_OLD(CALL_SAVE, 0, {EFFECT_KEEP, .b = "second"});
    fake_release(old);
    settle(fixture);
    assert_true(saved.over);
    assert_string_equal(saved.text, "second");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_HERE(it_begins_with_the_state_of_the_old_one),
        TEST_HERE(where_nothing_is_saved_it_hears_of_the_subscriptions),
        TEST_HERE(one_that_does_not_restore_hears_of_the_subscriptions),
        TEST_HERE(after_a_death_it_hears_of_those_who_are_there_now),
        TEST_REMOTE(after_a_death_it_gets_what_the_old_one_has_not_answered),
        TEST_REMOTE(who_leaves_while_the_state_is_awaited_is_nobody_to_it),
        TEST_REMOTE(who_comes_and_leaves_while_the_state_is_awaited_is_heard_of),
        TEST_REMOTE(what_the_state_has_already_is_not_given_to_it),
        TEST_REMOTE(after_a_reload_has_asked_the_state_is_the_one_that_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
