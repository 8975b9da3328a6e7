/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/exchange.h"

/* A folder of its own, which is the working directory. */
static int set_up(void **state) {
    char *folder = strdup("/tmp/sentio-exchange-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state) {
    char command[PATH_MAX];
    snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") == 0 ? system(command) : -1;
}

static void write_file(const char *name, const char *text, mode_t mode) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, mode), 0);
}

static void assert_file(const char *name, const char *expected) {
    char text[64] = "";
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    assert_string_equal(text, expected);
}

static void the_new_file_takes_the_old_one_s_place_and_mode(void **state) {
    struct stat status;
    (void)state;
    write_file("new.so", "new", 0600);
    write_file("old.so", "old", 0644);
    assert_int_equal(exchange_make("new.so", "old.so"), CTL_OK);
    assert_file("old.so", "new");
    assert_file("new.so", "new");
    assert_file("old.so.previous", "old");
    assert_int_equal(stat("old.so", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
}

static void undone_it_is_the_same_file_again(void **state) {
    struct stat before;
    struct stat after;
    (void)state;
    write_file("new.so", "new", 0600);
    write_file("old.so", "old", 0644);
    assert_int_equal(stat("old.so", &before), 0);
    assert_int_equal(exchange_make("new.so", "old.so"), CTL_OK);
    assert_int_equal(exchange_undo("old.so"), CTL_OK);
    assert_int_equal(stat("old.so", &after), 0);
    assert_true(before.st_ino == after.st_ino);
    assert_int_equal(access("old.so.previous", F_OK), -1);
}

static void only_the_last_one_before_is_kept(void **state) {
    (void)state;
    write_file("old.so", "1", 0644);
    write_file("new.so", "2", 0644);
    assert_int_equal(exchange_make("new.so", "old.so"), CTL_OK);
    write_file("new.so", "3", 0644);
    assert_int_equal(exchange_make("new.so", "old.so"), CTL_OK);
    assert_file("old.so", "3");
    assert_file("old.so.previous", "2");
}

static void what_fails_leaves_the_old_file_and_nothing_else(void **state) {
    (void)state;
    write_file("old.so", "old", 0644);
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(link("old.so", "same.so"), 0);
    assert_int_equal(exchange_make("missing.so", "old.so"), CTL_FAILED);
    assert_int_equal(exchange_make("folder", "old.so"), CTL_FAILED);
    assert_int_equal(exchange_make("same.so", "old.so"), CTL_FAILED);
    assert_int_equal(exchange_make("old.so", "missing.so"), CTL_FAILED);
    assert_int_equal(mkdir("old.so.previous", 0700), 0);
    write_file("new.so", "new", 0644);
    assert_int_equal(exchange_make("new.so", "old.so"), CTL_FAILED);
    assert_file("old.so", "old");
    assert_int_equal(system("test \"$(ls | wc -l)\" = 5"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_new_file_takes_the_old_one_s_place_and_mode),
        TEST(undone_it_is_the_same_file_again),
        TEST(only_the_last_one_before_is_kept),
        TEST(what_fails_leaves_the_old_file_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
