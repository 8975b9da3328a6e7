/* SPDX-License-Identifier: MIT */
#include "hub/view_hub.h"

#include "durable_fixture.h"

static struct view *create(struct config *config) {
    struct view *view = view_create(config, NULL, NULL);
    assert_non_null(view);
    return view;
}

/* The configuration is the fixture's, or the test's. */
static void drop(struct view *view) {
    assert_int_equal(atomic_load(&view->refs), 1);
    view->config = NULL;
    view_unref(view);
}

static void a_view_has_the_hubs_channels_and_their_routes(void **state) {
    struct hub_fixture *fixture = *state;
    struct view *view = create(&fixture->config);
    assert_int_equal(view_fill(view, fixture->hub), 0);
    assert_int_equal(view->channel_count, 2);
    assert_ptr_equal(view->channels[1].stream, fixture->hub->channels[1]->stream);
    assert_string_equal(view->channels[1].path, "/ws/b");
    uint32_t count = channel_plugin(fixture->hub->channels[0])->route_count;
    assert_true(count > 1);
    assert_int_equal(view->route_count, 2 * count);
    assert_string_equal(view->routes[count + 1].path, scripted_routes[1].path);
    assert_int_equal(view->routes[count + 1].channel, 1);
    assert_int_equal(view->routes[count + 1].index, 1);
    drop(view);
}

static void a_channel_that_was_removed_is_in_no_view(void **state) {
    struct hub_fixture *fixture = *state;
    struct view *view = create(&fixture->config);
    channel_destroy(fixture->hub->channels[0]);
    fixture->hub->channels[0] = NULL;
    assert_int_equal(view_fill(view, fixture->hub), 0);
    assert_int_equal(view->channel_count, 1);
    assert_string_equal(view->channels[0].stream->name, "b");
    assert_int_equal(view->channels[0].stream->index, 1);
    assert_int_equal(view->routes[0].channel, 1);
    drop(view);
}

static void a_view_that_is_shown_is_what_all_go_by(void **state) {
    struct hub_fixture *fixture = *state;
    struct config changed = fixture->config;
    struct view *first = create(&fixture->config);
    struct view *second = create(&changed);
    changed.plugins.hang = 1234;
    changed.limits.connections = 7;
    fixture->host.view = view_ref(first);
    assert_int_equal(hub_show(fixture->hub, view_ref(second)), 0);
    assert_ptr_equal(fixture->host.view, second);
    assert_ptr_equal(fixture->host.config, &changed);
    assert_int_equal(atomic_load(&fixture->host.hang), 1234);
    assert_int_equal(atomic_load(&fixture->host.quota.connections_max), 7);
    assert_int_equal(atomic_load(&first->refs), 1);
    assert_int_equal(atomic_load(&second->refs), 3); /* one is on its way */
    assert_sent(fixture, "view\n");
    fixture->host.view = NULL;
    fixture->host.config = &fixture->config;
    view_unref(second);
    drop(first);
    drop(second);
}

static void only_durable_channels_take_acknowledgements(void **state) {
    struct hub_fixture *fixture = *state;
    struct view *view = create(&fixture->config);
    assert_int_equal(view_fill(view, fixture->hub), 0);
    uint32_t acks = 0;
    for (size_t i = 0; i < view->route_count; i++) {
        assert_true(!view->routes[i].acks || view->routes[i].channel == 0);
        acks += view->routes[i].acks;
    }
    uint32_t own = 0;
    for (uint32_t i = 0; i < channel_plugin(fixture->hub->channels[0])->route_count; i++)
        own += scripted_routes[i].topics == SENTIO_TOPICS_USER &&
               scripted_routes[i].source == SENTIO_HISTORY;
    assert_true(own > 0);
    assert_int_equal(acks, own);
    drop(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_view_has_the_hubs_channels_and_their_routes),
        TEST(a_channel_that_was_removed_is_in_no_view),
        TEST(a_view_that_is_shown_is_what_all_go_by),
        DURABLE(only_durable_channels_take_acknowledgements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
