/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#define REMEDY                                                                                     \
    " is not loopback, which auth.mode = \"open\" requires; listen on 127.0.0.1, [::1] or a unix " \
    "socket, behind a proxy that authenticates users\n"

static void open_mode_requires_loopback(void **state) {
    fixture_fails(*state,
                  "server = { listen = [\n"
                  "  \"127.0.0.1:1\", \"unix:/run/x\", \"[::1]:1\",\n"
                  "  \"0.0.0.0:1\",\n"
                  "  \"[::]:1\" ]; };\n",
                  "sentio.conf:3: server.listen: \"0.0.0.0:1\"" REMEDY
                  "sentio.conf:4: server.listen: \"[::]:1\"" REMEDY);
}

static void loopback_is_required_of_the_environment_too(void **state) {
    static const char *const environment[] = {"SENTIO_SERVER__LISTEN=127.0.0.1:1,10.0.0.1:2", NULL};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture_fails(fixture, "", "SENTIO_SERVER__LISTEN: server.listen: \"10.0.0.1:2\"" REMEDY);
}

static void loopback_is_not_asked_of_who_wants_another_mode(void **state) {
    fixture_fails(*state, "server = { listen = [\"0.0.0.0:1\"]; };\nauth = { mode = \"jwt\"; };\n",
                  "sentio.conf:2: auth.mode must be one of \"open\", not \"jwt\"\n");
}

static void tls_listener_needs_certificate_and_key(void **state) {
    fixture_fails(
        *state, "server = { listen = [\n  \"tls:127.0.0.1:1\" ]; };\n",
        "sentio.conf:2: server.listen: \"tls:127.0.0.1:1\" needs tls.certificate and tls.key\n");
}

static void certificate_and_key_must_be_readable_files(void **state) {
    fixture_fails(*state,
                  "server = { listen = [ \"tls:127.0.0.1:1\" ]; };\n"
                  "tls = { certificate = \"plugins\";\n"
                  "  key = \"/nowhere/key.pem\"; };\n",
                  "sentio.conf:2: tls.certificate: DIR/plugins cannot be read: not a regular "
                  "file\n"
                  "sentio.conf:3: tls.key: /nowhere/key.pem cannot be read: No such file or "
                  "directory\n");
}

static void tls_listener_with_both_files_is_taken(void **state) {
    fixture_write("cert.pem", "");
    fixture_write("key.pem", "");
    struct config *config =
        fixture_loads(*state, "server = { listen = [ \"tls:127.0.0.1:1\" ]; };\n"
                              "tls = { certificate = \"cert.pem\"; key = \"./key.pem\"; };\n");
    assert_int_equal(config->server.listen[0].transport, CONFIG_TLS);
    assert_int_equal(access(config->tls.certificate, R_OK), 0);
    assert_int_equal(access(config->tls.key, R_OK), 0);
}

static void secrets_files_must_exist(void **state) {
    fixture_fails(*state,
                  "auth = { admin_tokens_file = \"tokens\"; };\n"
                  "publish = { keys_file = \"keys\"; };\n",
                  "sentio.conf:1: auth.admin_tokens_file: DIR/tokens cannot be read: No such file "
                  "or directory\n"
                  "sentio.conf:2: publish.keys_file: DIR/keys cannot be read: No such file or "
                  "directory\n");
}

static void secrets_files_must_not_be_world_readable(void **state) {
    fixture_write("tokens", "");
    fixture_write("keys", "");
    assert_int_equal(chmod("tokens", 0644), 0);
    fixture_fails(*state,
                  "auth = { admin_tokens_file = \"tokens\"; };\n"
                  "publish = { keys_file = \"keys\"; };\n",
                  "sentio.conf:1: auth.admin_tokens_file: everyone may read or write DIR/tokens "
                  "(mode 0644); run: chmod 0640 DIR/tokens\n");
    assert_int_equal(chmod("tokens", 0640), 0);
    struct config *config = fixture_good(*state);
    assert_int_equal(access(config->auth.admin_tokens_file, R_OK), 0);
    assert_int_equal(access(config->publish.keys_file, R_OK), 0);
}

#define DIR_SETTING "plugins = { dir = \"plugins\"; };\n"
#define ENTRY(name, settings) "{ name = \"" name "\"; plugin = \"plugins/alpha.so\"; " settings " }"

static void plugin_is_required(void **state) {
    fixture_fails(*state, "channels = (\n  { name = \"a\"; } );\n",
                  "sentio.conf:2: channel \"a\" needs a plugin\n");
}

