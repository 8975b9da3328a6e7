/* SPDX-License-Identifier: MIT */
#include "plugin/candidate.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel/state.h"
#include "remote_fixture.h"

/* Of channel "a" (in a worker) or "b" (here). */
static struct candidate *open_one(struct hub_fixture *fixture, size_t channel) {
    struct candidate *candidate = candidate_create(fixture->hub, &fixture->channels[channel]);
    assert_non_null(candidate);
    candidate_open(candidate, fixture->channels[channel].plugin, false);
    candidate_wait(candidate);
    return candidate;
}

static void assert_why(const struct candidate *candidate, const char *why) {
    assert_int_not_equal(candidate->error, 0);
    assert_string_equal(candidate->why, why);
}

static void plugin_is_opened_here_or_in_a_worker(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        struct candidate *candidate = open_one(fixture, i);
        assert_int_equal(candidate->error, 0);
        assert_int_equal(candidate->instance->worker != NULL, i == 0);
        assert_true(candidate->instance->open);
        assert_int_equal(candidate->instance->call_bytes, 1 << 16);
        assert_ptr_equal(candidate->instance->forwards, &fixture->channels[i].forwards);
        candidate_destroy(candidate);
    }
    remote_settle(fixture);
    /* What the other one does is not recorded. */
    assert_recorded(fixture, "a close\n");
}

static void what_it_asks_for_is_kept_and_not_done(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(fixture->texts[i].options, sizeof(fixture->texts[i].options), "{\"wake\":1}");
        struct candidate *candidate = open_one(fixture, i);
        assert_non_null(effects_find(&candidate->effects, EFFECT_WAKE));
        assert_false(uv_is_active((uv_handle_t *)fixture->hub->channels[i]->wake));
        candidate_restore(candidate, 7, sentio_text("known"));
        candidate_wait(candidate);
        assert_int_equal(candidate->error, 0);
        assert_true(candidate->restored);
        assert_non_null(effects_find(&candidate->effects, EFFECT_WAKE));
        candidate_destroy(candidate);
    }
}

static void missing_file_is_named_with_the_place_of_its_channel(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(fixture->texts[i].plugin, sizeof(fixture->texts[i].plugin), "/plugins/none.so");
        struct candidate *candidate = open_one(fixture, i);
        assert_why(candidate, "test.conf:1: /plugins/none.so: can not be opened");
        candidate_destroy(candidate);
    }
}

static void plugin_that_does_not_open_says_why(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(fixture->texts[i].options, sizeof(fixture->texts[i].options), "{\"fail\":1}");
        struct candidate *candidate = open_one(fixture, i);
        assert_int_equal(candidate->error, SENTIO_INVALID);
        assert_non_null(strstr(candidate->why, "test.conf:1: open() of /plugins/scripted.so "
                                               "returned -1 ("));
        candidate_destroy(candidate);
    }
    remote_settle(fixture);
    assert_recorded(fixture, "");
}

static void state_that_is_not_taken_is_an_error(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        struct candidate *candidate = open_one(fixture, i);
        candidate_restore(candidate, 7, sentio_text("refused"));
        candidate_wait(candidate);
        assert_false(candidate->restored);
        assert_non_null(strstr(candidate->why, "restore() of /plugins/scripted.so returned -1 ("));
        candidate_destroy(candidate);
    }
}

static void worker_that_dies_in_open_or_restore_is_an_error(void **state) {
    struct hub_fixture *fixture = *state;
    fakes()->fatal = (struct fatal){CALL_OPEN, NULL, SIGSEGV, 1};
    struct candidate *candidate = open_one(fixture, 0);
    assert_why(candidate, "test.conf:1: open() of /plugins/scripted.so: its worker died of it, see "
                          "the log");
    candidate_destroy(candidate);
    candidate = open_one(fixture, 0);
    assert_int_equal(candidate->error, 0);
    fakes()->fatal = (struct fatal){CALL_RESTORE, NULL, SIGSEGV, 1};
    candidate_restore(candidate, 7, sentio_text("known"));
    candidate_wait(candidate);
    assert_why(candidate, "test.conf:1: restore() of /plugins/scripted.so: its worker died of it, "
                          "see the log");
    candidate_destroy(candidate);
}

