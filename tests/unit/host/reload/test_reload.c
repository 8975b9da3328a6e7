/* SPDX-License-Identifier: MIT */
#include "reload/reload.h"

#include "reload_fixture.h"

#define REPLACED "\"channel a: plugin scripted 1.2.3 replaced by scripted 2.0.0"
#define SECOND "{ name = \"a\"; plugin = \"second.so\"; }" AND_B

static struct channel *channel_of(struct reload_fixture *fixture, size_t index) {
    return fixture->hub->hub->channels[index];
}

/* What the old plugin saves. */
static void script_save(struct reload_fixture *fixture, size_t index, const char *state) {
    SCRIPT(fixture_state(fixture->hub, index), CALL_SAVE, 0, {EFFECT_KEEP, .b = state});
}

static void nothing_new_is_nothing_done(void **state) {
    struct reload_fixture *fixture = *state;
    struct instance *before = channel_of(fixture, 0)->instance;
    assert_changes(fixture, "");
    assert_ptr_equal(channel_of(fixture, 0)->instance, before);
    assert_recorded(fixture->hub, "");
}

static void a_new_file_takes_over_what_the_old_one_has_saved(void **state) {
    struct reload_fixture *fixture = *state;
    script_save(fixture, 0, "what it knew");
    write_in(fixture, "second.so", "2");
    configure(fixture, SECOND, "");
    assert_changes(fixture, REPLACED ", its state handed over\",\"channel a: plugin changed\"");
    assert_recorded(fixture->hub, "a save\na close\n");
    assert_string_equal(fixture_state(fixture->hub, 0)->restored, "what it knew");
    assert_int_equal(fixture_state(fixture->hub, 0)->restored_format, 7);
    assert_int_equal(channel_of(fixture, 0)->instance->plugin->digest[0], '2');
}

static void a_state_of_no_bytes_is_handed_over_too(void **state) {
    struct reload_fixture *fixture = *state;
    script_save(fixture, 0, "");
    configure(fixture, SECOND, "");
    assert_changes(fixture, REPLACED ", its state handed over\",\"channel a: plugin changed\"");
    assert_int_equal(fixture_state(fixture->hub, 0)->restored_format, 7);
}

static void the_same_path_is_loaded_again_when_its_content_is_another(void **state) {
    struct reload_fixture *fixture = *state;
    script_save(fixture, 0, "a");
    script_save(fixture, 1, "b");
    write_in(fixture, "scripted.so", "other");
    char *sent = reload(fixture);
    assert_has(sent, "channel a: plugin scripted 1.2.3 replaced by scripted 1.2.3, its state");
    assert_has(sent, "channel b: plugin scripted 1.2.3 replaced by scripted 1.2.3, its state");
    free(sent);
    assert_string_equal(fixture_state(fixture->hub, 0)->restored, "a");
    assert_string_equal(fixture_state(fixture->hub, 1)->restored, "b");
}

/* While the plugin saves, calls wait. */
static void publish_during(struct sentio_call *call, void *context) {
    struct reload_fixture *fixture = context;
    (void)call;
    if (fixture->hub->hub->reload == NULL)
        return; /* the host ends */
    fixture_publish(fixture->hub, 0, "{\"x\":1}");
    assert_int_equal(channel_of(fixture, 0)->held.count, 1);
}

static void a_call_that_came_meanwhile_goes_to_the_new_plugin(void **state) {
    struct reload_fixture *fixture = *state;
    script_save(fixture, 0, "s");
    script_during(fixture_state(fixture->hub, 0), CALL_SAVE, publish_during, fixture);
    configure(fixture, SECOND, "");
    char *sent = reload(fixture);
    const char *answer = strstr(sent, "response 0 200");
    assert_non_null(answer);
    /* Behind the news of the configuration that it was answered under. */
    assert_true(answer > strstr(sent, "view\n"));
    free(sent);
    assert_recorded(fixture->hub, "a save\na close\n");
    assert_false(channel_of(fixture, 0)->holding);
}

