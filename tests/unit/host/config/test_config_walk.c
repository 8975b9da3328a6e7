/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

static void unknown_names_are_suggested(void **state) {
    fixture_fails(*state,
                  "sever = { };\n"
                  "chanels = ( );\n"
                  "nonsense = 1;\n"
                  "server = { hartbeat = \"5s\";\n"
                  "  xyzzy = 1; };\n"
                  "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\";\n"
                  "  intervall = \"1s\";\n"
                  "  source = { comand = [\"x\"]; };\n"
                  "  sorce = { }; } );\n",
                  "sentio.conf:1: there is no section sever (did you mean \"server\"?)\n"
                  "sentio.conf:2: there is no section chanels (did you mean \"channels\"?)\n"
                  "sentio.conf:3: there is no section nonsense\n"
                  "sentio.conf:4: there is no setting server.hartbeat (did you mean "
                  "\"heartbeat\"?)\n"
                  "sentio.conf:5: there is no setting server.xyzzy\n"
                  "sentio.conf:7: there is no setting channels.a.intervall (did you mean "
                  "\"interval\"?)\n"
                  "sentio.conf:8: there is no setting channels.a.source.comand (did you mean "
                  "\"command\"?)\n"
                  "sentio.conf:9: there is no setting channels.a.sorce (did you mean "
                  "\"source\"?)\n");
}

static void sections_and_channels_have_their_shapes(void **state) {
    fixture_fails(*state,
                  "server = 5;\n"
                  "log = (1);\n"
                  "channels = { };\n",
                  "sentio.conf:1: server must be a group { ... }, not 5\n"
                  "sentio.conf:2: log must be a group { ... }, not a list\n"
                  "sentio.conf:3: channels must be a list of groups ( { ... }, { ... } ), not a "
                  "group\n");
    fixture_fails(*state,
                  "channels = (\n"
                  "  5,\n"
                  "  { source = [\"x\"];\n"
                  "    name = \"a\"; plugin = \"plugins/alpha.so\"; } );\n",
                  "sentio.conf:2: a channel must be a group { name = \"...\"; ... }\n"
                  "sentio.conf:3: channels.a.source must be a group { ... }, not an array\n");
    fixture_fails(*state, "channels = [ \"a\" ];\n",
                  "sentio.conf:1: channels must be a list of groups ( { ... }, { ... } ), not an "
                  "array\n");
}

static void there_may_be_no_channels(void **state) {
    assert_int_equal(fixture_loads(*state, "channels = ( );")->channel_count, 0);
}

static void channel_names_are_checked(void **state) {
    fixture_fails(*state,
                  "channels = (\n"
                  "  { plugin = \"plugins/alpha.so\"; },\n"
                  "  { name = 5; },\n"
                  "  { name = \"Market\"; plugin = \"plugins/alpha.so\"; },\n"
                  "  { plugin = \"plugins/alpha.so\";\n"
                  "    name = \"publish\"; } );\n",
                  "sentio.conf:2: a channel must be a group { name = \"...\"; ... }\n"
                  "sentio.conf:3: a channel must be a group { name = \"...\"; ... }\n"
                  "sentio.conf:4: channels.Market.name: \"Market\" is not a channel name: 1 to 32 "
                  "of a-z, 0-9 and -\n"
                  "sentio.conf:6: channels.publish.name: \"publish\" is not a channel name: "
                  "/ws/publish is the publishers' path\n");
}

static void channel_is_in_a_file_once(void **state) {
    fixture_fails(*state,
                  "channels = (\n"
                  "  { name = \"a\"; plugin = \"plugins/alpha.so\"; },\n"
                  "  { name = \"b\"; plugin = \"plugins/beta.so\"; },\n"
                  "  { name = \"a\"; history = -1; } );\n",
                  "sentio.conf:4: channel \"a\" is in this file twice, first at line 2\n");
}