static void worker_that_dies_when_it_is_loaded_is_an_error(void **state) {
    struct hub_fixture *fixture = *state;
    struct candidate *candidate = candidate_create(fixture->hub, &fixture->channels[0]);
    fakes()->mute = true;
    candidate_open(candidate, fixture->channels[0].plugin, false);
    remote_settle(fixture);
    worker_process_kill(candidate->worker->process);
    candidate_wait(candidate);
    assert_why(candidate, "test.conf:1: /plugins/scripted.so: its worker died of signal 9 (Killed) "
                          "when it was loaded");
    candidate_destroy(candidate);
    fakes()->mute = false;
}

static void refusal_of_a_worker_is_an_error(void **state) {
    struct hub_fixture *fixture = *state;
    fakes()->refusal = "/plugins/scripted.so: is rusty";
    struct candidate *candidate = open_one(fixture, 0);
    assert_why(candidate, "test.conf:1: /plugins/scripted.so: is rusty");
    assert_null(candidate->instance);
    candidate_destroy(candidate);
}

static void settings_that_do_not_go_with_the_plugin_are_errors(void **state) {
    struct hub_fixture *fixture = *state;
    remote_plugin()->flags &= ~(uint32_t)SENTIO_STATES;
    remote_plugin()->observe = NULL;
    fixture->channels[0].interval = 1000;
    struct candidate *candidate = open_one(fixture, 0);
    assert_non_null(strstr(candidate->why, "\"interval\" is for channels of states"));
    candidate_destroy(candidate);
    fixture->channels[0].interval = 0;
    fixture->channels[0].slow = CONFIG_SLOW_CONFLATE;
    candidate = open_one(fixture, 0);
    assert_non_null(strstr(candidate->why, "slow = \"conflate\" is for channels of states"));
    candidate_destroy(candidate);
    fixture->channels[0].slow = CONFIG_SLOW_DROP;
    fixture_observes(fixture, 0, "b");
    candidate = open_one(fixture, 0);
    assert_non_null(strstr(candidate->why, "\"observes\" is set, but"));
    candidate_destroy(candidate);
    assert_int_equal(fakes()->calls[CALL_OPEN], 1);
}

static void plugin_that_starts_programs_is_not_for_isolation(void **state) {
    struct hub_fixture *fixture = *state;
    remote_plugin()->flags |= SENTIO_PROGRAMS;
    struct candidate *candidate = open_one(fixture, 0);
    assert_non_null(strstr(candidate->why, "/plugins/scripted.so starts programs, which isolation "
                                           "= \"process\" does not allow"));
    candidate_destroy(candidate);
}

static void shadow_is_opened_in_a_worker_whatever_the_isolation(void **state) {
    struct hub_fixture *fixture = *state;
    struct candidate *candidate = candidate_create(fixture->hub, &fixture->channels[1]);
    candidate_open(candidate, fixture->channels[1].plugin, true);
    candidate_wait(candidate);
    assert_int_equal(candidate->error, 0);
    assert_non_null(candidate->instance->worker);
    assert_int_equal(((struct fake_process *)candidate->worker->process)->start->flags, 0);
    candidate_destroy(candidate);
}

static void on_step(void *context, struct candidate *candidate) {
    ++*(int *)context;
    candidate_destroy(candidate);
}

/* Whoever is told of a step may destroy it. */
static void candidate_may_be_destroyed_when_a_step_is_done(void **state) {
    struct hub_fixture *fixture = *state;
    static const char *const options[] = {"{}", "{\"fail\":1}"};
    int steps = 0;
    for (size_t i = 0; i < 4; i++) {
        struct candidate *candidate = candidate_create(fixture->hub, &fixture->channels[i % 2]);
        candidate->stepped = on_step;
        candidate->context = &steps;
        snprintf(fixture->texts[i % 2].options, sizeof(fixture->texts[0].options), "%s",
                 options[i / 2]);
        candidate_open(candidate, fixture->channels[i % 2].plugin, false);
        remote_settle(fixture);
        assert_int_equal(steps, i + 1);
    }
    fakes()->refusal = "no";
    struct candidate *candidate = candidate_create(fixture->hub, &fixture->channels[0]);
    candidate->stepped = on_step;
    candidate->context = &steps;
    candidate_open(candidate, fixture->channels[0].plugin, false);
    remote_settle(fixture);
    assert_int_equal(steps, 5);
}

