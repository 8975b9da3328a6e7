/* SPDX-License-Identifier: MIT */
#include "hub/view.h"

#include <openssl/ssl.h>

#include "config_fixture.h"
#include "stream_fixture.h"

static struct view *empty(void) {
    struct view *view = view_create(NULL, NULL, NULL);
    assert_non_null(view);
    return view;
}

static void add(struct view *view, struct stream *stream, const char *path) {
    assert_int_equal(view_add_channel(view, stream, path), 0);
}

static void channels_are_found_by_name_and_by_path(void **state) {
    (void)state;
    struct view *view = empty();
    struct stream *stream = fixture_stream(SENTIO_ARRAY);
    char path[] = "/live";
    add(view, stream, path);
    memset(path, 'x', sizeof(path) - 1);
    const struct view_channel *channel = view_channel_named(view, sentio_text("prices"));
    assert_non_null(channel);
    assert_ptr_equal(channel->stream, stream);
    assert_string_equal(channel->path, "/live");
    assert_ptr_equal(view_channel_at(view, sentio_text("/live")), channel);
    assert_null(view_channel_named(view, sentio_text("price")));
    assert_null(view_channel_named(view, sentio_text("/live")));
    assert_null(view_channel_at(view, sentio_text("/liv")));
    view_unref(view);
    stream_unref(stream);
}

static void a_channel_without_a_path_is_at_none(void **state) {
    (void)state;
    struct view *view = empty();
    struct stream *stream = fixture_stream(SENTIO_ARRAY);
    add(view, stream, "");
    assert_null(view_channel_at(view, sentio_text("")));
    assert_non_null(view_channel_named(view, sentio_text("prices")));
    view_unref(view);
    stream_unref(stream);
}

static void a_view_knows_the_very_channel_and_none_of_the_same_name(void **state) {
    (void)state;
    struct view *view = empty();
    struct stream *one = fixture_stream(SENTIO_ARRAY);
    struct stream *two = fixture_stream(SENTIO_ARRAY);
    add(view, one, "/one");
    assert_true(view_has(view, one));
    assert_false(view_has(view, two));
    view_unref(view);
    stream_unref(one);
    stream_unref(two);
}

static void the_first_route_that_matches_is_found(void **state) {
    (void)state;
    struct view *view = empty();
    char path[] = "/quote/{symbol}";
    assert_int_equal(view_add_route(view, "/quotes", 4, 0), 0);
    assert_int_equal(view_add_route(view, path, 4, 1), 0);
    assert_int_equal(view_add_route(view, "/quote/{name}", 5, 0), 0);
    memset(path, 'x', sizeof(path) - 1);
    const struct view_route *route = view_route_at(view, sentio_text("/quote/AAPL"));
    assert_non_null(route);
    assert_string_equal(route->path, "/quote/{symbol}");
    assert_int_equal(route->channel, 4);
    assert_int_equal(route->index, 1);
    assert_int_equal(view_route_at(view, sentio_text("/quotes"))->index, 0);
    assert_null(view_route_at(view, sentio_text("/quote")));
    view_unref(view);
}

static void the_acknowledgements_of_a_route_are_beside_it(void **state) {
    (void)state;
    struct view *view = empty();
    assert_int_equal(view_add_route(view, "/notes/{user}", 4, 3), 0);
    assert_int_equal(view_add_ack(view, "/notes/{user}", 4), 0);
    assert_false(view_route_at(view, sentio_text("/notes/u"))->acks);
    const struct view_route *route = view_route_at(view, sentio_text("/notes/u/ack"));
    assert_non_null(route);
    assert_true(route->acks);
    assert_int_equal(route->channel, 4);
    assert_null(view_route_at(view, sentio_text("/notes/u/acks")));
    view_unref(view);
}