/* It may be a misspelt name, while the meant channel runs on. */
static void disabling_what_is_configured_nowhere_is_an_error(void **state) {
    fixture_write("conf.d/a.conf", "channels = ( { name = \"earnigs\"; enabled = false; } );");
    fixture_fails(*state, "channels = ( " ENTRY("earnings", "") " );",
                  "conf.d/a.conf:1: channel \"earnigs\" needs a plugin\n");
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

static void missing_plugin_says_where_it_was_looked_for(void **state) {
    fixture_fails(
        *state,
        DIR_SETTING "channels = ( { name = \"a\"; plugin = \"alhpa.so\"; },\n"
                    "  { name = \"b\"; plugin = \"./plugins/betta.so\"; },\n"
                    "  { name = \"d\"; plugin = \"/nowhere/x.so\"; } );\n",
        "sentio.conf:2: channels.a.plugin: DIR/plugins/alhpa.so cannot be read: No such file or "
        "directory\n"
        "sentio.conf:3: channels.b.plugin: DIR/./plugins/betta.so cannot be read: No such file or "
        "directory\n"
        "sentio.conf:4: channels.d.plugin: /nowhere/x.so cannot be read: No such file or "
        "directory\n");
}

static void disabled_channel_is_not_checked(void **state) {
    assert_int_equal(fixture_loads(*state, "channels = ( { name = \"a\"; plugin = \"none.so\";\n"
                                           "  enabled = false; observes = [\"x\"]; } );")
                         ->channel_count,
                     0);
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
        "sentio.conf:2: channels.a.path: \"x\" is not a path: \"/\" and at most 127 "
        "letters, digits and / - . _ ~\n"
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
        "sentio.conf:6: channels.c.interval: 0 is not from interval_min 2s to interval_max 1s\n"
        "sentio.conf:7: channels.d.interval: 0 is not from interval_min 2m to interval_max 1m\n");
}

static void interval_of_zero_is_below_any_least(void **state) {
    fixture_loads(*state, "channels = ( " ENTRY("a", "interval_min = \"1s\";") " );");
    fixture_loads(*state, "channels = ( " ENTRY("a", "interval = \"60s\";") " );");
}

static void observed_and_forwarded_channels_must_exist_and_be_enabled(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("market-data", "") ",\n" ENTRY(
            "off",
            "enabled = false;") ",\n" ENTRY("a",
                                            "\n observes = [\n \"market-dta\",\n \"off\" ];\n"
                                            " forwards = [\"market-data\", \"zzzzzzzz\"];") " );\n",
        "sentio.conf:6: channels.a.observes: there is no channel \"market-dta\", or it is disabled "
        "(did you mean \"market-data\"?)\n"
        "sentio.conf:7: channels.a.observes: there is no channel \"off\", or it is disabled\n"
        "sentio.conf:8: channels.a.forwards: there is no channel \"zzzzzzzz\", or it is disabled\n");
}

static void channel_that_observes_itself_is_a_cycle(void **state) {
    fixture_fails(*state, "channels = (\n" ENTRY("a", "\nobserves = [\"a\"];") " );",
                  "sentio.conf:3: channels.a.observes closes a cycle: a -> a\n");
    fixture_fails(*state, "channels = (\n" ENTRY("a", "\nforwards = [\"a\"];") " );",
                  "sentio.conf:3: channels.a.forwards closes a cycle: a -> a\n");
}

static void cycle_over_both_kinds_of_edges_is_found(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("quotes", "observes = [\"signals\"];") ",\n" ENTRY(
            "paper", "observes = [\"quotes\"]; forwards = [\"signals\"];") ",\n" ENTRY("signals",
                                                                                       "") " );",
        "sentio.conf:2: channels.quotes.observes closes a cycle: quotes -> paper -> "
        "signals -> quotes\n");
}

static void every_cycle_is_reported_and_a_way_into_it_is_not_part(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("in", "forwards = [\"a\"];") ",\n" ENTRY("a", "forwards = [\"b\"];") ",\n" ENTRY(
            "b",
            "forwards = [\"a\"];") ",\n" ENTRY("c",
                                               "observes = [\"d\"];") ",\n" ENTRY("d",
                                                                                  "observes = [\"c\"];") " );",
        "sentio.conf:4: channels.b.forwards closes a cycle: a -> b -> a\n"
        "sentio.conf:5: channels.c.observes closes a cycle: c -> d -> c\n");
}

static void two_ways_to_one_channel_are_no_cycle(void **state) {
    fixture_loads(
        *state,
        "channels = (" ENTRY("top", "forwards = [\"a\", \"b\"];") "," ENTRY("a", "forwards = [\"end\"];") "," ENTRY(
            "b", "forwards = [\"end\"];") "," ENTRY("end", "observes = [\"top\"];") " );");
}

static void cycle_through_a_disabled_channel_is_none(void **state) {
    fixture_loads(*state,
                  "channels = (" ENTRY("a", "") "," ENTRY(
                      "b", "enabled = false; observes = [\"a\"]; forwards = [\"a\"];") " );");
}

static void assert_control(struct fixture *fixture, const char *text, const char *expected) {
    char *path = fixture_neutral(fixture, fixture_loads(fixture, text)->server.control);
    assert_string_equal(path, expected);
    free(path);
}