static void candidate_that_is_not_open_yet_can_be_destroyed(void **state) {
    struct hub_fixture *fixture = *state;
    struct candidate *candidate = candidate_create(fixture->hub, &fixture->channels[0]);
    candidate_open(candidate, fixture->channels[0].plugin, false);
    assert_true(candidate->busy);
    candidate_destroy(candidate);
    remote_settle(fixture);
    candidate_destroy(NULL);
}

/* A state folder with what the plugin of that channel has saved. */
static void save_state(struct hub_fixture *fixture, size_t channel, const char *text) {
    static char folder[64];
    char path[128];
    const struct sentio_bytes bytes = sentio_text(text);
    snprintf(folder, sizeof(folder), "/tmp/sentio-candidate.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/channels", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    fixture->host.state_dir = folder;
    state_save(fixture->hub->channels[channel], 7, &bytes);
}

static void remove_state(struct hub_fixture *fixture, size_t channel) {
    char path[128];
    const char *folder = fixture->host.state_dir;
    snprintf(path, sizeof(path), "%s/channels/%s.state", folder, fixture->texts[channel].name);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof(path), "%s/channels", folder);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0);
    fixture->host.state_dir = NULL;
}

static struct candidate *restore_saved(struct hub_fixture *fixture, size_t channel) {
    struct candidate *candidate = open_one(fixture, channel);
    assert_int_equal(candidate->error, 0);
    candidate_restore_saved(candidate);
    candidate_wait(candidate);
    return candidate;
}

static void what_was_saved_at_the_last_end_is_restored(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        save_state(fixture, i, "from before");
        struct candidate *candidate = restore_saved(fixture, i);
        const struct sentio_channel *plugin =
            candidate->worker ? ((struct fake_process *)candidate->worker->process)->instance->state
                              : candidate->instance->state;
        assert_true(candidate->restored);
        assert_string_equal(plugin->restored, "from before");
        assert_int_equal(plugin->restored_format, 7);
        candidate_destroy(candidate);
        remove_state(fixture, i);
    }
}

static void nothing_saved_is_no_error(void **state) {
    struct hub_fixture *fixture = *state;
    struct candidate *candidate = restore_saved(fixture, 0);
    assert_int_equal(candidate->error, 0);
    assert_false(candidate->restored);
    candidate_destroy(candidate);
}

static void saved_state_that_is_not_taken_is_no_error(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        save_state(fixture, i, "refused");
        struct candidate *candidate = restore_saved(fixture, i);
        assert_int_equal(candidate->error, 0);
        assert_false(candidate->restored);
        candidate_destroy(candidate);
        remove_state(fixture, i);
    }
}

static void saved_state_that_kills_is_left_behind(void **state) {
    struct hub_fixture *fixture = *state;
    save_state(fixture, 0, "poison");
    fakes()->fatal = (struct fatal){CALL_RESTORE, "poison", SIGSEGV, 9};
    struct candidate *candidate = restore_saved(fixture, 0);
    assert_int_equal(candidate->error, 0);
    assert_false(candidate->restored);
    assert_int_equal(fakes()->fatal.times, 8);
    candidate_destroy(candidate);
    remove_state(fixture, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_REMOTE(plugin_is_opened_here_or_in_a_worker),
        TEST_REMOTE(what_it_asks_for_is_kept_and_not_done),
        TEST_REMOTE(missing_file_is_named_with_the_place_of_its_channel),
        TEST_REMOTE(plugin_that_does_not_open_says_why),
        TEST_REMOTE(state_that_is_not_taken_is_an_error),
        TEST_REMOTE(worker_that_dies_in_open_or_restore_is_an_error),
        TEST_REMOTE(worker_that_dies_when_it_is_loaded_is_an_error),
        TEST_REMOTE(refusal_of_a_worker_is_an_error),
        TEST_REMOTE(settings_that_do_not_go_with_the_plugin_are_errors),
        TEST_REMOTE(plugin_that_starts_programs_is_not_for_isolation),
        TEST_REMOTE(shadow_is_opened_in_a_worker_whatever_the_isolation),
        TEST_REMOTE(candidate_may_be_destroyed_when_a_step_is_done),
        TEST_REMOTE(candidate_that_is_not_open_yet_can_be_destroyed),
        TEST_REMOTE(what_was_saved_at_the_last_end_is_restored),
        TEST_REMOTE(nothing_saved_is_no_error),
        TEST_REMOTE(saved_state_that_is_not_taken_is_no_error),
        TEST_REMOTE(saved_state_that_kills_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