static void a_call_that_came_meanwhile_goes_to_the_old_plugin_if_it_stays(void **state) {
    struct reload_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture->hub, 0), CALL_SAVE, SENTIO_FAILED, {EFFECT_KEEP, .b = "half"});
    script_during(fixture_state(fixture->hub, 0), CALL_SAVE, publish_during, fixture);
    configure(fixture, SECOND, "");
    char *sent = reload(fixture);
    assert_has(sent, "response 0 200");
    assert_has(sent, "save() of the running");
    free(sent);
    assert_recorded(fixture->hub, "a save\na publish publisher key {\"x\":1}\n");
}

static void one_failure_leaves_all_as_they_were(void **state) {
    struct reload_fixture *fixture = *state;
    struct instance *a = channel_of(fixture, 0)->instance;
    const struct config *config = fixture->hub->host.config;
    script_save(fixture, 0, "refused"); /* restore() does not take that */
    configure(fixture,
              "{ name = \"a\"; plugin = \"second.so\"; history = 3; }, "
              "{ name = \"c\"; plugin = \"bare.so\"; }",
              "limits: { topics = 2; };");
    assert_refused(fixture, "restore() of");
    assert_ptr_equal(channel_of(fixture, 0)->instance, a);
    assert_ptr_equal(fixture->hub->host.config, config);
    assert_int_equal(fixture->hub->hub->channel_count, 2);
    assert_non_null(channel_of(fixture, 1));
    assert_recorded(fixture->hub, "a save\nb save\n");
}

static void every_plugin_that_fails_is_told(void **state) {
    struct reload_fixture *fixture = *state;
    write_in(fixture, "missing.so", "there, and no plugin");
    configure(fixture,
              "{ name = \"a\"; plugin = \"second.so\"; options = { fail = 1; }; }, "
              "{ name = \"b\"; plugin = \"missing.so\"; }",
              "");
    char *sent = reload(fixture);
    assert_has(sent, "sentio.conf:3: open() of");
    assert_has(sent, "missing.so: can not be opened");
    free(sent);
    write_in(fixture, "second.so", "");
    sent = reload(fixture);
    assert_has(sent, "[\"");
    assert_has(sent, "second.so: is empty\",");
    const char *once = strstr(sent, "is empty");
    assert_null(strstr(once + 1, "is empty"));
    free(sent);
    assert_recorded(fixture->hub, "");
}

static void a_plugin_without_save_is_told_of_its_subscriptions_anew(void **state) {
    struct reload_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture->hub, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_subscribe(fixture->hub, 0, 1);
    free(fixture_sent(fixture->hub));
    fixture->hub->record.size = 0;
    fixture->second.state_format = 8;
    configure(fixture, SECOND, "");
    assert_changes(fixture, REPLACED ", beginning afresh\",\"channel a: plugin changed\"");
    assert_recorded(fixture->hub, "a save\na close\n");
    assert_int_equal(channel_of(fixture, 0)->subscribers, 1);
}

static void a_second_request_meanwhile_is_refused_and_a_signal_kept(void **state) {
    struct reload_fixture *fixture = *state;
    struct hub *hub = fixture->hub->hub;
    reload_begin(hub, 0, asker(fixture));
    reload_begin(hub, 0, (struct request *)&fixture->hub->requests[3]);
    assert_sent(fixture->hub,
                "response 3 409 {\"ok\":false,\"detail\":\"a reload is under way\"}\n");
    reload_begin(hub, 0, NULL);
    reload_begin(hub, 0, NULL);
    finish_reload(fixture);
    free(fixture_sent(fixture->hub));
    assert_int_equal(hub->reloads_done, 2);
    assert_false(hub->reload_again);
}

static void it_is_over_when_the_io_thread_has_said_so(void **state) {
    struct reload_fixture *fixture = *state;
    struct hub *hub = fixture->hub->hub;
    reload_begin(hub, 0, asker(fixture));
    while (hub->reload->phase != RELOAD_SHOWING)
        uv_run(&hub->loop, UV_RUN_ONCE);
    assert_int_equal(hub->reloads_done, 0);
    finish_reload(fixture);
    assert_int_equal(hub->reloads_done, 1);
    char *sent = fixture_sent(fixture->hub);
    assert_has(sent, "view\nresponse 2 200");
    free(sent);
}

static void a_view_that_nobody_waits_for_is_none_of_its_business(void **state) {
    struct reload_fixture *fixture = *state;
    reload_shown(fixture->hub->hub);
    reload_begin(fixture->hub->hub, 0, NULL);
    reload_shown(fixture->hub->hub);
    finish_reload(fixture);
    assert_int_equal(fixture->hub->hub->reloads_done, 1);
}

