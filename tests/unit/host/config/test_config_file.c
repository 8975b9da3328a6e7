/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

static void fragments_are_read_in_name_order_and_later_ones_win(void **state) {
    fixture_write("conf.d/10-b.conf", "server = { io_threads = 2; drain = \"2s\"; };");
    fixture_write("conf.d/9-c.conf", "server = { io_threads = 3; };");
    fixture_write("conf.d/B.conf", "server = { handshake = \"4s\"; };");
    fixture_write("conf.d/a.conf", "server = { handshake = \"5s\"; };");
    struct config *config =
        fixture_loads(*state, "server = { io_threads = 1; drain = \"1s\"; heartbeat = \"9s\"; };");
    assert_int_equal(config->server.io_threads, 3);
    assert_int_equal(config->server.drain, 2000);
    assert_int_equal(config->server.handshake, 5000);
    assert_int_equal(config->server.heartbeat, 9000);
}

static void only_visible_conf_files_are_read(void **state) {
    fixture_write("conf.d/.hidden.conf", "nonsense");
    fixture_write("conf.d/x.conf~", "nonsense");
    fixture_write("conf.d/x.conf.bak", "nonsense");
    fixture_write("conf.d/conf", "nonsense");
    fixture_loads(*state, "");
}

static void channels_merge_by_name_setting_by_setting(void **state) {
    fixture_write("conf.d/a.conf",
                  "channels = ( { name = \"b\"; history = 7; options = { y = 2; }; },\n"
                  "             { name = \"c\"; plugin = \"plugins/beta.so\"; } );");
    struct config *config = fixture_loads(
        *state, "channels = (\n"
                "  { name = \"a\"; plugin = \"plugins/alpha.so\"; },\n"
                "  { name = \"b\"; plugin = \"plugins/beta.so\"; history = 5; snapshot = true;\n"
                "    options = { x = 1; }; } );");
    assert_int_equal(config->channel_count, 3);
    assert_string_equal(config->channels[0].file, "sentio.conf");
    assert_int_equal(config->channels[0].line, 2);
    assert_string_equal(config->channels[1].name, "b");
    assert_int_equal(config->channels[1].history, 7);
    assert_int_equal(config->channels[1].snapshot, 1);
    assert_string_equal(config->channels[1].options, "{\"y\":2}");
    assert_string_equal(config->channels[1].file, "conf.d/a.conf");
    assert_int_equal(config->channels[1].line, 1);
    assert_string_equal(config->channels[2].name, "c");
}

static void later_file_takes_a_channel_away(void **state) {
    fixture_write("conf.d/a.conf", "channels = ( { name = \"a\"; enabled = false; } );");
    struct config *config =
        fixture_loads(*state, "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; },\n"
                              "             { name = \"b\"; plugin = \"plugins/beta.so\"; } );");
    assert_int_equal(config->channel_count, 1);
    assert_string_equal(config->channels[0].name, "b");
}

static void errors_of_all_files_are_reported_in_order(void **state) {
    fixture_write("conf.d/b.conf", "server = {\n io_threads = -1; };\nx = 1;");
    fixture_write("conf.d/a.conf", "\n\n\nserver = {");
    fixture_fails(*state, "server = { io_threads = 99; };\ny = 1;\n",
                  "sentio.conf:1: server.io_threads must be from 0 to 64, not 99\n"
                  "sentio.conf:2: there is no section y\n"
                  "conf.d/a.conf:4: syntax error\n"
                  "conf.d/b.conf:2: server.io_threads must be from 0 to 64, not -1\n"
                  "conf.d/b.conf:3: there is no section x\n");
}

static void missing_file_is_an_error(void **state) {
    fixture_bad(*state, "sentio.conf: cannot be read: No such file or directory\n");
}

static void folder_in_place_of_a_file_is_an_error(void **state) {
    assert_int_equal(mkdir("conf.d/x.conf", 0755), 0);
    assert_int_equal(mkdir("sentio.conf", 0755), 0);
    fixture_bad(*state, "sentio.conf: cannot be read: not a regular file\n"
                        "conf.d/x.conf: cannot be read: not a regular file\n");
}

static void pipe_in_place_of_a_file_is_an_error(void **state) {
    assert_int_equal(mkfifo("sentio.conf", 0644), 0);
    fixture_bad(*state, "sentio.conf: cannot be read: not a regular file\n");
}

static void folder_of_fragments_need_not_be_there(void **state) {
    assert_int_equal(rmdir("conf.d"), 0);
    fixture_loads(*state, "");
}

static void fragments_that_are_no_folder_are_an_error(void **state) {
    assert_int_equal(rmdir("conf.d"), 0);
    fixture_write("conf.d", "");
    fixture_fails(*state, "", "conf.d: cannot be read: Not a directory\n");
}

static void huge_file_is_an_error(void **state) {
    fixture_write("sentio.conf", "");
    assert_int_equal(truncate("sentio.conf", 4 * 1024 * 1024 + 1), 0);
    fixture_bad(*state, "sentio.conf: cannot be read: larger than 4 MiB\n");
}

