/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

static void wrong_types_say_what_is_taken_and_what_was_found(void **state) {
    fixture_fails(*state,
                  "server = {\n"
                  "  listen = \"127.0.0.1:8000\";\n"
                  "  io_threads = \"2\";\n"
                  "  origins = true;\n"
                  "  heartbeat = 30;\n"
                  "  drain = 1.5;\n"
                  "  state_dir = 7L;\n"
                  "};\n"
                  "tls = { certificate = [ ]; };\n"
                  "auth = { mode = false; };\n"
                  "publish = { body_size = 1048576; };\n"
                  "log = { level = { }; };\n",
                  "sentio.conf:2: server.listen must be a list of strings, not a string\n"
                  "sentio.conf:3: server.io_threads must be an integer, not a string\n"
                  "sentio.conf:4: server.origins must be a list of strings, not a boolean\n"
                  "sentio.conf:5: server.heartbeat must be a duration such as \"30s\", not an "
                  "integer\n"
                  "sentio.conf:6: server.drain must be a duration such as \"30s\", not a number "
                  "with a fraction\n"
                  "sentio.conf:7: server.state_dir must be a file name, not an integer\n"
                  "sentio.conf:9: tls.certificate must be a file name, not a list\n"
                  "sentio.conf:10: auth.mode must be one of \"open\", not a boolean\n"
                  "sentio.conf:11: publish.body_size must be a size such as \"64KiB\", not an "
                  "integer\n"
                  "sentio.conf:12: log.level must be one of \"debug\", \"info\", \"warning\", "
                  "\"error\", not a group\n");
}

static void wrong_types_in_a_channel_are_named_with_the_channel(void **state) {
    fixture_fails(*state,
                  "channels = ( { name = \"a\";\n"
                  "  enabled = \"yes\";\n"
                  "  plugin = 5;\n"
                  "  history = true;\n"
                  "  snapshot = \"no\";\n"
                  "  source = { command = \"cat\"; };\n"
                  "  options = \"x\"; } );\n",
                  "sentio.conf:2: channels.a.enabled must be true or false, not a string\n"
                  "sentio.conf:3: channels.a.plugin must be a string, not an integer\n"
                  "sentio.conf:4: channels.a.history must be an integer, not a boolean\n"
                  "sentio.conf:5: channels.a.snapshot must be true, false or \"plugin\", not a "
                  "string\n"
                  "sentio.conf:6: channels.a.source.command must be a list of strings, not a "
                  "string\n"
                  "sentio.conf:7: channels.a.options must be a group, not a string\n");
}

static void numbers_outside_the_range_are_errors(void **state) {
    fixture_fails(*state,
                  "server = {\n"
                  "  io_threads = 65;\n"
                  "  heartbeat = \"999ms\";\n"
                  "  handshake = 0;\n"
                  "};\n"
                  "limits = {\n"
                  "  connections = 5000000000L;\n"
                  "  per_user = -1;\n"
                  "  message_size = \"17MiB\";\n"
                  "  outbox = \"0\";\n"
                  "};\n",
                  "sentio.conf:2: server.io_threads must be from 0 to 64, not 65\n"
                  "sentio.conf:3: server.heartbeat must be from 1s to 1h, not 999ms\n"
                  "sentio.conf:4: server.handshake must be from 1s to 10m, not 0\n"
                  "sentio.conf:7: limits.connections must be from 1 to 10000000, not 5000000000\n"
                  "sentio.conf:8: limits.per_user must be from 0 to 10000000, not -1\n"
                  "sentio.conf:9: limits.message_size must be from 256B to 16MiB, not 17MiB\n"
                  "sentio.conf:10: limits.outbox must be from 4KiB to 1GiB, not 0\n");
}

static void both_ends_of_a_range_are_taken(void **state) {
    struct config *config = fixture_loads(*state, "server = { io_threads = 64; drain = 0;\n"
                                                  "  heartbeat = \"1s\"; handshake = \"10m\"; };\n"
                                                  "publish = { wait = \"0\"; };\n");
    assert_int_equal(config->server.io_threads, 64);
    assert_int_equal(config->server.drain, 0);
    assert_int_equal(config->server.heartbeat, 1000);
    assert_int_equal(config->server.handshake, 600000);
    assert_int_equal(config->publish.wait, 0);
}

static void malformed_durations_and_sizes_are_errors(void **state) {
    fixture_fails(*state,
                  "server = { heartbeat = \"30 sec\"; };\n"
                  "limits = { outbox = \"1MB\"; };\n",
                  "sentio.conf:1: server.heartbeat: \"30 sec\" is not a duration: digits and ms, "
                  "s, m, h or d, such as \"30s\"\n"
                  "sentio.conf:2: limits.outbox: \"1MB\" is not a size: digits and B, KiB, MiB, "
                  "GiB or TiB, such as \"64KiB\"\n");
}

static void unknown_choice_lists_what_there_is(void **state) {
    fixture_fails(*state, "log = { level = \"warn\"; format = \"xml\"; };\n",
                  "sentio.conf:1: log.level: \"warn\" is not one of \"debug\", \"info\", "
                  "\"warning\", \"error\"\n"
                  "sentio.conf:1: log.format: \"xml\" is not one of \"text\", \"json\"\n");
}

