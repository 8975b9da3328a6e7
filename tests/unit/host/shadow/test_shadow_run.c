/* SPDX-License-Identifier: MIT */
#include "shadow_fixture.h"
#include "worker/wire_note.h"

static void publish(struct hub_fixture *fixture) {
    fixture_publish(fixture, 0, "{}");
    settle(fixture);
}

static void save_here(struct hub_fixture *fixture, const char *saved) {
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = saved});
}

static void assert_new_recorded(const char *expected) {
    struct record *record = &cast()->new.record;
    assert_string_equal(record->text, expected);
    record->size = 0;
    record->text[0] = '\0';
}

/* The new version dies of the next calls of that kind. */
static void kill_new(enum call_kind kind, unsigned times) {
    fakes()->fatal = (struct fatal){.kind = kind, .signal = SIGSEGV, .times = times};
}

static void one_that_refuses_the_state_does_not_run(void **state) {
    struct hub_fixture *fixture = *state;
    save_here(fixture, "refused");
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 2 422 {\"detail\":\"restore() did not take the state");
    assert_failed(fixture, "restore()");
    assert_null(fakes()->first);
}

static void one_that_dies_of_the_state_does_not_run(void **state) {
    struct hub_fixture *fixture = *state;
    save_here(fixture, "deadly");
    kill_new(CALL_RESTORE, 1);
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 2 422 ");
    assert_failed(fixture, "restore()");
    assert_int_equal(shadow_of(fixture)->deaths, 1);
}

static void an_old_one_that_does_not_save_has_nothing_to_be_compared_with(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, SENTIO_FAILED, {EFFECT_KEEP, .b = "so far"});
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 2 422 {\"detail\":\"save() of the running version failed");
    assert_failed(fixture, "save()");
}

static void one_that_can_not_be_opened_does_not_run(void **state) {
    struct hub_fixture *fixture = *state;
    snprintf(fixture->texts[0].options, sizeof(fixture->texts[0].options), "{\"fail\":1}");
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 2 422 {\"detail\":\"test.conf:1: open() of ");
    fakes()->refusal = "wrong major";
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 2 422 {\"detail\":\"test.conf:1: wrong major\"");
    shadow_ask(fixture, "/plugins/missing.so", HOUR);
    assert_says(fixture, "missing.so: can not be opened");
    assert_null(fakes()->first);
}

static void one_that_a_reload_would_refuse_does_not_run(void **state) {
    struct hub_fixture *fixture = *state;
    cast()->plugin.type = "other";
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 2 422 {\"detail\":\"/plugins/scripted.so: its type is another");
}

static void one_that_starts_programs_does_not_run_beside_one_that_does_not(void **state) {
    struct hub_fixture *fixture = *state;
    cast()->plugin.flags |= SENTIO_PROGRAMS;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "scripted.so starts programs, and the version that runs does not");
}

static void while_somebody_else_waits_for_the_state_it_does_not_run(void **state) {
    struct hub_fixture *fixture = *state;
    fakes()->mute = true;
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_int_equal(shadow_of(fixture)->state, SHADOW_OPENING);
    shadow_channel(fixture)->holding = true;
    fakes()->mute = false;
    wire_table(&fake_new()->out, &cast()->plugin);
    fake_release(fake_new());
    settle(fixture);
    shadow_channel(fixture)->holding = false;
    assert_says(fixture, "response 2 422 {\"detail\":\"a reload is under way\"}");
}

static void after_a_death_it_is_put_back_and_goes_on(void **state) {
    struct hub_fixture *fixture = *state;
    save_here(fixture, "so far");
    SCRIPT_NEW(CALL_SAVE, 0, {EFFECT_KEEP, .b = "mine"});
    shadow_started(fixture);
    publish(fixture);
    kill_new(CALL_PUBLISH, 1);
    publish(fixture);
    publish(fixture);
    assert_compared(fixture, 3, 0);
    assert_int_equal(new_worker(fixture)->death_count, 1);
    shadow_stop(fixture->hub, 0, (struct request *)&fixture->requests[3], sentio_text("a"));
    assert_says(fixture, "\"deaths\":1,");
}

static void a_call_that_it_dies_of_twice_is_a_difference(void **state) {
    struct hub_fixture *fixture = *state;
    save_here(fixture, "so far");
    shadow_started(fixture);
    kill_new(CALL_PUBLISH, 2);
    publish(fixture);
    publish(fixture);
    assert_compared(fixture, 1, 1);
    assert_string_equal(example(fixture, 0)->answers[SIDE_NEW], "{\"result\":\"died\"}");
    assert_non_null(strstr(example(fixture, 0)->input, "\"payload\":{}"));
    assert_int_equal(new_worker(fixture)->death_count, 2);
}

