/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config/config_internal.h"

static void wrong_types_say_what_is_taken_and_what_was_found(void **state) {
    fixture_fails(
        *state,
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
        "sentio.conf:2: server.listen must be a list of strings, not \"127.0.0.1:8000\"\n"
        "sentio.conf:3: server.io_threads must be an integer, not \"2\"\n"
        "sentio.conf:4: server.origins must be a list of strings, not a boolean\n"
        "sentio.conf:5: server.heartbeat must be a duration such as \"30s\" (ms, s, m, h or d), not 30\n"
        "sentio.conf:6: server.drain must be a duration such as \"30s\" (ms, s, m, h or d), not a number with a fraction\n"
        "sentio.conf:7: server.state_dir must be a file name, not 7\n"
        "sentio.conf:9: tls.certificate must be a file name, not an array\n"
        "sentio.conf:10: auth.mode must be one of \"open\", not a boolean\n"
        "sentio.conf:11: publish.body_size must be a size such as \"64KiB\" (B, KiB, MiB, GiB or TiB), not 1048576\n"
        "sentio.conf:12: log.level must be one of \"debug\", \"info\", \"warning\", "
        "\"error\", not a group\n");
}

static void wrong_types_in_a_channel_are_named_with_the_channel(void **state) {
    fixture_fails(
        *state,
        "channels = ( { name = \"a\";\n"
        "  enabled = \"yes\";\n"
        "  plugin = 5;\n"
        "  history = true;\n"
        "  snapshot = \"no\";\n"
        "  source = { command = \"cat\"; };\n"
        "  options = \"x\"; } );\n",
        "sentio.conf:2: channels.a.enabled must be true or false, not \"yes\"\n"
        "sentio.conf:3: channels.a.plugin must be a string, not 5\n"
        "sentio.conf:4: channels.a.history must be an integer, not a boolean\n"
        "sentio.conf:5: channels.a.snapshot must be true, false or \"plugin\", not \"no\"\n"
        "sentio.conf:6: channels.a.source.command must be a list of strings, not \"cat\"\n"
        "sentio.conf:7: channels.a.options must be a group, not \"x\"\n");
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
                  "};\n"
                  "compress = { min = \"17MiB\"; level = 10; };\n",
                  "sentio.conf:2: server.io_threads must be from 0 to 64, not 65\n"
                  "sentio.conf:3: server.heartbeat must be from 1s to 1h, not \"999ms\"\n"
                  "sentio.conf:4: server.handshake must be from 1s to 10m, not 0\n"
                  "sentio.conf:7: limits.connections must be from 1 to 10000000, not 5000000000\n"
                  "sentio.conf:8: limits.per_user must be from 0 to 10000000, not -1\n"
                  "sentio.conf:9: limits.message_size must be from 256B to 16MiB, not \"17MiB\"\n"
                  "sentio.conf:10: limits.outbox must be from 4KiB to 1GiB, not \"0\"\n"
                  "sentio.conf:12: compress.min must be from 0 to 16MiB, not \"17MiB\"\n"
                  "sentio.conf:12: compress.level must be from 1 to 9, not 10\n");
}

static void both_ends_of_a_range_are_taken(void **state) {
    struct config *config = fixture_loads(*state, "server = { io_threads = 64; drain = 0;\n"
                                                  "  heartbeat = \"1s\"; handshake = \"10m\"; };\n"
                                                  "publish = { wait = \"0\"; };\n"
                                                  "compress = { min = 0; level = 9; };\n");
    assert_int_equal(config->server.io_threads, 64);
    assert_int_equal(config->server.drain, 0);
    assert_int_equal(config->server.heartbeat, 1000);
    assert_int_equal(config->server.handshake, 600000);
    assert_int_equal(config->publish.wait, 0);
    assert_int_equal(config->compress.min, 0);
    assert_int_equal(config->compress.level, 9);
}

static void malformed_durations_and_sizes_are_errors(void **state) {
    fixture_fails(
        *state,
        "server = { heartbeat = \"30 sec\"; };\n"
        "limits = { outbox = \"1MB\"; };\n",
        "sentio.conf:1: server.heartbeat must be a duration such as \"30s\" (ms, s, m, h or d), not \"30 sec\"\n"
        "sentio.conf:2: limits.outbox must be a size such as \"64KiB\" (B, KiB, MiB, GiB or TiB), not \"1MB\"\n");
}

static void unknown_choice_lists_what_there_is(void **state) {
    fixture_fails(
        *state, "log = { level = \"warn\"; format = \"xml\"; };\n",
        "sentio.conf:1: log.level must be one of \"debug\", \"info\", \"warning\", \"error\", not \"warn\"\n"
        "sentio.conf:1: log.format must be one of \"text\", \"json\", not \"xml\"\n");
}

