/* SPDX-License-Identifier: MIT */
#include "plugin/source.h"
#include "reload_fixture.h"

static struct channel *channel_of(struct reload_fixture *fixture, size_t index) {
    return fixture->hub->hub->channels[index];
}

static void forget_calls(struct reload_fixture *fixture) {
    fixture->hub->record.size = 0;
    fixture->hub->record.text[0] = '\0';
}

/* A subscriber of "a", to everything of topic "A". */
static void join(struct reload_fixture *fixture, uint64_t conn) {
    SCRIPT(fixture_state(fixture->hub, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = "A"},
           {EFFECT_ACCEPT, .id = conn});
    fixture_subscribe(fixture->hub, 0, conn);
    free(fixture_sent(fixture->hub));
    forget_calls(fixture);
}

static void settings_are_taken_over_without_the_plugin(void **state) {
    struct reload_fixture *fixture = *state;
    struct channel *channel = channel_of(fixture, 0);
    const struct instance *instance = channel->instance;
    for (int i = 0; i < 5; i++)
        fixture_publish_item(fixture->hub, 0, "A");
    configure(fixture,
              "{ name = \"a\"; plugin = \"scripted.so\"; history = 2; history_age = \"1h\"; "
              "slow = \"drop\"; }" AND_B,
              "plugins: { call_bytes = \"64KiB\"; };");
    forget_calls(fixture);
    assert_changes(fixture, "\"plugins.call_bytes changed\",\"channel a: history, slow changed\"");
    assert_recorded(fixture->hub, "");
    assert_ptr_equal(channel->instance, instance);
    assert_ptr_equal(channel->config, &fixture->hub->host.config->channels[0]);
    assert_int_equal(channel->log.limit_items, 2);
    assert_int_equal(topic_find(&channel->topics, sentio_text("A"))->history_count, 2);
    assert_int_equal(channel->stream->slow, CONFIG_SLOW_DROP);
    assert_int_equal(channel->instance->call_bytes, 65536);
    assert_ptr_equal(channel->instance->forwards, &channel->config->forwards);
}

static void the_old_configuration_goes_with_its_last_user(void **state) {
    struct reload_fixture *fixture = *state;
    struct view *before = view_ref(fixture->hub->host.view);
    assert_changes(fixture, "");
    assert_ptr_not_equal(fixture->hub->host.view, before);
    /* The hub keeps its first one for what takes a restart. */
    assert_int_equal(atomic_load(&before->refs), 2);
    view_unref(before);
    assert_int_equal(atomic_load(&fixture->hub->host.view->refs), 1);
    assert_ptr_equal(fixture->hub->host.config, fixture->hub->host.view->config);
}

static void a_channel_that_is_added_gets_a_number_of_its_own(void **state) {
    struct reload_fixture *fixture = *state;
    configure(fixture, ONLY_B, "");
    assert_changes(fixture, "\"channel a: removed\"");
    assert_null(channel_of(fixture, 0));
    assert_int_equal(fixture->hub->host.view->channel_count, 1);
    configure(fixture, "{ name = \"a\"; plugin = \"second.so\"; }" AND_B, "");
    assert_changes(fixture, "\"channel a: added, plugin scripted 2.0.0\"");
    assert_null(channel_of(fixture, 0));
    assert_int_equal(channel_of(fixture, 2)->index, 2);
    assert_int_equal(channel_of(fixture, 2)->stream->index, 2);
    assert_non_null(view_channel_named(fixture->hub->host.view, sentio_text("a")));
    fixture_publish(fixture->hub, 2, "{}");
    char *sent = fixture_sent(fixture->hub);
    assert_has(sent, "response 0 200 {\"channel\":\"a\"");
    free(sent);
}

static void a_channel_that_is_removed_ends_what_it_has(void **state) {
    struct reload_fixture *fixture = *state;
    join(fixture, 1);
    SCRIPT(fixture_state(fixture->hub, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "s"});
    configure(fixture, ONLY_B, "");
    char *sent = reload(fixture);
    assert_has(sent, "close 1 1001 the channel was removed\n");
    assert_has(sent, "\"channel a: removed\"");
    free(sent);
    assert_recorded(fixture->hub, "a save\na close\n");
    fixture_publish(fixture->hub, 0, "{}");
    sent = fixture_sent(fixture->hub);
    assert_has(sent, "response 0 404");
    free(sent);
}