static void a_view_holds_its_channels_until_the_last_reference(void **state) {
    (void)state;
    struct view *view = empty();
    struct stream *stream = fixture_stream(SENTIO_ARRAY);
    add(view, stream, "/live");
    assert_int_equal(atomic_load(&stream->refs), 2);
    assert_ptr_equal(view_ref(view), view);
    view_unref(view);
    assert_string_equal(view->channels[0].path, "/live");
    assert_int_equal(atomic_load(&stream->refs), 2);
    view_unref(view);
    assert_int_equal(atomic_load(&stream->refs), 1);
    stream_unref(stream);
    view_unref(NULL);
}

/* The configuration, which the view is to own. */
static struct config *take_config(struct fixture *fixture, const char *text) {
    struct config *config = fixture_loads(fixture, text);
    fixture->config = NULL;
    return config;
}

static void loading_reads_the_files_that_the_configuration_names(void **state) {
    struct fixture *fixture = *state;
    fixture_write("admins", "boss:sha256:8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f"
                            "2223f8\n");
    struct config *config =
        take_config(fixture, "auth: { admin_tokens_file = \"admins\"; };\nchannels: ();\n");
    struct view *view = view_load(config, stderr);
    assert_non_null(view);
    assert_ptr_equal(view->config, config);
    assert_string_equal(auth_admin(view->auth, sentio_text("alpha")), "boss");
    assert_null(view->certificate);
    assert_int_equal(view->channel_count, 0);
    assert_int_equal(view->route_count, 0);
    view_unref(view);
}

static void a_file_that_is_wrong_makes_no_view(void **state) {
    struct fixture *fixture = *state;
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    assert_non_null(errors);
    fixture_write("admins", "nonsense\n");
    struct config *config =
        take_config(fixture, "auth: { admin_tokens_file = \"admins\"; };\nchannels: ();\n");
    assert_null(view_load(config, errors));
    assert_int_equal(fclose(errors), 0);
    assert_non_null(strstr(text, "admins:1: "));
    free(text);
    config_free(config);
}

static void a_certificate_that_is_wrong_makes_no_view(void **state) {
    struct fixture *fixture = *state;
    fixture_write("pem", "nonsense\n");
    struct config *config =
        take_config(fixture, "tls: { certificate = \"pem\"; key = \"pem\"; };\nchannels: ();\n");
    assert_null(view_load(config, stderr));
    config_free(config);
}

static void loading_reads_the_dashboard(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(mkdir("pages", 0755), 0);
    fixture_write("pages/index.html", "home");
    struct view *view = view_load(
        take_config(fixture, "server: { dashboard = \"pages\"; };\nchannels: ();\n"), stderr);
    assert_non_null(view);
    assert_non_null(static_site_find(view->site, sentio_text("/")));
    view_unref(view);
}

static void a_dashboard_that_is_wrong_makes_no_view(void **state) {
    struct fixture *fixture = *state;
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    assert_non_null(errors);
    struct config *config =
        take_config(fixture, "server: { dashboard = \"plugins\"; };\nchannels: ();\n");
    assert_null(view_load(config, errors));
    assert_int_equal(fclose(errors), 0);
    assert_non_null(strstr(text, "/plugins has no index.html"));
    free(text);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channels_are_found_by_name_and_by_path),
        cmocka_unit_test(a_channel_without_a_path_is_at_none),
        cmocka_unit_test(a_view_knows_the_very_channel_and_none_of_the_same_name),
        cmocka_unit_test(the_first_route_that_matches_is_found),
        cmocka_unit_test(the_acknowledgements_of_a_route_are_beside_it),
        cmocka_unit_test(a_view_holds_its_channels_until_the_last_reference),
        FIXTURE_TEST(loading_reads_the_files_that_the_configuration_names),
        FIXTURE_TEST(a_file_that_is_wrong_makes_no_view),
        FIXTURE_TEST(a_certificate_that_is_wrong_makes_no_view),
        FIXTURE_TEST(loading_reads_the_dashboard),
        FIXTURE_TEST(a_dashboard_that_is_wrong_makes_no_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
