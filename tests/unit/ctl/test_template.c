/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <sentio/plugin.h>

#include "ctl/template.h"

static const struct template_value list[] = {{"NAME", "my-feed"}, {"ID", "my_feed"}, {"NONE", ""}};
static const struct template_values values = {list, sizeof(list) / sizeof(list[0])};

static void assert_filled(const char *text, const char *expected) {
    char *filled = template_fill(text, &values);
    assert_string_equal(filled, expected);
    free(filled);
}

static void placeholders_become_their_values(void **state) {
    (void)state;
    assert_filled("@NAME@: @ID@@ID@.@NONE@", "my-feed: my_feedmy_feed.");
}

static void what_is_no_placeholder_stays(void **state) {
    (void)state;
    assert_filled("a@b.c @OTHER@ dh $@ @NAME @", "a@b.c @OTHER@ dh $@ @NAME @");
    assert_filled("", "");
    assert_filled("@", "@");
    assert_filled("me@@NAME@.org", "me@my-feed.org");
}

struct folders {
    char root[32];
    char from[64];
    char to[64];
};

static void write_file(const char *folder, const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int make_folders(void **state) {
    struct folders *folders = calloc(1, sizeof(*folders));
    strncpy(folders->root, "/tmp/template.XXXXXX", sizeof(folders->root) - 1);
    if (mkdtemp(folders->root) == NULL)
        return -1;
    snprintf(folders->from, sizeof(folders->from), "%s/from", folders->root);
    snprintf(folders->to, sizeof(folders->to), "%s/to", folders->root);
    *state = folders;
    return mkdir(folders->from, 0755) == 0 && mkdir(folders->to, 0755) == 0 ? 0 : -1;
}

static int remove_folders(void **state) {
    struct folders *folders = *state;
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", folders->root);
    int rc = system(command);
    free(folders);
    return rc;
}

static void assert_file(const char *folder, const char *name, const char *text, mode_t mode) {
    char path[256];
    char content[256] = "";
    struct stat status;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    content[fread(content, 1, sizeof(content) - 1, in)] = '\0';
    fclose(in);
    assert_string_equal(content, text);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, mode);
}

static void folder_is_copied_with_names_texts_and_permissions(void **state) {
    const struct folders *folders = *state;
    char inner[128];
    snprintf(inner, sizeof(inner), "%s/@ID@.d", folders->from);
    assert_int_equal(mkdir(inner, 0755), 0);
    write_file(folders->from, "@NAME@.c.in", "/* @NAME@ */\n");
    write_file(folders->from, "rules.in", "#!/bin/sh\nrun @ID@");
    write_file(folders->from, "empty.in", "");
    write_file(inner, ".hidden.in", "@NAME@");
    assert_int_equal(template_copy(folders->from, folders->to, &values), 0);
    assert_file(folders->to, "my-feed.c", "/* my-feed */\n", 0644);
    assert_file(folders->to, "rules", "#!/bin/sh\nrun my_feed", 0755);
    assert_file(folders->to, "empty", "", 0644);
    assert_file(folders->to, "my_feed.d/.hidden", "my-feed", 0644);
}

static void file_without_the_ending_is_not_copied(void **state) {
    const struct folders *folders = *state;
    char path[128];
    write_file(folders->from, "notes~", "x");
    write_file(folders->from, ".in", "x");
    assert_int_equal(template_copy(folders->from, folders->to, &values), 0);
    snprintf(path, sizeof(path), "%s/notes~", folders->to);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(folders->to), 0);
}

static void nothing_is_overwritten(void **state) {
    const struct folders *folders = *state;
    write_file(folders->from, "a.in", "new");
    write_file(folders->to, "a", "old");
    assert_int_equal(template_copy(folders->from, folders->to, &values), SENTIO_FAILED);
    assert_file(folders->to, "a", "old", 0644);
}

static void folder_that_is_not_there_is_an_error(void **state) {
    const struct folders *folders = *state;
    assert_int_equal(template_copy("/nowhere", folders->to, &values), SENTIO_FAILED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_become_their_values),
        cmocka_unit_test(what_is_no_placeholder_stays),
        cmocka_unit_test_setup_teardown(folder_is_copied_with_names_texts_and_permissions,
                                        make_folders, remove_folders),
        cmocka_unit_test_setup_teardown(file_without_the_ending_is_not_copied, make_folders,
                                        remove_folders),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten, make_folders, remove_folders),
        cmocka_unit_test_setup_teardown(folder_that_is_not_there_is_an_error, make_folders,
                                        remove_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
