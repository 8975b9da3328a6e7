/* SPDX-License-Identifier: MIT */
#include "reload_fixture.h"

/* A plan without a reload around it. */
struct plan {
    struct reload reload;
    struct reload_fixture *fixture;
};

static void make(struct plan *plan, struct reload_fixture *fixture, const char *channels,
                 const char *sections) {
    *plan = (struct plan){.fixture = fixture, .reload.hub = fixture->hub->hub};
    sentio_writer_init(&plan->reload.errors, NULL, 0);
    configure(fixture, channels, sections);
    struct config *config = config_load(&fixture->source, stderr);
    assert_non_null(config);
    plan->reload.view = view_load(config, stderr);
    assert_non_null(plan->reload.view);
    assert_int_equal(reload_plan(&plan->reload), 0);
}

static void drop(struct plan *plan) {
    for (size_t i = 0; i < plan->reload.count; i++)
        free(plan->reload.changes[i].settings);
    free(plan->reload.changes);
    view_unref(plan->reload.view);
    sentio_writer_finish(&plan->reload.errors);
}

static void assert_kind(const struct plan *plan, size_t index, enum change_kind kind,
                        const char *settings) {
    assert_true(index < plan->reload.count);
    assert_int_equal(plan->reload.changes[index].kind, kind);
    assert_string_equal(plan->reload.changes[index].settings, settings);
    assert_ptr_equal(plan->reload.changes[index].reload, &plan->reload);
}

/* What becomes of "a" when it is configured so. */
static void assert_becomes(struct reload_fixture *fixture, const char *settings,
                           enum change_kind kind, const char *names) {
    char text[512];
    struct plan plan;
    snprintf(text, sizeof(text), "{ name = \"a\"; plugin = \"scripted.so\"; %s }" AND_B, settings);
    make(&plan, fixture, text, "");
    assert_int_equal(plan.reload.count, 2);
    assert_kind(&plan, 0, kind, names);
    assert_kind(&plan, 1, CHANGE_NONE, "");
    assert_ptr_equal(plan.reload.changes[0].channel, fixture->hub->hub->channels[0]);
    drop(&plan);
}

static void what_the_host_applies_leaves_the_plugin_alone(void **state) {
    assert_becomes(*state, "", CHANGE_NONE, "");
    assert_becomes(*state, "history = 1;", CHANGE_NONE, "history");
    assert_becomes(*state, "path = \"/a\"; snapshot = false;", CHANGE_NONE, "path, snapshot");
    assert_becomes(*state, "slow = \"drop\"; history_age = \"1s\"; history_bytes = \"1KiB\";",
                   CHANGE_NONE, "history_age, history_bytes, slow");
    assert_becomes(*state, "interval_min = \"1s\"; interval_max = \"2s\"; interval = \"1s\";",
                   CHANGE_NONE, "interval, interval_min, interval_max");
    assert_becomes(*state, "source = { command = [\"/bin/true\"]; };", CHANGE_NONE,
                   "source.command");
}

static void what_the_plugin_was_opened_with_takes_another_one(void **state) {
    assert_becomes(*state, "options = { x = 1; };", CHANGE_REPLACED, "options");
    assert_becomes(*state, "isolation = \"process\";", CHANGE_REPLACED, "isolation");
    assert_becomes(*state, "observes = [\"b\"];", CHANGE_REPLACED, "observes");
    assert_becomes(*state, "forwards = [\"b\"]; history = 1;", CHANGE_REPLACED,
                   "history, forwards");
}

static void interval_and_source_are_marked(void **state) {
    struct plan plan;
    make(&plan, *state,
         "{ name = \"a\"; plugin = \"scripted.so\"; interval = \"1s\"; }, "
         "{ name = \"b\"; plugin = \"scripted.so\"; source = { command = [\"/bin/true\"]; }; }",
         "");
    assert_true(plan.reload.changes[0].interval);
    assert_false(plan.reload.changes[0].source);
    assert_false(plan.reload.changes[1].interval);
    assert_true(plan.reload.changes[1].source);
    drop(&plan);
}

static void a_file_with_another_content_is_another_plugin(void **state) {
    struct plan plan;
    write_in(*state, "scripted.so", "changed");
    make(&plan, *state, ONLY_B ", { name = \"a\"; plugin = \"bare.so\"; }", "");
    assert_kind(&plan, 0, CHANGE_REPLACED, "");
    assert_kind(&plan, 1, CHANGE_REPLACED, "plugin");
    drop(&plan);
}

static void a_file_that_can_not_be_read_is_an_error(void **state) {
    struct plan plan;
    write_in(*state, "scripted.so", "");
    make(&plan, *state, ONLY_B, "");
    assert_int_equal(plan.reload.error_count, 1);
    assert_kind(&plan, 0, CHANGE_NONE, "");
    drop(&plan);
}

static void channels_are_told_apart_by_name(void **state) {
    struct plan plan;
    make(&plan, *state, "{ name = \"c\"; plugin = \"scripted.so\"; path = \"/ws/a\"; }" AND_B, "");
    assert_int_equal(plan.reload.count, 3);
    assert_int_equal(plan.reload.changes[0].kind, CHANGE_ADDED);
    assert_null(plan.reload.changes[0].channel);
    assert_string_equal(plan.reload.changes[0].config->name, "c");
    assert_kind(&plan, 1, CHANGE_NONE, "");
    assert_int_equal(plan.reload.changes[2].kind, CHANGE_REMOVED);
    assert_ptr_equal(plan.reload.changes[2].channel, plan.fixture->hub->hub->channels[0]);
    assert_null(plan.reload.changes[2].config);
    drop(&plan);
}

