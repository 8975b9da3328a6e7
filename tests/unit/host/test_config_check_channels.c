/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#define DIR_SETTING "plugins = { dir = \"plugins\"; };\n"
#define ENTRY(name, settings) "{ name = \"" name "\"; plugin = \"plugins/alpha.so\"; " settings " }"

static void plugin_is_required(void **state) {
    fixture_fails(*state, "channels = (\n  { name = \"a\"; } );\n",
                  "sentio.conf:2: channel \"a\" needs a plugin\n");
}

static void plugin_without_a_slash_is_in_the_plugins_folder(void **state) {
    struct config *config = fixture_loads(
        *state, DIR_SETTING "channels = ( { name = \"a\"; plugin = \"alpha.so\"; } );");
    char *path = fixture_neutral(*state, config->channels[0].plugin);
    assert_string_equal(path, "DIR/plugins/alpha.so");
    free(path);
}

static void plugin_with_a_slash_is_in_the_main_files_folder(void **state) {
    fixture_write("conf.d/a.conf",
                  "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; } );");
    struct config *config = fixture_loads(*state, "");
    char *path = fixture_neutral(*state, config->channels[0].plugin);
    assert_string_equal(path, "DIR/plugins/alpha.so");
    free(path);
}

static void missing_plugin_says_where_it_was_looked_for_and_what_is_there(void **state) {
    fixture_fails(
        *state,
        DIR_SETTING "channels = ( { name = \"a\"; plugin = \"alhpa.so\"; },\n"
                    "  { name = \"b\"; plugin = \"./plugins/betta.so\"; },\n"
                    "  { name = \"c\"; plugin = \"zeppelin.so\"; },\n"
                    "  { name = \"d\"; plugin = \"/nowhere/x.so\"; } );\n",
        "sentio.conf:2: channels.a.plugin: \"alhpa.so\" cannot be read at DIR/plugins/alhpa.so: No "
        "such file or directory (did you mean \"alpha.so\"?)\n"
        "sentio.conf:3: channels.b.plugin: \"./plugins/betta.so\" cannot be read at "
        "DIR/./plugins/betta.so: No such file or directory (did you mean "
        "\"./plugins/beta.so\"?)\n"
        "sentio.conf:4: channels.c.plugin: \"zeppelin.so\" cannot be read at "
        "DIR/plugins/zeppelin.so: No such file or directory\n"
        "sentio.conf:5: channels.d.plugin: \"/nowhere/x.so\" cannot be read at /nowhere/x.so: No "
        "such file or directory\n");
}

static void disabled_channel_is_not_checked(void **state) {
    assert_int_equal(fixture_loads(*state, "channels = ( { name = \"a\"; plugin = \"none.so\";\n"
                                           "  enabled = false; observes = [\"x\"]; } );")
                         ->channel_count,
                     0);
}

static void disabling_what_is_configured_nowhere_is_an_error(void **state) {
    fixture_write("conf.d/a.conf", "channels = ( { name = \"earnigs\"; enabled = false; } );");
    fixture_fails(*state, "channels = ( " ENTRY("earnings", "") " );",
                  "conf.d/a.conf:1: channel \"earnigs\" is disabled here but configured nowhere "
                  "(did you mean \"earnings\"?)\n");
}

static void path_is_under_ws_by_default(void **state) {
    struct config *config =
        fixture_loads(*state, "channels = ( " ENTRY("a", "") ", " ENTRY("b", "path = \"\";") " );");
    assert_string_equal(config->channels[0].path, "/ws/a");
    assert_string_equal(config->channels[1].path, "");
}

static void two_channels_have_two_paths(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("a", "path = \"/ws/b\";") ",\n" ENTRY("b", "") ",\n" ENTRY("c", "\n path = \"/ws/b\";") ",\n" ENTRY(
            "d",
            "path = \"\";") ",\n" ENTRY("e",
                                        "path = \"\";") ",\n" ENTRY("f",
                                                                    "path = \"/ws/b\"; enabled = false;") " );\n",
        "sentio.conf:3: channels.b.path: \"/ws/b\" is the path of channel \"a\" too\n"
        "sentio.conf:5: channels.c.path: \"/ws/b\" is the path of channel \"a\" too\n");
}

static void path_must_be_a_channels(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("a", "path = \"x\";") ",\n" ENTRY(
            "b", "path = \"/ws/publish\";") ",\n" ENTRY("c", "path = \"/api/v1\";") " );\n",
        "sentio.conf:2: channels.a.path: \"x\" does not begin with \"/\" (did you mean "
        "\"/x\"?)\n"
        "sentio.conf:3: channels.b.path: \"/ws/publish\" is the host's own path\n"
        "sentio.conf:4: channels.c.path: \"/api/v1\" is below the host's own path /api "
        "or /sse\n");
}

static void interval_lies_between_its_bounds(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("a", "interval = \"2m\";") ",\n" ENTRY("b", "interval_min = \"2s\";\n interval = \"1s\";") ",\n" ENTRY(
            "c",
            "interval_max = \"1s\";\n interval_min = \"2s\";") ",\n" ENTRY("d",
                                                                           "interval_min = \"2m\";") " );\n",
        "sentio.conf:2: channels.a.interval: 2m is not from interval_min 0 to interval_max 1m\n"
        "sentio.conf:4: channels.b.interval: 1s is not from interval_min 2s to interval_max 1m\n"
        "sentio.conf:6: channels.c: interval_min 2s is greater than interval_max 1s\n"
        "sentio.conf:7: channels.d: interval_min 2m is greater than interval_max 1m\n");
}

static void interval_of_zero_is_below_any_least(void **state) {
    fixture_loads(*state, "channels = ( " ENTRY("a", "interval_min = \"1s\";") " );");
    fixture_loads(*state, "channels = ( " ENTRY("a", "interval = \"60s\";") " );");
}

static void observed_and_forwarded_channels_must_exist_and_be_enabled(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("market-data", "") ",\n" ENTRY("off", "enabled = false;") ",\n" ENTRY(
            "a", "\n observes = [\n \"market-dta\",\n \"off\" ];\n"
                 " forwards = [\"market-data\", \"zzzzzzzz\",\n \"market-data\"];") " );\n",
        "sentio.conf:6: channels.a.observes: there is no channel \"market-dta\" (did you "
        "mean \"market-data\"?)\n"
        "sentio.conf:7: channels.a.observes: channel \"off\" is disabled\n"
        "sentio.conf:8: channels.a.forwards: there is no channel \"zzzzzzzz\"\n"
        "sentio.conf:9: channels.a.forwards names \"market-data\" twice\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(plugin_is_required),
        FIXTURE_TEST(plugin_without_a_slash_is_in_the_plugins_folder),
        FIXTURE_TEST(plugin_with_a_slash_is_in_the_main_files_folder),
        FIXTURE_TEST(missing_plugin_says_where_it_was_looked_for_and_what_is_there),
        FIXTURE_TEST(disabled_channel_is_not_checked),
        FIXTURE_TEST(disabling_what_is_configured_nowhere_is_an_error),
        FIXTURE_TEST(path_is_under_ws_by_default),
        FIXTURE_TEST(two_channels_have_two_paths),
        FIXTURE_TEST(path_must_be_a_channels),
        FIXTURE_TEST(interval_lies_between_its_bounds),
        FIXTURE_TEST(interval_of_zero_is_below_any_least),
        FIXTURE_TEST(observed_and_forwarded_channels_must_exist_and_be_enabled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