static void control_socket_is_in_the_state_folder_by_default(void **state) {
    assert_control(*state, "", "/var/lib/sentio/control.sock");
    assert_control(*state, "server = { state_dir = \"state\"; };", "DIR/state/control.sock");
    assert_control(*state, "server = { control = \"run/c\"; };", "DIR/run/c");
    assert_control(*state, "server = { control = \"/run/c\"; state_dir = \"x\"; };", "/run/c");
    assert_control(*state, "server = { control = \"\"; };", "");
}

static void assert_dashboard(struct fixture *fixture, const char *text, const char *expected) {
    char *path = fixture_neutral(fixture, fixture_loads(fixture, text)->server.dashboard);
    assert_string_equal(path, expected);
    free(path);
}

static void dashboard_is_a_folder_beside_the_main_file_or_a_word(void **state) {
    assert_dashboard(*state, "", "");
    assert_dashboard(*state, "server = { dashboard = \"none\"; };", "none");
    assert_dashboard(*state, "server = { dashboard = \"plugins\"; };", "DIR/plugins");
    assert_dashboard(*state, "server = { dashboard = \"/etc\"; };", "/etc");
}

static void dashboard_must_be_a_folder_that_can_be_read(void **state) {
    fixture_fails(*state, "server = {\n  dashboard = \"nowhere\"; };\n",
                  "sentio.conf:2: server.dashboard: DIR/nowhere cannot be read: No such file or "
                  "directory; build it with packaging/dashboard.sh, or say \"none\"\n");
    fixture_fails(*state, "server = { dashboard = \"plugins/alpha.so\"; };\n",
                  "sentio.conf:1: server.dashboard: DIR/plugins/alpha.so cannot be read: Not a "
                  "directory; build it with packaging/dashboard.sh, or say \"none\"\n");
}

static void control_socket_s_path_has_its_length(void **state) {
    char text[256];
    char path[CONFIG_SOCKET_MAX + 2];
    memset(path, 'x', sizeof(path));
    path[0] = '/';
    path[CONFIG_SOCKET_MAX] = '\0';
    snprintf(text, sizeof(text), "server = { control = \"%s\"; };", path);
    assert_control(*state, text, path);
    path[CONFIG_SOCKET_MAX] = 'x';
    path[CONFIG_SOCKET_MAX + 1] = '\0';
    snprintf(text, sizeof(text), "server = { control = \"%s\"; };", path);
    char errors[512];
    snprintf(
        errors, sizeof(errors),
        "sentio.conf:1: server.control: \"%s\" has more than the 107 bytes that a socket's path "
        "may\n",
        path);
    fixture_fails(*state, text, errors);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(open_mode_requires_loopback),
        FIXTURE_TEST(loopback_is_required_of_the_environment_too),
        FIXTURE_TEST(loopback_is_not_asked_of_who_wants_another_mode),
        FIXTURE_TEST(tls_listener_needs_certificate_and_key),
        FIXTURE_TEST(certificate_and_key_must_be_readable_files),
        FIXTURE_TEST(tls_listener_with_both_files_is_taken),
        FIXTURE_TEST(secrets_files_must_exist),
        FIXTURE_TEST(secrets_files_must_not_be_world_readable),
        FIXTURE_TEST(plugin_is_required),
        FIXTURE_TEST(plugin_without_a_slash_is_in_the_plugins_folder),
        FIXTURE_TEST(plugin_with_a_slash_is_in_the_main_files_folder),
        FIXTURE_TEST(missing_plugin_says_where_it_was_looked_for),
        FIXTURE_TEST(disabled_channel_is_not_checked),
        FIXTURE_TEST(disabling_what_is_configured_nowhere_is_an_error),
        FIXTURE_TEST(path_is_under_ws_by_default),
        FIXTURE_TEST(two_channels_have_two_paths),
        FIXTURE_TEST(path_must_be_a_channels),
        FIXTURE_TEST(interval_lies_between_its_bounds),
        FIXTURE_TEST(interval_of_zero_is_below_any_least),
        FIXTURE_TEST(observed_and_forwarded_channels_must_exist_and_be_enabled),
        FIXTURE_TEST(channel_that_observes_itself_is_a_cycle),
        FIXTURE_TEST(cycle_over_both_kinds_of_edges_is_found),
        FIXTURE_TEST(every_cycle_is_reported_and_a_way_into_it_is_not_part),
        FIXTURE_TEST(two_ways_to_one_channel_are_no_cycle),
        FIXTURE_TEST(cycle_through_a_disabled_channel_is_none),
        FIXTURE_TEST(control_socket_is_in_the_state_folder_by_default),
        FIXTURE_TEST(dashboard_is_a_folder_beside_the_main_file_or_a_word),
        FIXTURE_TEST(dashboard_must_be_a_folder_that_can_be_read),
        FIXTURE_TEST(control_socket_s_path_has_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