static void a_channel_that_has_failed_gets_another_plugin(void **state) {
    struct reload_fixture *fixture = *state;
    fixture->hub->hub->channels[0]->failed = true;
    assert_becomes(fixture, "", CHANGE_REPLACED, "");
    fixture->hub->hub->channels[0]->failed = false;
}

static void a_workers_limits_concern_workers_alone(void **state) {
    static const char *const limits[] = {"memory = \"1GiB\"", "hang = \"1s\"", "max_deaths = 1",
                                         "call_bytes = \"1MiB\""};
    struct reload_fixture *fixture = *state;
    struct instance *instance = fixture->hub->hub->channels[0]->instance;
    struct worker *worker = (struct worker *)&fixture->hub->requests[0];
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct plan plan;
        char sections[256];
        snprintf(sections, sizeof(sections), "plugins: { %s; };", limits[i]);
        instance->worker = worker;
        make(&plan, fixture, "{ name = \"a\"; plugin = \"scripted.so\"; }" AND_B, sections);
        instance->worker = NULL;
        assert_kind(&plan, 0, CHANGE_REPLACED, "");
        assert_kind(&plan, 1, CHANGE_NONE, "");
        drop(&plan);
    }
}

/* Whether a plugin with `second`'s table could follow the one that runs. */
static bool fits(struct reload_fixture *fixture) {
    struct plan plan;
    struct plugin plugin = {.table = fixture->second};
    struct instance instance = {.plugin = &plugin};
    struct candidate candidate = {.instance = &instance};
    make(&plan, fixture, "{ name = \"a\"; plugin = \"second.so\"; }" AND_B, "");
    plan.reload.changes[0].candidate = &candidate;
    bool well = reload_fits(&plan.reload, &plan.reload.changes[0]);
    assert_int_equal(plan.reload.error_count, !well);
    fixture->second = scripted_plugin;
    drop(&plan);
    return well;
}

static void a_plugin_with_another_face_does_not_fit(void **state) {
    struct reload_fixture *fixture = *state;
    struct sentio_plugin *second = &fixture->second;
    assert_true(fits(fixture));
    second->type = "other";
    assert_false(fits(fixture));
    second->type = NULL;
    assert_false(fits(fixture));
    second->snapshot_type = "other";
    assert_false(fits(fixture));
    second->snapshot_type = NULL; /* as the type, which is another word */
    assert_false(fits(fixture));
    second->shape = SENTIO_OBJECT;
    assert_false(fits(fixture));
    second->flags = 0;
    assert_false(fits(fixture));
}

static void what_subscribers_do_not_see_may_change(void **state) {
    struct reload_fixture *fixture = *state;
    struct sentio_plugin *second = &fixture->second;
    second->name = "other";
    second->version = "9";
    second->state_format = 8;
    second->channel_size = 1;
    second->routes = NULL;
    second->route_count = 0;
    second->flags |= SENTIO_NO_SNAPSHOT;
    assert_true(fits(fixture));
}

static void attributes_and_filters_are_only_added_behind(void **state) {
    struct reload_fixture *fixture = *state;
    struct sentio_plugin *second = &fixture->second;
    const struct sentio_attribute more[] = {
        scripted_attributes[0], scripted_attributes[1], {"size", SENTIO_NUMBER, 0}};
    const struct sentio_attribute swapped[] = {scripted_attributes[1], scripted_attributes[0]};
    const struct sentio_attribute retyped[] = {{"confidence", SENTIO_TEXT, 0},
                                               scripted_attributes[1]};
    const struct sentio_filter filters[] = {
        scripted_filters[0], scripted_filters[1], {"max_size", 2, SENTIO_AT_MOST}};
    const struct sentio_filter others[][2] = {
        {{"confidence", 0, SENTIO_AT_LEAST}, scripted_filters[1]},
        {{"min_confidence", 0, SENTIO_AT_MOST}, scripted_filters[1]},
        {scripted_filters[0], {"signals", 0, SENTIO_ONE_OF}},
    };
    second->attributes = more;
    second->attribute_count = 3;
    second->filters = filters;
    second->filter_count = 3;
    assert_true(fits(fixture));
    second->attribute_count = 1;
    assert_false(fits(fixture));
    second->attributes = swapped;
    assert_false(fits(fixture));
    second->attributes = retyped;
    assert_false(fits(fixture));
    second->filter_count = 1;
    assert_false(fits(fixture));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        second->filters = others[i];
        assert_false(fits(fixture));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_RELOAD(what_the_host_applies_leaves_the_plugin_alone),
        TEST_RELOAD(what_the_plugin_was_opened_with_takes_another_one),
        TEST_RELOAD(interval_and_source_are_marked),
        TEST_RELOAD(a_file_with_another_content_is_another_plugin),
        TEST_RELOAD(a_file_that_can_not_be_read_is_an_error),
        TEST_RELOAD(channels_are_told_apart_by_name),
        TEST_RELOAD(a_channel_that_has_failed_gets_another_plugin),
        TEST_RELOAD(a_workers_limits_concern_workers_alone),
        TEST_RELOAD(a_plugin_with_another_face_does_not_fit),
        TEST_RELOAD(what_subscribers_do_not_see_may_change),
        TEST_RELOAD(attributes_and_filters_are_only_added_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
