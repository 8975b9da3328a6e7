/* SPDX-License-Identifier: MIT */
#include "hub/inquiry.h"
#include "plugin/candidate.h"
#include "remote_fixture.h"

struct saved {
    bool over;
    int error;
    uint32_t format;
    char state[64];
};

static void on_saved(void *context, const struct answer *answer) {
    struct saved *saved = context;
    assert_false(saved->over);
    saved->over = true;
    saved->error = answer->error;
    saved->format = answer->format;
    snprintf(saved->state, sizeof(saved->state), "%.*s", (int)answer->state.size,
             answer->state.data ? answer->state.data : "");
}

static struct wait wait_of(struct saved *saved) {
    return (struct wait){.over = on_saved, .context = saved};
}

static void assert_saved(const struct saved *saved, int error, const char *state) {
    assert_true(saved->over);
    assert_int_equal(saved->error, error);
    assert_string_equal(saved->state, state);
    if (error == 0)
        assert_int_equal(saved->format, 7);
}

/* save() gives how many updates the plugin has had. */
static void prepare_count(struct fake_process *fake) {
    static char text[16];
    remote_prepare(fake);
    snprintf(text, sizeof(text), "%u", fakes()->calls[CALL_PUBLISH]);
    SCRIPT(fake->instance->state, CALL_SAVE, 0, {EFFECT_KEEP, .b = text});
}

static void plugin_inside_saves_at_once(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    SCRIPT(fixture_state(fixture, 1), CALL_SAVE, 0, {EFFECT_KEEP, .b = "what it knows"});
    channel_save(fixture->hub->channels[1], &wait);
    assert_saved(&saved, 0, "what it knows");
}

static void plugin_inside_may_save_nothing_or_fail(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved nothing = {0};
    struct saved failed = {0};
    struct wait wait = wait_of(&nothing);
    channel_save(fixture->hub->channels[1], &wait);
    assert_saved(&nothing, SENTIO_NOT_FOUND, "");
    SCRIPT(fixture_state(fixture, 1), CALL_SAVE, SENTIO_FAILED, {EFFECT_KEEP, .b = "x"});
    wait = wait_of(&failed);
    channel_save(fixture->hub->channels[1], &wait);
    assert_int_equal(failed.error, SENTIO_FAILED);
}

static void worker_saves_after_what_it_was_given_before(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    fakes()->prepare = prepare_count;
    fixture_publish(fixture, 0, "{}");
    channel_save(remote(fixture), &wait);
    fixture_publish(fixture, 0, "{}");
    assert_false(saved.over);
    remote_settle(fixture);
    assert_saved(&saved, 0, "1");
}

static void save_of_the_workers_own_is_not_taken_for_the_answer(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    fakes()->prepare = prepare_count;
    remote_worker(fixture)->journal = 1 << 20;
    fixture_publish(fixture, 0, "{}");
    remote_flush(fixture);
    fake_turn(remote_process(fixture));
    assert_true(remote_worker(fixture)->saving);
    fixture_publish(fixture, 0, "{}");
    channel_save(remote(fixture), &wait);
    remote_settle(fixture);
    assert_int_equal(fakes()->calls[CALL_SAVE], 2);
    assert_saved(&saved, 0, "2");
}

static void save_that_nobody_waits_for_any_more_is_not_taken_for_the_answer(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved first = {0};
    struct saved second = {0};
    struct wait wait = wait_of(&first);
    fakes()->prepare = prepare_count;
    channel_save(remote(fixture), &wait);
    remote(fixture)->wait.over = NULL;
    fixture_publish(fixture, 0, "{}");
    wait = wait_of(&second);
    channel_save(remote(fixture), &wait);
    remote_settle(fixture);
    assert_false(first.over);
    assert_saved(&second, 0, "1");
}

static void worker_without_a_save_answers_what_it_was_given_before(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    remote_plugin()->save = NULL;
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    fixture_publish(fixture, 0, "{}");
    channel_save(remote(fixture), &wait);
    assert_false(saved.over);
    remote_settle(fixture);
    assert_saved(&saved, SENTIO_NOT_FOUND, "");
    assert_recorded(fixture, "a publish publisher key {}\n");
}

static void worker_that_is_started_again_saves_what_it_knew(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    SCRIPT(remote_script("a"), CALL_SAVE, 0, {EFFECT_KEEP, .b = "all"});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    remote_kill(fixture);
    assert_int_equal(remote_worker(fixture)->state, WORKER_DEAD);
    fixture->record.size = 0;
    channel_save(remote(fixture), &wait);
    assert_false(saved.over);
    remote_settle_lives(fixture);
    assert_saved(&saved, 0, "all");
    assert_recorded(fixture, "a publish publisher key {}\na save\n");
}

