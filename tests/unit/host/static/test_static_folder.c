/* SPDX-License-Identifier: MIT */
#include "static/static_folder.h"

#include <limits.h>

#include "base/log.h"
#include "static_fixture.h"

static int setup(void **state) {
    struct pages *pages = calloc(1, sizeof(*pages));
    assert_non_null(pages);
    pages_create(pages);
    pages_say(pages, "index.html", "home");
    *state = pages;
    return 0;
}

static int teardown(void **state) {
    pages_remove(*state);
    free(*state);
    return 0;
}

static struct static_site *load(const struct pages *pages) {
    struct static_site *site;
    assert_int_equal(static_load(pages->folder, &site, stderr), 0);
    assert_non_null(site);
    return site;
}

/* It fails, for a reason that has this in it. */
static void assert_fails(const char *setting, const char *why) {
    struct static_site *site;
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    assert_non_null(errors);
    assert_int_equal(static_load(setting, &site, errors), SENTIO_INVALID);
    assert_int_equal(fclose(errors), 0);
    assert_null(site);
    if (strncmp(text, "server.dashboard: /", 19) != 0 || strstr(text, why) == NULL)
        fail_msg("\"%s\" is not in: %s", why, text);
    free(text);
}

static bool has(const struct static_site *site, const char *path) {
    return static_site_find(site, sentio_text(path)) != NULL;
}

static void a_folder_is_read_with_those_in_it(void **state) {
    struct pages *pages = *state;
    pages_folder(pages, "assets");
    pages_folder(pages, "assets/deep");
    pages_say(pages, "assets/a.js", "code");
    pages_say(pages, "assets/deep/b.css", "");
    struct static_site *site = load(pages);
    assert_int_equal(site->count, 3);
    assert_int_equal(site->bytes, 8);
    const struct static_file *file = static_site_find(site, sentio_text("/assets/a.js"));
    assert_non_null(file);
    assert_memory_equal(file->plain.data, "code", 4);
    assert_true(has(site, "/assets/deep/b.css"));
    static_site_unref(site);
}

static void what_begins_with_a_dot_is_left_out(void **state) {
    struct pages *pages = *state;
    pages_folder(pages, ".git");
    pages_say(pages, ".git/config", "secret");
    pages_say(pages, ".env", "secret");
    struct static_site *site = load(pages);
    assert_int_equal(site->count, 1);
    static_site_unref(site);
}

static void make_link(const struct pages *pages, const char *target, const char *name) {
    char path[256];
    assert_int_equal(symlink(target, pages_path(pages, name, path)), 0);
}

static void links_are_followed_to_files_in_the_folder_alone(void **state) {
    struct pages *pages = *state;
    char inside[256];
    pages_folder(pages, "assets");
    pages_folder(pages, ".hidden");
    pages_say(pages, ".hidden/secret", "secret");
    pages_path(pages, "index.html", inside);
    make_link(pages, "../index.html", "assets/good.html");
    make_link(pages, inside, "absolute.html");
    make_link(pages, "/etc/passwd", "passwd");
    make_link(pages, "../../../../../../../../etc/passwd", "up");
    make_link(pages, "/etc", "folder");
    make_link(pages, ".", "again");
    make_link(pages, ".hidden/secret", "shown");
    make_link(pages, "nowhere", "nowhere");
    make_link(pages, "/dev/zero", "zero");
    struct static_site *site = load(pages);
    assert_int_equal(site->count, 3);
    assert_true(has(site, "/assets/good.html"));
    assert_true(has(site, "/absolute.html"));
    static_site_unref(site);
}

/* Another folder's name may begin with this one's. */
static void a_link_beside_the_folder_is_not_followed(void **state) {
    struct pages *pages = *state;
    char beside[128];
    snprintf(beside, sizeof(beside), "%s-beside", pages->folder);
    FILE *file = fopen(beside, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    make_link(pages, beside, "beside");
    struct static_site *site = load(pages);
    assert_int_equal(unlink(beside), 0);
    assert_false(has(site, "/beside"));
    static_site_unref(site);
}

static void what_is_no_file_is_left_out(void **state) {
    struct pages *pages = *state;
    char path[256];
    assert_int_equal(mkfifo(pages_path(pages, "pipe", path), 0600), 0);
    struct static_site *site = load(pages);
    assert_int_equal(site->count, 1);
    static_site_unref(site);
}

static void a_folder_that_is_not_there_is_an_error(void **state) {
    (void)state;
    assert_fails("/nowhere/at/all", "/nowhere/at/all cannot be read: No such file or directory");
}

static void a_file_in_place_of_the_folder_is_an_error(void **state) {
    char path[256];
    assert_fails(pages_path(*state, "index.html", path), "cannot be read: Not a directory");
}

static void a_folder_without_a_first_page_is_an_error(void **state) {
    const struct pages *pages = *state;
    char path[256];
    assert_int_equal(unlink(pages_path(pages, "index.html", path)), 0);
    assert_fails(pages->folder, "has no index.html");
}

static void more_than_the_bound_is_an_error(void **state) {
    const struct pages *pages = *state;
    char path[256];
    pages_say(pages, "big", "");
    pages_path(pages, "big", path);
    assert_int_equal(truncate(path, STATIC_SITE_BYTES - 4), 0);
    static_site_unref(load(pages));
    assert_int_equal(truncate(path, STATIC_SITE_BYTES - 3), 0);
    assert_fails(pages->folder, "has more than 32 MiB");
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    assert_fails(pages->folder, "has more than 32 MiB");
}

static void folders_that_are_too_deep_are_an_error(void **state) {
    const struct pages *pages = *state;
    char name[64] = "";
    for (int depth = 1; depth <= 17; depth++) {
        size_t size = strlen(name);
        snprintf(name + size, sizeof(name) - size, depth == 1 ? "d" : "/d");
        pages_folder(pages, name);
        if (depth == 16)
            static_site_unref(load(pages));
    }
    assert_fails(pages->folder, "is more than 16 folders deep");
}

static void none_is_nothing(void **state) {
    struct static_site *site;
    (void)state;
    assert_int_equal(static_load("none", &site, stderr), 0);
    assert_null(site);
    assert_int_equal(static_load(NULL, &site, stderr), 0);
    assert_null(site);
}

/* There, or not: the host starts. */
static void the_installed_one_need_not_be_there(void **state) {
    struct static_site *site;
    (void)state;
    assert_int_equal(static_load("", &site, stderr), 0);
    assert_int_equal(site != NULL, access(SENTIO_DASHBOARD_DIR "/index.html", R_OK) == 0);
    static_site_unref(site);
}

#define PAGES_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    const struct CMUnitTest tests[] = {
        PAGES_TEST(a_folder_is_read_with_those_in_it),
        PAGES_TEST(what_begins_with_a_dot_is_left_out),
        PAGES_TEST(links_are_followed_to_files_in_the_folder_alone),
        PAGES_TEST(a_link_beside_the_folder_is_not_followed),
        PAGES_TEST(what_is_no_file_is_left_out),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
        PAGES_TEST(a_file_in_place_of_the_folder_is_an_error),
        PAGES_TEST(a_folder_without_a_first_page_is_an_error),
        PAGES_TEST(more_than_the_bound_is_an_error),
        PAGES_TEST(folders_that_are_too_deep_are_an_error),
        cmocka_unit_test(none_is_nothing),
        cmocka_unit_test(the_installed_one_need_not_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