/* A publisher and a REST client come while it saves for the last time. */
static void ask_during(struct sentio_call *call, void *context) {
    struct reload_fixture *fixture = context;
    (void)call;
    fixture_publish(fixture->hub, 0, "{\"x\":1}");
    fixture_query(fixture->hub, ROUTE_ALL, "", "{}");
}

static void who_waits_for_a_channel_that_is_removed_is_told(void **state) {
    struct reload_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture->hub, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "s"});
    script_during(fixture_state(fixture->hub, 0), CALL_SAVE, ask_during, fixture);
    configure(fixture, ONLY_B, "");
    char *sent = reload(fixture);
    assert_has(sent, "response 0 404 {\"detail\":\"the channel was removed\"}");
    assert_has(sent, "response 1 503 {\"detail\":\"the channel was removed\"}");
    free(sent);
    assert_recorded(fixture->hub, "a save\na close\n");
}

static void what_a_removed_channel_knew_is_there_when_it_comes_back(void **state) {
    struct reload_fixture *fixture = *state;
    fixture_publish_item(fixture->hub, 0, "A");
    SCRIPT(fixture_state(fixture->hub, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "knew"});
    char epoch[EPOCH_SIZE];
    memcpy(epoch, channel_of(fixture, 0)->stream->epoch, sizeof(epoch));
    configure(fixture, ONLY_B, "");
    assert_changes(fixture, "\"channel a: removed\"");
    configure(fixture, "{ name = \"a\"; plugin = \"scripted.so\"; }" AND_B, "");
    assert_changes(fixture, "\"channel a: added, plugin scripted 1.2.3\"");
    assert_string_equal(channel_of(fixture, 2)->stream->epoch, epoch);
    assert_int_equal(channel_of(fixture, 2)->engine.offset, 1);
    assert_string_equal(fixture_state(fixture->hub, 2)->restored, "knew");
    assert_non_null(topic_find(&channel_of(fixture, 2)->topics, sentio_text("A")));
}

static void a_state_that_is_not_taken_lets_the_channel_start_afresh(void **state) {
    struct reload_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture->hub, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "refused"});
    configure(fixture, ONLY_B, "");
    assert_changes(fixture, "\"channel a: removed\"");
    configure(fixture, "{ name = \"a\"; plugin = \"scripted.so\"; }" AND_B, "");
    assert_changes(fixture, "\"channel a: added, plugin scripted 1.2.3\"");
}

static void another_interval_is_told_to_the_io_threads(void **state) {
    struct reload_fixture *fixture = *state;
    join(fixture, 1);
    configure(fixture, "{ name = \"a\"; plugin = \"scripted.so\"; interval = \"2s\"; }" AND_B, "");
    char *sent = reload(fixture);
    assert_has(sent, "joined 1 A interval=2000 at 0\n");
    free(sent);
}

static void a_source_is_started_exchanged_and_ended(void **state) {
    static const char *const commands[] = {"source = { command = [\"sleep\", \"1000\"]; };",
                                           "source = { command = [\"sleep\", \"2000\"]; };", ""};
    struct reload_fixture *fixture = *state;
    struct source *before = NULL;
    for (size_t i = 0; i < 3; i++) {
        char channels[256];
        snprintf(channels, sizeof(channels), "{ name = \"a\"; plugin = \"scripted.so\"; %s }" AND_B,
                 commands[i]);
        configure(fixture, channels, "");
        channel_of(fixture, 0)->source_paused = true; /* for the last one's lines */
        assert_changes(fixture, "\"channel a: source.command changed\"");
        assert_int_equal(channel_of(fixture, 0)->source != NULL, i < 2);
        assert_false(channel_of(fixture, 0)->source_paused);
        if (i < 2)
            assert_ptr_not_equal(channel_of(fixture, 0)->source, before);
        before = channel_of(fixture, 0)->source;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_RELOAD(settings_are_taken_over_without_the_plugin),
        TEST_RELOAD(the_old_configuration_goes_with_its_last_user),
        TEST_RELOAD(a_channel_that_is_added_gets_a_number_of_its_own),
        TEST_RELOAD(a_channel_that_is_removed_ends_what_it_has),
        TEST_RELOAD(who_waits_for_a_channel_that_is_removed_is_told),
        TEST_RELOAD(what_a_removed_channel_knew_is_there_when_it_comes_back),
        TEST_RELOAD(a_state_that_is_not_taken_lets_the_channel_start_afresh),
        TEST_RELOAD(another_interval_is_told_to_the_io_threads),
        TEST_RELOAD(a_source_is_started_exchanged_and_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