static void one_that_dies_of_its_past_ends(void **state) {
    struct hub_fixture *fixture = *state;
    save_here(fixture, "so far");
    shadow_started(fixture);
    kill_new(CALL_PUBLISH, 1);
    fixture_publish(fixture, 0, "{}");
    shadow_flush(shadow_of(fixture));
    while (new_worker(fixture)->death_count == 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    kill_new(CALL_RESTORE, 2);
    settle(fixture);
    assert_failed(fixture, "begun afresh, without its state");
    assert_int_equal(shadow_of(fixture)->deaths, 3);
}

static void one_that_dies_too_often_ends(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.plugins.max_deaths = 3;
    shadow_started(fixture);
    kill_new(CALL_PUBLISH, 5);
    publish(fixture);
    publish(fixture);
    assert_failed(fixture, "dies again and again");
    assert_int_equal(shadow_of(fixture)->deaths, 3);
    publish(fixture);
    assert_says(fixture, "response 0 200 ");
}

static void its_descriptors_are_read_unheard(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    SCRIPT_NEW(CALL_READY, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    wire_readable(&fake_new()->out, 9);
    fake_release(fake_new());
    settle(fixture);
    assert_new_recorded("new ready 9\nnew save\n");
    assert_compared(fixture, 0, 0);
    assert_int_equal(shadow_channel(fixture)->engine.offset, 0);
}

/* A call comes that the old version dies of, but not the new one. */
static void kill_old(struct hub_fixture *fixture) {
    struct channel *channel = shadow_channel(fixture);
    struct fake_process *fake = fake_new();
    fake->stuck = true;
    kill_new(CALL_PUBLISH, 1);
    fixture_publish(fixture, 0, "{}");
    worker_flush(channel->instance->worker);
    shadow_flush(channel->shadow);
    while (channel->instance->worker->death_count == 0)
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    fake_release(fake);
}

static void a_death_of_the_old_one_does_not_mix_up_the_answers(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT_OLD(CALL_SAVE, 0, {EFFECT_KEEP, .b = "so far"});
    shadow_started(fixture);
    kill_old(fixture);
    publish(fixture);
    publish(fixture);
    assert_compared(fixture, 3, 0);
    assert_null(shadow_of(fixture)->pairs.first);
}

static void an_old_one_that_begins_afresh_has_nothing_to_be_compared_with(void **state) {
    struct hub_fixture *fixture = *state;
    struct sentio_plugin forgetful = scripted_plugin;
    forgetful.save = NULL;
    fixture_close(fixture);
    fakes()->plugin = &forgetful;
    assert_true(fixture_open(fixture));
    shadow_started(fixture);
    fakes()->plugin = &forgetful;
    kill_old(fixture);
    settle(fixture);
    assert_failed(fixture, "begun afresh");
    publish(fixture);
    assert_says(fixture, "response 0 200 ");
}

static void an_old_one_that_has_failed_has_nothing_to_be_compared_with(void **state) {
    struct hub_fixture *fixture = *state;
    struct worker *old = shadow_channel(fixture)->instance->worker;
    shadow_started(fixture);
    old->settings.max_deaths = 1;
    kill_old(fixture);
    settle(fixture);
    assert_true(shadow_channel(fixture)->failed);
    assert_failed(fixture, "the running version has failed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_HERE(one_that_refuses_the_state_does_not_run),
        TEST_HERE(one_that_dies_of_the_state_does_not_run),
        TEST_HERE(an_old_one_that_does_not_save_has_nothing_to_be_compared_with),
        TEST_HERE(one_that_can_not_be_opened_does_not_run),
        TEST_HERE(one_that_a_reload_would_refuse_does_not_run),
        TEST_HERE(one_that_starts_programs_does_not_run_beside_one_that_does_not),
        TEST_HERE(while_somebody_else_waits_for_the_state_it_does_not_run),
        TEST_HERE(after_a_death_it_is_put_back_and_goes_on),
        TEST_HERE(a_call_that_it_dies_of_twice_is_a_difference),
        TEST_HERE(one_that_dies_of_its_past_ends),
        TEST_HERE(one_that_dies_too_often_ends),
        TEST_HERE(its_descriptors_are_read_unheard),
        TEST_REMOTE(a_death_of_the_old_one_does_not_mix_up_the_answers),
        TEST_REMOTE(an_old_one_that_begins_afresh_has_nothing_to_be_compared_with),
        TEST_REMOTE(an_old_one_that_has_failed_has_nothing_to_be_compared_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