static void misspelt_choice_is_suggested(void **state) {
    fixture_fails(*state, "log = { level = \"inof\"; };\n",
                  "sentio.conf:1: log.level: \"inof\" is not one of \"debug\", \"info\", "
                  "\"warning\", \"error\" (did you mean \"info\"?)\n");
}

static void choices_of_later_versions_say_what_there_is_now(void **state) {
    fixture_fails(*state,
                  "auth = { mode = \"jwt\"; };\n"
                  "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\";\n"
                  "               slow = \"conflate\"; },\n"
                  "             { name = \"b\"; plugin = \"plugins/beta.so\";\n"
                  "               slow = \"drop\"; } );\n",
                  "sentio.conf:1: auth.mode: \"jwt\" is not available in this version; use "
                  "\"open\"\n"
                  "sentio.conf:3: channels.a.slow: \"conflate\" is not available in this version; "
                  "use \"disconnect\"\n"
                  "sentio.conf:5: channels.b.slow: \"drop\" is not available in this version; use "
                  "\"disconnect\"\n");
}

static void list_elements_are_checked_at_their_own_lines(void **state) {
    fixture_fails(*state,
                  "server = {\n"
                  "  listen = [ \"127.0.0.1:8000\",\n"
                  "             \"*:80\",\n"
                  "             \"unix:x\" ];\n"
                  "  origins = ( \"same\",\n"
                  "              5,\n"
                  "              \"HTTPS://A.example\" );\n"
                  "};\n",
                  "sentio.conf:3: server.listen: \"*:80\" has no numeric address "
                  "(\"127.0.0.1:8000\", \"[::1]:8000\", \"tls:0.0.0.0:8443\" or \"unix:/path\") "
                  "(did you mean \"0.0.0.0:80\"?)\n"
                  "sentio.conf:4: server.listen: \"unix:x\" is not a socket with an absolute path "
                  "(\"127.0.0.1:8000\", \"[::1]:8000\", \"tls:0.0.0.0:8443\" or "
                  "\"unix:/path\")\n"
                  "sentio.conf:6: server.origins must be a list of strings, but element 2 is an "
                  "integer\n");
    fixture_fails(*state,
                  "server = { origins = [ \"same\",\n"
                  "  \"HTTPS://A.example\" ]; };\n",
                  "sentio.conf:2: server.origins: \"HTTPS://A.example\" is neither \"same\", "
                  "\"loopback\", \"*\" nor an origin such as \"https://app.example.com\" (did you "
                  "mean \"https://a.example\"?)\n");
}

static void what_must_not_be_empty_is_an_error(void **state) {
    fixture_fails(*state,
                  "server = { listen = [ ];\n"
                  "  state_dir = \"\"; };\n",
                  "sentio.conf:1: server.listen must name at least one\n"
                  "sentio.conf:2: server.state_dir must not be empty\n");
}

static void origins_may_be_empty(void **state) {
    assert_int_equal(fixture_loads(*state, "server = { origins = ( ); };")->server.origins.count,
                     0);
}

static void file_names_are_relative_to_the_main_files_folder(void **state) {
    struct fixture *fixture = *state;
    fixture_write("conf.d/a.conf", "plugins = { dir = \"plugins\"; };");
    struct config *config = fixture_loads(fixture, "server = { state_dir = \"state\"; };");
    char *dir = fixture_neutral(fixture, config->plugins.dir);
    char *state_dir = fixture_neutral(fixture, config->server.state_dir);
    assert_string_equal(dir, "DIR/plugins");
    assert_string_equal(state_dir, "DIR/state");
    free(dir);
    free(state_dir);
}

static void strings_must_be_utf8(void **state) {
    fixture_fails(*state,
                  "server = { state_dir = \"/\\xff\"; };\n"
                  "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\";\n"
                  "  options = { x = (1, {\n"
                  "    y = \"\\xc0\\x80\"; }); }; } );\n",
                  "sentio.conf:1: server.state_dir is not valid UTF-8\n"
                  "sentio.conf:4: channels.a.options: a string is not valid UTF-8\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(wrong_types_say_what_is_taken_and_what_was_found),
        FIXTURE_TEST(wrong_types_in_a_channel_are_named_with_the_channel),
        FIXTURE_TEST(numbers_outside_the_range_are_errors),
        FIXTURE_TEST(both_ends_of_a_range_are_taken),
        FIXTURE_TEST(malformed_durations_and_sizes_are_errors),
        FIXTURE_TEST(unknown_choice_lists_what_there_is),
        FIXTURE_TEST(misspelt_choice_is_suggested),
        FIXTURE_TEST(choices_of_later_versions_say_what_there_is_now),
        FIXTURE_TEST(list_elements_are_checked_at_their_own_lines),
        FIXTURE_TEST(what_must_not_be_empty_is_an_error),
        FIXTURE_TEST(origins_may_be_empty),
        FIXTURE_TEST(file_names_are_relative_to_the_main_files_folder),
        FIXTURE_TEST(strings_must_be_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