/* Holds the reload in the phase in which it is called. */
static void linger(struct sentio_call *call, void *context) {
    struct reload_fixture *fixture = context;
    (void)call;
    if (fixture->hub->hub->reload)
        fixture->hub->hub->reload->waiting++;
}

static int open_and_linger(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    linger(call, scripted_others[0].context);
    return on_open(call, config, seed);
}

static void the_end_of_the_host_ends_it_while_files_are_read(void **state) {
    struct reload_fixture *fixture = *state;
    reload_begin(fixture->hub->hub, 0, asker(fixture));
    reload_abort(fixture->hub->hub);
    assert_null(fixture->hub->hub->reload);
    reload_abort(fixture->hub->hub);
}

static void the_end_of_the_host_ends_it_while_plugins_open(void **state) {
    struct reload_fixture *fixture = *state;
    struct hub *hub = fixture->hub->hub;
    fixture->second.open = open_and_linger;
    configure(fixture, SECOND ", { name = \"c\"; plugin = \"second.so\"; }", "");
    reload_begin(hub, 0, asker(fixture));
    while (hub->reload->phase != RELOAD_OPENING)
        uv_run(&hub->loop, UV_RUN_ONCE);
    assert_non_null(hub->reload->changes[0].candidate->instance);
    reload_abort(hub);
    assert_null(hub->reload);
    assert_int_equal(hub->channel_count, 2);
}

static void the_end_of_the_host_ends_it_while_calls_wait(void **state) {
    struct reload_fixture *fixture = *state;
    struct hub *hub = fixture->hub->hub;
    script_save(fixture, 0, "s");
    script_during(fixture_state(fixture->hub, 0), CALL_SAVE, linger, fixture);
    configure(fixture, SECOND, "");
    reload_begin(hub, 0, asker(fixture));
    while (hub->reload->phase != RELOAD_SWITCHING)
        uv_run(&hub->loop, UV_RUN_ONCE);
    fixture_publish(fixture->hub, 0, "{}");
    assert_sent(fixture->hub, "");
    reload_abort(hub);
    char *sent = fixture_sent(fixture->hub);
    assert_has(sent, "response 0 200");
    free(sent);
    assert_recorded(fixture->hub, "a save\na publish publisher key {}\n");
}

static void the_end_of_the_host_ends_it_while_io_threads_are_told(void **state) {
    struct reload_fixture *fixture = *state;
    struct hub *hub = fixture->hub->hub;
    configure(fixture, ONLY_B, "");
    reload_begin(hub, 0, asker(fixture));
    while (hub->reload->phase != RELOAD_SHOWING)
        uv_run(&hub->loop, UV_RUN_ONCE);
    reload_abort(hub);
    assert_null(hub->channels[0]);
    free(fixture_sent(fixture->hub));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_RELOAD(nothing_new_is_nothing_done),
        TEST_RELOAD(a_new_file_takes_over_what_the_old_one_has_saved),
        TEST_RELOAD(a_state_of_no_bytes_is_handed_over_too),
        TEST_RELOAD(the_same_path_is_loaded_again_when_its_content_is_another),
        TEST_RELOAD(a_call_that_came_meanwhile_goes_to_the_new_plugin),
        TEST_RELOAD(a_call_that_came_meanwhile_goes_to_the_old_plugin_if_it_stays),
        TEST_RELOAD(one_failure_leaves_all_as_they_were),
        TEST_RELOAD(every_plugin_that_fails_is_told),
        TEST_RELOAD(a_plugin_without_save_is_told_of_its_subscriptions_anew),
        TEST_RELOAD(a_second_request_meanwhile_is_refused_and_a_signal_kept),
        TEST_RELOAD(it_is_over_when_the_io_thread_has_said_so),
        TEST_RELOAD(a_view_that_nobody_waits_for_is_none_of_its_business),
        TEST_RELOAD(the_end_of_the_host_ends_it_while_files_are_read),
        TEST_RELOAD(the_end_of_the_host_ends_it_while_plugins_open),
        TEST_RELOAD(the_end_of_the_host_ends_it_while_calls_wait),
        TEST_RELOAD(the_end_of_the_host_ends_it_while_io_threads_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
