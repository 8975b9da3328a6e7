/* SPDX-License-Identifier: MIT */
#include "plugin/plugin.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define OPEN                                                                                       \
    "#include <sentio/plugin.h>\n"                                                                 \
    "static int on_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {\n"  \
    "    (void)call; (void)config; (void)seed; return 0; }\n"
/* A plugin whose version is `text`. */
#define VALID(text)                                                                                \
    OPEN "SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {SENTIO_HEADER, "               \
         ".name = \"tiny\", .version = \"" text "\", .open = on_open};\n"

struct fixture {
    char folder[40]; /* holds the plugin */
    char copies[48]; /* where it is copied to */
    char file[48];
    char why[512];
    struct plugin *plugin;
};

static void write_file(const char *path, const char *text) {
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

/* Compiles the source to fixture->file, replacing what is there by a rename. */
static void build(struct fixture *fixture, const char *source) {
    char path[64];
    char command[1024];
    snprintf(path, sizeof(path), "%s/x.c", fixture->folder);
    write_file(path, source);
    snprintf(command, sizeof(command),
             "${CC:-cc} -shared -fPIC -I'%.*s/../../../../sdk/include' -o '%s/new' '%s'",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, fixture->folder, path);
    assert_int_equal(system(command), 0);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof(path), "%s/new", fixture->folder);
    assert_int_equal(rename(path, fixture->file), 0);
}

static int load(struct fixture *fixture) {
    return plugin_load(fixture->file, fixture->copies, &fixture->plugin, fixture->why,
                       sizeof(fixture->why));
}

static void assert_refused(struct fixture *fixture, int code, const char *why) {
    char expected[512];
    assert_int_equal(load(fixture), code);
    assert_null(fixture->plugin);
    snprintf(expected, sizeof(expected), "%s: %s", fixture->file, why);
    assert_string_equal(fixture->why, expected);
}

static int count_copies(const struct fixture *fixture) {
    DIR *folder = opendir(fixture->copies);
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    if (!fixture) {
        return -1;
    }
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sentio-test-plugin-XXXXXX");
    if (!mkdtemp(fixture->folder)) {
        free(fixture);
        return -1;
    }
    snprintf(fixture->copies, sizeof(fixture->copies), "%s/copies", fixture->folder);
    snprintf(fixture->file, sizeof(fixture->file), "%s/x.so", fixture->folder);
    *state = fixture;
    return mkdir(fixture->copies, 0700);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    plugin_unload(fixture->plugin);
    unlink(fixture->file);
    int left = rmdir(fixture->copies);
    left |= rmdir(fixture->folder);
    free(fixture);
    return left;
}

static void valid_plugin_is_loaded(void **state) {
    struct fixture *fixture = *state;
    build(fixture, VALID("1.2"));
    assert_int_equal(load(fixture), SENTIO_OK);
    assert_string_equal(fixture->plugin->table.name, "tiny");
    assert_string_equal(fixture->plugin->table.version, "1.2");
    assert_string_equal(fixture->plugin->file, fixture->file);
    assert_null(fixture->plugin->table.publish);
    assert_int_equal(fixture->plugin->table.open(NULL, (struct sentio_bytes){NULL, 0}, 1), 0);
}

static void plugin_is_loaded_in_place_without_a_folder_for_copies(void **state) {
    struct fixture *fixture = *state;
    build(fixture, VALID("1"));
    assert_int_equal(
        plugin_load(fixture->file, NULL, &fixture->plugin, fixture->why, sizeof(fixture->why)),
        SENTIO_OK);
    assert_string_equal(fixture->plugin->table.version, "1");
}

static void copy_is_removed_once_it_is_loaded(void **state) {
    struct fixture *fixture = *state;
    build(fixture, VALID("1"));
    assert_int_equal(load(fixture), SENTIO_OK);
    assert_int_equal(count_copies(fixture), 0);
}

static void copy_is_removed_when_it_can_not_be_loaded(void **state) {
    struct fixture *fixture = *state;
    write_file(fixture->file, "\177ELF, not quite");
    assert_int_equal(load(fixture), SENTIO_FAILED);
    assert_int_equal(count_copies(fixture), 0);
}

static void replaced_file_gives_the_new_code_beside_the_old(void **state) {
    struct fixture *fixture = *state;
    struct plugin *old = NULL;
    build(fixture, VALID("old"));
    assert_int_equal(load(fixture), SENTIO_OK);
    old = fixture->plugin;
    fixture->plugin = NULL;
    build(fixture, VALID("new"));
    assert_int_equal(load(fixture), SENTIO_OK);
    assert_string_equal(old->table.version, "old");
    assert_string_equal(fixture->plugin->table.version, "new");
    plugin_unload(old);
    assert_string_equal(fixture->plugin->table.version, "new");
}

static void same_file_loaded_twice_shares_nothing(void **state) {
    struct fixture *fixture = *state;
    struct plugin *other = NULL;
    build(fixture, VALID("1"));
    assert_int_equal(load(fixture), SENTIO_OK);
    assert_int_equal(
        plugin_load(fixture->file, fixture->copies, &other, fixture->why, sizeof(fixture->why)),
        SENTIO_OK);
    assert_ptr_not_equal(fixture->plugin->handle, other->handle);
    assert_ptr_not_equal(fixture->plugin->table.open, other->table.open);
    plugin_unload(other);
}

static void missing_file_is_refused(void **state) {
    assert_refused(*state, SENTIO_NOT_FOUND, "can not be opened: No such file or directory");
}