static void syntax_errors_have_a_line(void **state) {
    fixture_fails(*state, "server = {\n  listen = ;\n};\n", "sentio.conf:2: syntax error\n");
    fixture_fails(*state, "log = { };\nlog = { };\n", "sentio.conf:2: duplicate setting name\n");
}

static void fault_known_from_the_scan_is_not_reported_twice(void **state) {
    fixture_fails(*state, "@include \"x\"\n",
                  "sentio.conf:1: @include is not supported: put the file into conf.d\n");
}

static void every_setting_of_a_channel_is_read(void **state) {
    struct config *config = fixture_loads(
        *state, "channels = ( { name = \"x\"; plugin = \"plugins/beta.so\"; },\n"
                "  { plugin = \"./plugins/alpha.so\"; name = \"a\"; enabled = true;\n"
                "    path = \"/live\"; history = 5; history_age = \"2m\"; history_bytes = "
                "\"1MiB\";\n"
                "    interval = \"2s\"; interval_min = \"1s\"; interval_max = \"3s\";\n"
                "    snapshot = false; slow = \"disconnect\"; observes = [\"x\"];\n"
                "    source = { command = (\"cat\", \"-u\"); }; options = { x = 1; }; } );");
    const struct config_channel *channel = &config->channels[1];
    assert_int_equal(config->channel_count, 2);
    assert_string_equal(channel->name, "a");
    assert_string_equal(channel->file, "sentio.conf");
    assert_int_equal(channel->line, 2);
    assert_true(channel->enabled);
    assert_string_equal(channel->path, "/live");
    assert_int_equal(channel->history, 5);
    assert_int_equal(channel->history_age, 120000);
    assert_int_equal(channel->history_bytes, 1048576);
    assert_int_equal(channel->interval, 2000);
    assert_int_equal(channel->interval_min, 1000);
    assert_int_equal(channel->interval_max, 3000);
    assert_int_equal(channel->snapshot, 0);
    assert_int_equal(channel->slow, CONFIG_SLOW_DISCONNECT);
    assert_int_equal(channel->observes.count, 1);
    assert_string_equal(channel->observes.items[0], "x");
    assert_int_equal(channel->source.count, 2);
    assert_string_equal(channel->source.items[0], "cat");
    assert_string_equal(channel->source.items[1], "-u");
    assert_string_equal(channel->options, "{\"x\":1}");
}

static void every_policy_for_slow_readers_has_its_word(void **state) {
    static const char *const words[] = {"conflate", "drop", "disconnect"};
    static const enum config_slow policies[] = {CONFIG_SLOW_CONFLATE, CONFIG_SLOW_DROP,
                                                CONFIG_SLOW_DISCONNECT};
    for (int i = 0; i < 3; i++) {
        char text[128];
        snprintf(text, sizeof(text),
                 "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; slow = \"%s\"; } );",
                 words[i]);
        assert_int_equal(fixture_loads(*state, text)->channels[0].slow, policies[i]);
    }
    fixture_fails(
        *state,
        "channels = (\n"
        "  { name = \"a\"; plugin = \"plugins/alpha.so\";\n"
        "    slow = \"conflat\"; } );\n",
        "sentio.conf:3: channels.a.slow must be one of \"disconnect\", \"conflate\", \"drop\", not \"conflat\"\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(unknown_names_are_suggested),
        FIXTURE_TEST(sections_and_channels_have_their_shapes),
        FIXTURE_TEST(there_may_be_no_channels),
        FIXTURE_TEST(channel_names_are_checked),
        FIXTURE_TEST(channel_is_in_a_file_once),
        FIXTURE_TEST(syntax_errors_have_a_line),
        FIXTURE_TEST(fault_known_from_the_scan_is_not_reported_twice),
        FIXTURE_TEST(every_policy_for_slow_readers_has_its_word),
        FIXTURE_TEST(every_setting_of_a_channel_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
