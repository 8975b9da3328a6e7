/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config/config_internal.h"

static char *dumped(const struct config_source *source) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(config_dump(source, out, stderr), 0);
    fclose(out);
    return text;
}

/* Without the comments, which differ with where a value came from. */
static char *values_of(char *dump) {
    char *values = calloc(1, strlen(dump) + 1);
    size_t length = 0;
    for (char *line = dump; *line != '\0'; line += strcspn(line, "\n") + 1) {
        char *end = line + strcspn(line, "\n");
        char *comment = strstr(line, "; // ");
        size_t kept = (size_t)((comment != NULL && comment < end ? comment + 1 : end) - line);
        memcpy(values + length, line, kept);
        length += kept;
        values[length++] = '\n';
    }
    return values;
}

static void assert_contains(const struct fixture *fixture, const char *dump, const char *line) {
    char *neutral = fixture_neutral(fixture, dump);
    if (strstr(neutral, line) == NULL) {
        fail_msg("no \"%s\" in:\n%s", line, neutral);
    }
    free(neutral);
}

static void every_value_says_where_it_came_from(void **state) {
    static const char *const environment[] = {"SENTIO_SERVER__DRAIN=3s", NULL};
    static const char *const sets[] = {"log.level=debug"};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture->sets = sets;
    fixture->set_count = 1;
    fixture_write("sentio.conf", "server = {\n  io_threads = 2; };\n"
                                 "channels = ( { name = \"a\";\n"
                                 "  plugin = \"plugins/alpha.so\"; } );");
    fixture_write("conf.d/x.conf", "\nchannels = ( { name = \"a\"; options = { k = 1; }; } );");
    struct config_source source = fixture_source(fixture);
    char *dump = dumped(&source);
    assert_contains(fixture, dump, "server = {\n    listen = [\"127.0.0.1:8000\"]; // default\n");
    assert_contains(fixture, dump, "    io_threads = 2; // sentio.conf:2\n");
    assert_contains(fixture, dump, "    drain = \"3s\"; // SENTIO_SERVER__DRAIN\n");
    assert_contains(fixture, dump, "    level = \"debug\"; // --set log.level=debug\n");
    assert_contains(fixture, dump, "    keys_file = \"\"; // default\n");
    assert_contains(fixture, dump, "        plugin = \"DIR/plugins/alpha.so\"; // sentio.conf:4\n");
    assert_contains(fixture, dump, "        path = \"/ws/a\"; // default\n");
    assert_contains(fixture, dump, "        snapshot = \"plugin\"; // default\n");
    assert_contains(fixture, dump,
                    "        source = {\n            command = []; // default\n        };\n");
    assert_contains(fixture, dump,
                    "        options = {\n            k = 1;\n        }; // conf.d/x.conf:2\n");
    free(dump);
}

static void dump_loads_again_to_the_same_values(void **state) {
    struct fixture *fixture = *state;
    fixture_write("cert.pem", "");
    fixture_write("keys", "");
    fixture_write(
        "sentio.conf",
        "server = { listen = [\"tls:127.0.0.1:1\", \"unix:/run/x\"]; origins = [];\n"
        "  state_dir = \"a \\\"b\\\" \\\\ \\x01\"; heartbeat = \"90s\"; };\n"
        "tls = { certificate = \"cert.pem\"; key = \"cert.pem\"; };\n"
        "publish = { keys_file = \"keys\"; wait = 0; };\n"
        "log = { format = \"json\"; level = \"error\"; };\n"
        "channels = (\n"
        "  { name = \"a\"; plugin = \"plugins/alpha.so\"; path = \"\"; snapshot = true;\n"
        "    history = 7; history_age = \"25h\"; forwards = [\"b\"];\n"
        "    source = { command = [\"x\", \"-y\", \"\"]; };\n"
        "    options = { i = 1; l = 5000000000L; f = 0.1; g = 2.0; big = 1.0e300; b = false;\n"
        "                s = \"\\x02\xc3\xa4/\"; v = (1, (2.5, { w = [ ]; })); }; },\n"
        "  { name = \"b\"; plugin = \"plugins/beta.so\"; },\n"
        "  { name = \"c\"; plugin = \"gone.so\"; enabled = false; } );");
    struct config_source source = fixture_source(fixture);
    char *first = dumped(&source);
    fixture_write("again.conf", first);
    source.file = "again.conf";
    char *second = dumped(&source);
    char *values = values_of(first);
    char *again = values_of(second);
    assert_string_equal(values, again);
    char *options = strdup(fixture_good(fixture)->channels[0].options);
    FILE *errors = tmpfile();
    struct config *config = config_load(&source, errors);
    assert_non_null(config);
    assert_string_equal(config->channels[0].options, options);
    assert_string_equal(config->channels[0].source.items[2], "");
    assert_int_equal(config->channel_count, 2);
    config_free(config);
    fclose(errors);
    free(options);
    free(values);
    free(again);
    free(first);
    free(second);
}