static void folder_is_refused(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(plugin_load(fixture->copies, fixture->copies, &fixture->plugin, fixture->why,
                                 sizeof(fixture->why)),
                     SENTIO_INVALID);
    assert_non_null(strstr(fixture->why, "/copies: is not a regular file"));
}

static void file_that_is_not_elf_is_refused(void **state) {
    struct fixture *fixture = *state;
    const char *why = "is not an ELF file: it is not a shared object";
    write_file(fixture->file, "#!/bin/sh\n");
    assert_refused(fixture, SENTIO_INVALID, why);
    write_file(fixture->file, "");
    assert_refused(fixture, SENTIO_INVALID, why);
}

static void missing_folder_for_copies_is_an_error(void **state) {
    struct fixture *fixture = *state;
    build(fixture, VALID("1"));
    assert_int_equal(plugin_load(fixture->file, "/nonexistent", &fixture->plugin, fixture->why,
                                 sizeof(fixture->why)),
                     SENTIO_FAILED);
    assert_non_null(strstr(fixture->why, "can not be copied to /nonexistent: No such file"));
}

static void undefined_symbol_is_named_with_the_plugins_own_path(void **state) {
    struct fixture *fixture = *state;
    build(fixture, VALID("1") "int nobody_has_this(void);\n"
                              "SENTIO_EXPORT int call(void) { return nobody_has_this(); }\n");
    assert_refused(fixture, SENTIO_FAILED, "undefined symbol: nobody_has_this");
}

static void shared_object_without_the_symbol_is_refused(void **state) {
    struct fixture *fixture = *state;
    build(fixture, "int nothing;\n");
    assert_refused(fixture, SENTIO_NOT_FOUND,
                   "no symbol \"sentio_plugin\": it is not a Sentio plugin");
}

static void hidden_symbol_is_not_found(void **state) {
    struct fixture *fixture = *state;
    build(fixture, "__attribute__((visibility(\"hidden\"))) int sentio_plugin;\n");
    assert_refused(fixture, SENTIO_NOT_FOUND,
                   "no symbol \"sentio_plugin\": it is not a Sentio plugin");
}

static void symbol_that_is_no_table_is_refused(void **state) {
    struct fixture *fixture = *state;
    char expected[128];
    build(fixture, "int sentio_plugin = 0x53454e54;\n");
    snprintf(expected, sizeof(expected),
             "symbol \"sentio_plugin\" is 4 bytes, at least %zu are required",
             sizeof(struct sentio_plugin));
    assert_refused(fixture, SENTIO_INVALID, expected);
}

static void wrong_magic_is_refused(void **state) {
    struct fixture *fixture = *state;
    build(fixture, "int sentio_plugin[4] = {1};\n");
    assert_refused(fixture, SENTIO_INVALID, "magic is 0x1, expected 0x53454e54");
}

static void other_major_is_refused(void **state) {
    struct fixture *fixture = *state;
    build(fixture, "struct { int magic; short major, minor; int size; } sentio_plugin = "
                   "{0x53454e54, 2, 0, 12};\n");
    assert_refused(fixture, SENTIO_INVALID, "built for ABI major 2, this host has 1");
}

static void later_minor_is_refused(void **state) {
    struct fixture *fixture = *state;
    build(fixture, "struct { int magic; short major, minor; int size; } sentio_plugin = "
                   "{0x53454e54, 1, 3, 12};\n");
    assert_refused(fixture, SENTIO_INVALID, "needs ABI minor 3, this host has 2");
}

static void table_of_a_longer_size_is_loaded(void **state) {
    struct fixture *fixture = *state;
    build(fixture, OPEN "struct longer { struct sentio_plugin table; long more[8]; };\n"
                        "extern const struct longer longer __asm__(\"sentio_plugin\");\n"
                        "SENTIO_EXPORT const struct longer longer = {{.magic = SENTIO_MAGIC, "
                        ".major = 1, .size = sizeof(struct longer), .name = \"tiny\", "
                        ".version = \"9\", .open = on_open}, {1}};\n");
    assert_int_equal(load(fixture), SENTIO_OK);
    assert_true(fixture->plugin->table.size > sizeof(struct sentio_plugin));
    assert_string_equal(fixture->plugin->table.version, "9");
}

static void invalid_declaration_is_refused(void **state) {
    struct fixture *fixture = *state;
    build(fixture, OPEN "SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {SENTIO_HEADER, "
                        ".name = \"tiny\", .version = \"1\", .open = on_open, .type = \"x\"};\n");
    assert_refused(fixture, SENTIO_INVALID, "has type \"x\" but no publish callback");
}

static void unloading_nothing_is_allowed(void **state) {
    (void)state;
    plugin_unload(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(valid_plugin_is_loaded),
        TEST(plugin_is_loaded_in_place_without_a_folder_for_copies),
        TEST(copy_is_removed_once_it_is_loaded),
        TEST(copy_is_removed_when_it_can_not_be_loaded),
        TEST(replaced_file_gives_the_new_code_beside_the_old),
        TEST(same_file_loaded_twice_shares_nothing),
        TEST(missing_file_is_refused),
        TEST(folder_is_refused),
        TEST(file_that_is_not_elf_is_refused),
        TEST(missing_folder_for_copies_is_an_error),
        TEST(undefined_symbol_is_named_with_the_plugins_own_path),
        TEST(shared_object_without_the_symbol_is_refused),
        TEST(hidden_symbol_is_not_found),
        TEST(symbol_that_is_no_table_is_refused),
        TEST(wrong_magic_is_refused),
        TEST(other_major_is_refused),
        TEST(later_minor_is_refused),
        TEST(table_of_a_longer_size_is_loaded),
        TEST(invalid_declaration_is_refused),
        TEST(unloading_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