static void names_in_errors_keep_the_folder_that_was_given(void **state) {
    struct fixture *fixture = *state;
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    fixture_write("sentio.conf", "x = 1;");
    fixture_write("conf.d/a.conf", "y = 1;");
    struct config_source source = fixture_source(fixture);
    source.file = "./plugins/../sentio.conf";
    assert_null(config_load(&source, errors));
    fclose(errors);
    assert_string_equal(text, "./plugins/../sentio.conf:1: there is no section x\n"
                              "./plugins/../conf.d/a.conf:1: there is no section y\n");
    free(text);
}

static void integers_that_would_wrap_are_errors(void **state) {
    fixture_fails(
        *state, "a = 2147483648;\nb = [ -2147483649,\n0xFFFFFFFF ];",
        "sentio.conf:1: 2147483648 is out of the range of 32-bit integers; write an L after it\n"
        "sentio.conf:2: -2147483649 is out of the range of 32-bit integers; write an L after it\n"
        "sentio.conf:3: 0xFFFFFFFF is out of the range of 32-bit integers; write an L after "
        "it\n");
    fixture_fails(*state, "a = 9223372036854775808L;",
                  "sentio.conf:1: 9223372036854775808L is out of the range of 64-bit integers\n");
}

static void integers_in_range_and_floats_are_taken(void **state) {
    const struct config *config = fixture_loads(
        *state, "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; options = {\n"
                "  a = 2147483647; b = -2147483648; c = 0x7fffffff; d = 9223372036854775807L;\n"
                "  e = 99999999999.5; f = 99999999999.0e2; g = 9223372036854775807LL; }; } );");
    assert_string_equal(config->channels[0].options,
                        "{\"a\":2147483647,\"b\":-2147483648,\"c\":2147483647,"
                        "\"d\":9223372036854775807,\"e\":99999999999.5,\"f\":9999999999900.0,"
                        "\"g\":9223372036854775807}");
}

static void strings_names_and_comments_are_passed_over(void **state) {
    fixture_fails(
        *state,
        "a99999999999 = \"99999999999 \\\" @include\"; // 99999999999 @include\n"
        "# 99999999999 \"\n"
        "/* 99999999999 \"\n @include */ x-99999999999 = true;\n"
        "b = 99999999999;",
        "sentio.conf:5: 99999999999 is out of the range of 32-bit integers; write an L after "
        "it\n");
}

static void unterminated_strings_and_comments_end_with_the_text(void **state) {
    fixture_fails(*state, "a = \"99999999999", "sentio.conf:1: syntax error\n");
    fixture_fails(*state, "a = \"\\", "sentio.conf:1: syntax error\n");
    fixture_fails(*state, "a = 1 /* 99999999999", "sentio.conf:1: there is no section a\n");
}

static void include_is_an_error(void **state) {
    fixture_fails(*state, "a = 1;\n@include \"/etc\"\n",
                  "sentio.conf:2: @include is not supported: put the file into conf.d\n");
}

static void nul_bytes_and_invalid_utf8_are_errors(void **state) {
    FILE *file = fopen("sentio.conf", "w");
    assert_non_null(file);
    assert_int_equal(fwrite("a = 1;\n\0b = 2;", 1, 14, file), 14);
    assert_int_equal(fclose(file), 0);
    fixture_bad(*state, "sentio.conf: cannot be read: it contains a NUL byte\n");
    fixture_fails(*state, "log = \"\xff\";",
                  "sentio.conf: cannot be read: it is not valid UTF-8\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(fragments_are_read_in_name_order_and_later_ones_win),
        FIXTURE_TEST(only_visible_conf_files_are_read),
        FIXTURE_TEST(channels_merge_by_name_setting_by_setting),
        FIXTURE_TEST(later_file_takes_a_channel_away),
        FIXTURE_TEST(errors_of_all_files_are_reported_in_order),
        FIXTURE_TEST(missing_file_is_an_error),
        FIXTURE_TEST(folder_in_place_of_a_file_is_an_error),
        FIXTURE_TEST(pipe_in_place_of_a_file_is_an_error),
        FIXTURE_TEST(folder_of_fragments_need_not_be_there),
        FIXTURE_TEST(fragments_that_are_no_folder_are_an_error),
        FIXTURE_TEST(huge_file_is_an_error),
        FIXTURE_TEST(names_in_errors_keep_the_folder_that_was_given),
        FIXTURE_TEST(integers_that_would_wrap_are_errors),
        FIXTURE_TEST(integers_in_range_and_floats_are_taken),
        FIXTURE_TEST(strings_names_and_comments_are_passed_over),
        FIXTURE_TEST(unterminated_strings_and_comments_end_with_the_text),
        FIXTURE_TEST(include_is_an_error),
        FIXTURE_TEST(nul_bytes_and_invalid_utf8_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