static void list_elements_are_checked_at_their_own_lines(void **state) {
    fixture_fails(
        *state,
        "server = {\n"
        "  listen = [ \"127.0.0.1:8000\",\n"
        "             \"*:80\",\n"
        "             \"unix:x\" ];\n"
        "  origins = ( \"same\",\n"
        "              5,\n"
        "              \"HTTPS://A.example\" );\n"
        "};\n",
        "sentio.conf:3: server.listen: \"*:80\" has no numeric address "
        "(\"127.0.0.1:8000\", \"[::1]:8000\", \"tls:0.0.0.0:8443\" or \"unix:/path\")\n"
        "sentio.conf:4: server.listen: \"unix:x\" is not a socket with an absolute path of at most 107 bytes (\"127.0.0.1:8000\", \"[::1]:8000\", \"tls:0.0.0.0:8443\" or "
        "\"unix:/path\")\n"
        "sentio.conf:6: server.origins must be a list of strings, but element 2 is 5\n"
        "sentio.conf:7: server.origins: \"HTTPS://A.example\" is neither \"same\", "
        "\"loopback\", \"*\" nor an origin such as \"https://app.example.com\"\n");
    fixture_fails(*state,
                  "server = { origins = [ \"same\",\n"
                  "  \"HTTPS://A.example\" ]; };\n",
                  "sentio.conf:2: server.origins: \"HTTPS://A.example\" is neither \"same\", "
                  "\"loopback\", \"*\" nor an origin such as \"https://app.example.com\"\n");
}

static void what_must_not_be_empty_is_an_error(void **state) {
    fixture_fails(*state,
                  "server = { listen = [ ];\n"
                  "  state_dir = \"\"; };\n",
                  "sentio.conf:1: server.listen must name at least one\n"
                  "sentio.conf:2: server.state_dir must be a file name, not \"\"\n");
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
    fixture_fails(*state, "server = { state_dir = \"/\\xff\"; origins = [\"\\xc0\\x80\"]; };\n",
                  "sentio.conf:1: server.state_dir: \"/\xff\" is not valid UTF-8\n"
                  "sentio.conf:1: server.origins: \"\xc0\x80\" is not valid UTF-8\n");
}

#define CHANNEL(options)                                                                           \
    "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; options = " options "; } );"

static const char *json_of(void **state, const char *text) {
    return fixture_loads(*state, text)->channels[0].options;
}

static void options_are_an_empty_object_by_default(void **state) {
    assert_string_equal(
        json_of(state, "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; } );"), "{}");
    assert_string_equal(json_of(state, CHANNEL("{ }")), "{}");
}

static void every_type_has_its_json(void **state) {
    assert_string_equal(
        json_of(state, CHANNEL("{ i = -5; h = 0x10; l = 5000000000L; t = true; f = FALSE;"
                               " s = \"a\\\"b\\\\/\\n\xc3\xa4\"; x = 0.1; y = 3.0; z = 1.0e30;"
                               " list = (1, \"a\", (), { k = [1, 2]; }); array = [ ]; }")),
        "{\"i\":-5,\"h\":16,\"l\":5000000000,\"t\":true,\"f\":false,"
        "\"s\":\"a\\\"b\\\\/\\n\xc3\xa4\",\"x\":0.1,\"y\":3.0,\"z\":1.0e+30,"
        "\"list\":[1,\"a\",[],{\"k\":[1,2]}],\"array\":[]}");
}

static void numbers_that_no_json_has_are_errors(void **state) {
    fixture_fails(*state, CHANNEL("{\n x = 1.0e999; }"),
                  "sentio.conf:1: channels.a.options: as JSON, a value expected\n");
}

/* `count` lists around a 1. */
static char *nested(int count) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fputs("channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; options = { x = ", out);
    for (int i = 0; i < count; i++) {
        fputc('(', out);
    }
    fputc('1', out);
    for (int i = 0; i < count; i++) {
        fputc(')', out);
    }
    fputs("; }; } );", out);
    fclose(out);
    return text;
}

static void options_nest_as_deep_as_the_plugins_reader_goes(void **state) {
    char *deep = nested(31);
    char *deeper = nested(32);
    struct config_source source = {.file = "sentio.conf"};
    char *dump = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&dump, &size);
    fixture_loads(*state, deep);
    assert_int_equal(config_dump(&source, out, stderr), 0);
    fclose(out);
    assert_non_null(strstr(dump, "((1))"));
    fixture_fails(*state, deeper,
                  "sentio.conf:1: channels.a.options: as JSON, nested too deeply\n");
    free(dump);
    free(deep);
    free(deeper);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(wrong_types_say_what_is_taken_and_what_was_found),
        FIXTURE_TEST(wrong_types_in_a_channel_are_named_with_the_channel),
        FIXTURE_TEST(numbers_outside_the_range_are_errors),
        FIXTURE_TEST(both_ends_of_a_range_are_taken),
        FIXTURE_TEST(malformed_durations_and_sizes_are_errors),
        FIXTURE_TEST(unknown_choice_lists_what_there_is),
        FIXTURE_TEST(list_elements_are_checked_at_their_own_lines),
        FIXTURE_TEST(what_must_not_be_empty_is_an_error),
        FIXTURE_TEST(origins_may_be_empty),
        FIXTURE_TEST(file_names_are_relative_to_the_main_files_folder),
        FIXTURE_TEST(strings_must_be_utf8),
        FIXTURE_TEST(options_are_an_empty_object_by_default),
        FIXTURE_TEST(every_type_has_its_json),
        FIXTURE_TEST(numbers_that_no_json_has_are_errors),
        FIXTURE_TEST(options_nest_as_deep_as_the_plugins_reader_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