static void text_of_what_is_loaded_is_the_dump(void **state) {
    struct fixture *fixture = *state;
    char *text = NULL;
    fixture_write("sentio.conf",
                  "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; } );");
    struct config_source source = fixture_source(fixture);
    struct config *config = config_load_text(&source, stderr, &text);
    char *dump = dumped(&source);
    assert_non_null(config);
    assert_string_equal(text, dump);
    config_free(config);
    free(dump);
    free(text);
    FILE *errors = tmpfile();
    source.file = "nowhere.conf";
    assert_null(config_load_text(&source, errors, &text));
    assert_null(text);
    fclose(errors);
}

static void secrets_in_options_are_masked(void **state) {
    struct fixture *fixture = *state;
    fixture_write("sentio.conf", "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\";\n"
                                 "  options = { api_token = \"hunter2\"; }; } );");
    struct config_source source = fixture_source(fixture);
    char *dump = dumped(&source);
    assert_contains(fixture, dump, "            api_token = \"********\";\n");
    assert_null(strstr(dump, "hunter2"));
    free(dump);
}

static void assert_written(const char *text, const char *expected) {
    struct sentio_writer out;
    config_t tree;
    config_init(&tree);
    assert_int_equal(config_read_string(&tree, text), CONFIG_TRUE);
    sentio_writer_init(&out, NULL, 0);
    config_write_value(&out, config_root_setting(&tree), 0);
    struct sentio_bytes bytes = sentio_written(&out);
    assert_int_equal(bytes.size, strlen(expected));
    assert_memory_equal(bytes.data, expected, bytes.size);
    sentio_writer_finish(&out);
    config_destroy(&tree);
}

static void secrets_are_masked_by_name_and_file_names_are_not(void **state) {
    (void)state;
    assert_written("api_key = \"a\"; Password = 5; tokens = [\"b\"];\n"
                   "client_secret = { x = \"c\"; }; keys_file = \"d\"; plain = \"e\";\n"
                   "inner = { auth_token = \"f\"; };",
                   "{\n"
                   "    api_key = \"********\";\n"
                   "    Password = \"********\";\n"
                   "    tokens = \"********\";\n"
                   "    client_secret = \"********\";\n"
                   "    keys_file = \"d\";\n"
                   "    plain = \"e\";\n"
                   "    inner = {\n"
                   "        auth_token = \"********\";\n"
                   "    };\n"
                   "}");
}

static void integers_beyond_32_bits_are_written_with_an_l(void **state) {
    (void)state;
    assert_written("a = 2147483647; b = 2147483648L; c = -2147483649L;",
                   "{\n    a = 2147483647;\n    b = 2147483648L;\n    c = -2147483649L;\n}");
}

static void quotes_and_control_characters_are_escaped(void **state) {
    (void)state;
    assert_written("s = \"a\\\"b\\\\c\\n\\x7f\xc3\xa4\";",
                   "{\n    s = \"a\\\"b\\\\c\\x0a\\x7f\xc3\xa4\";\n}");
}

static void wrong_configuration_is_not_dumped(void **state) {
    struct fixture *fixture = *state;
    char *text = NULL;
    char *found = NULL;
    size_t size = 0;
    fixture_write("sentio.conf", "x = 1;");
    struct config_source source = fixture_source(fixture);
    FILE *out = open_memstream(&text, &size);
    FILE *errors = open_memstream(&found, &size);
    assert_int_not_equal(config_dump(&source, out, errors), 0);
    fclose(out);
    fclose(errors);
    assert_string_equal(text, "");
    assert_string_equal(found, "sentio.conf:1: there is no section x\n");
    free(text);
    free(found);
}

static char *described(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    config_describe(out);
    fclose(out);
    return text;
}

static void every_setting_is_described(void **state) {
    char *text = described();
    char heading[128];
    (void)state;
    for (size_t i = 0; i < settings_host.count; i++) {
        snprintf(heading, sizeof(heading), "%s  (", settings_host.rows[i].name);
        assert_non_null(strstr(text, heading));
    }
    for (size_t i = 0; i < settings_channel.count; i++) {
        snprintf(heading, sizeof(heading), "\nchannels.<name>.%s  (",
                 settings_channel.rows[i].name);
        assert_non_null(strstr(text, heading));
    }
    free(text);
}

static void type_default_range_and_meaning_are_given(void **state) {
    char *text = described();
    (void)state;
    assert_non_null(strstr(text,
                           "server.heartbeat  (duration; default 30s; 1s to 1h)\n"
                           "        Silence on a connection before the host sends a ping.\n"));
    assert_non_null(strstr(text, "log.format  (choice; default text; \"text\", \"json\")\n"));
    assert_non_null(strstr(text, "tls.key  (file name)\n"));
    assert_non_null(strstr(text, "channels.<name>.observes  (list; default empty)\n"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_value_says_where_it_came_from),
        FIXTURE_TEST(dump_loads_again_to_the_same_values),
        FIXTURE_TEST(text_of_what_is_loaded_is_the_dump),
        FIXTURE_TEST(secrets_in_options_are_masked),
        cmocka_unit_test(secrets_are_masked_by_name_and_file_names_are_not),
        cmocka_unit_test(integers_beyond_32_bits_are_written_with_an_l),
        cmocka_unit_test(quotes_and_control_characters_are_escaped),
        FIXTURE_TEST(wrong_configuration_is_not_dumped),
        cmocka_unit_test(every_setting_is_described),
        cmocka_unit_test(type_default_range_and_meaning_are_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