static void worker_that_dies_in_its_save_is_asked_once_more(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    SCRIPT(remote_script("a"), CALL_SAVE, 0, {EFFECT_KEEP, .b = "all"});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
    fakes()->fatal = (struct fatal){CALL_SAVE, NULL, SIGSEGV, 1};
    channel_save(remote(fixture), &wait);
    remote_settle(fixture);
    assert_false(saved.over);
    remote_settle_lives(fixture);
    assert_saved(&saved, 0, "all");
}

/* What it saved last is "early", an update ago. */
static void save_early(struct hub_fixture *fixture) {
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    SCRIPT(remote_script("a"), CALL_SAVE, 0, {EFFECT_KEEP, .b = "early"});
    channel_save(remote(fixture), &wait);
    remote_settle(fixture);
    assert_saved(&saved, 0, "early");
    SCRIPT(remote_script("a"), CALL_SAVE, 0, {EFFECT_KEEP, .b = "late"});
    fixture_publish(fixture, 0, "{}");
    remote_settle(fixture);
}

static void worker_that_always_dies_in_its_save_has_saved_before(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    save_early(fixture);
    fakes()->fatal = (struct fatal){CALL_SAVE, NULL, SIGSEGV, 9};
    channel_save(remote(fixture), &wait);
    remote_settle_lives(fixture);
    assert_saved(&saved, 0, "early");
    assert_int_equal(fakes()->fatal.times, 7);
}

static void worker_that_is_not_started_again_has_saved_before(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    save_early(fixture);
    remote_kill(fixture);
    fakes()->absent = 2;
    channel_save(remote(fixture), &wait);
    while (!saved.over)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    assert_saved(&saved, 0, "early");
    assert_int_equal(remote_worker(fixture)->waiting, 0);
}

static void wait_for_start(const struct hub_fixture *fixture) {
    while (remote_worker(fixture)->state != WORKER_STARTING)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
}

static void worker_that_dies_before_it_is_put_back_has_saved_before(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    save_early(fixture);
    remote_kill(fixture);
    fakes()->mute = true;
    channel_save(remote(fixture), &wait);
    wait_for_start(fixture);
    remote_kill(fixture);
    wait_for_start(fixture);
    assert_false(saved.over);
    remote_kill(fixture);
    assert_saved(&saved, 0, "early");
    fakes()->mute = false;
}

static void failed_worker_has_saved_before_or_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = {0};
    const struct wait wait = wait_of(&saved);
    fixture->config.plugins.max_deaths = 1;
    remote_channel(fixture, "a");
    assert_true(fixture_open(fixture));
    remote_kill(fixture);
    assert_true(remote(fixture)->failed);
    channel_save(remote(fixture), &wait);
    assert_saved(&saved, SENTIO_NOT_FOUND, "");
}

static void save_can_be_waited_for(void **state) {
    struct hub_fixture *fixture = *state;
    char *bytes = NULL;
    size_t size = 0;
    uint32_t format = 0;
    SCRIPT(remote_script("a"), CALL_SAVE, 0, {EFFECT_KEEP, .b = "all"});
    fixture_publish(fixture, 0, "{}");
    assert_int_equal(channel_save_now(remote(fixture), &format, &bytes, &size), 0);
    assert_int_equal(format, 7);
    assert_int_equal(size, 3);
    assert_memory_equal(bytes, "all", 3);
    free(bytes);
    assert_recorded(fixture, "a publish publisher key {}\na save\n");
    SCRIPT(remote_script("a"), CALL_SAVE, 0, {EFFECT_KEEP, .b = ""});
    assert_int_equal(channel_save_now(remote(fixture), &format, &bytes, &size), 0);
    assert_int_equal(size, 0);
}

static void channel_that_is_stopped_takes_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    channel_stop(remote(fixture));
    fixture_publish(fixture, 0, "{}");
    fixture_leave(fixture, 1);
    assert_null(remote(fixture)->instance);
    assert_sent(fixture, "response 0 503 {\"detail\":\"the channel is behind; try again later\"}\n"
                         "gone 1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_REMOTE(plugin_inside_saves_at_once),
        TEST_REMOTE(plugin_inside_may_save_nothing_or_fail),
        TEST_REMOTE(worker_saves_after_what_it_was_given_before),
        TEST_REMOTE(save_of_the_workers_own_is_not_taken_for_the_answer),
        TEST_REMOTE(save_that_nobody_waits_for_any_more_is_not_taken_for_the_answer),
        TEST_CONFIGURE(worker_without_a_save_answers_what_it_was_given_before),
        TEST_REMOTE(worker_that_is_started_again_saves_what_it_knew),
        TEST_REMOTE(worker_that_dies_in_its_save_is_asked_once_more),
        TEST_REMOTE(worker_that_always_dies_in_its_save_has_saved_before),
        TEST_REMOTE(worker_that_is_not_started_again_has_saved_before),
        TEST_REMOTE(worker_that_dies_before_it_is_put_back_has_saved_before),
        TEST_CONFIGURE(failed_worker_has_saved_before_or_nothing),
        TEST_REMOTE(save_can_be_waited_for),
        TEST_REMOTE(channel_that_is_stopped_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
